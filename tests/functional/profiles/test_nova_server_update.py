"""Updates of servers on the simulated cloud."""

import pytest

from senlin_like import exceptions

BASE = {
    "flavor": "m1.tiny",
    "image": "cirros-0.4.0-x86_64-disk",
    "metadata": {"who": "me", "old": "1"},
    "networks": [
        {"network": "private", "floating_network": "public"},
        {"network": "private", "security_groups": ["default"]},
    ],
}
CHANGES = {
    "flavor": "m1.small",
    "image": "new_image",
    "name": "another",
    "admin_pass": "secret",
    "metadata": {"who": "you", "new": "2"},
    "networks": [{"network": "private"}],
}


def begin(server, **changes):
    """Make a server and return the properties that it is to get."""
    old = server.use(**BASE)
    server.run("create")
    new = server.use(**{**BASE, **changes})
    server.properties = old
    server.plugin.check_update(old, new)
    server.calls.clear()
    return new


def problems_of(server, new):
    """Say what isn't as the new properties want it."""
    [made] = server.servers()
    flavor = server.cloud.compute.find_flavor(new["flavor"]).id
    image = server.cloud.images.find_image(new["image"]).id
    marks = {
        "cluster_node_id": server.node.id,
        "cluster_id": server.node.cluster_id,
        "cluster_node_index": "1",
    }
    wanted = {
        "status": "ACTIVE",
        "flavor_id": flavor,
        "image_id": image,
        "name": new["name"] or "node-1",
        "metadata": new["metadata"] | marks,
    }
    found = {name: getattr(made, name) for name in wanted}
    problems = [
        f"{name} is {found[name]}" for name in wanted if found[name] != wanted[name]
    ]
    ids = {port.id for port in server.ports()}
    records = server.node.data["internal_ports"]
    if ids != {record["id"] for record in records} or len(ids) != len(new["networks"]):
        problems.append(f"ports are {ids}, recorded {records}")
    plugged = {port.id for port in server.ports() if port.device_id == made.id}
    if plugged != ids:
        problems.append(f"only {plugged} of {ids} are plugged")
    recorded = [
        one["floating"]["floating_ip_address"] for one in records if one.get("floating")
    ]
    if recorded != server.public():
        problems.append(f"public addresses are {server.public()}, recorded {recorded}")
    return problems


@pytest.mark.parametrize("name", CHANGES)
def test_each_property_can_be_updated(server, name):
    new = begin(server, **{name: CHANGES[name]})

    server.run("update", new, {})

    assert problems_of(server, new) == []


def test_all_at_once_can_be_updated(server):
    new = begin(server, **CHANGES)
    before = server.node.physical_id

    server.run("update", new, {"cluster.stop_timeout_before_update": 30})

    assert problems_of(server, new) == []
    assert server.node.physical_id == before


def test_a_password_is_applied(server):
    new = begin(server, admin_pass="secret")

    server.run("update", new, {})

    assert server.calls.count("compute.act") == 1


def test_an_update_without_changes_only_looks(server):
    new = begin(server)

    server.run("update", new, {})

    assert server.calls == ["compute.get_server"]


def test_other_security_groups_keep_the_port(server):
    networks = [{"network": "private"}, {"network": "private"}]
    new = begin(server, networks=[BASE["networks"][0], {"network": "private"}])
    before = {port.id for port in server.ports()}

    server.run("update", new, {})

    assert {port.id for port in server.ports()} == before
    assert networks[1] == server.node.data["internal_ports"][1]["entry"]


def test_a_dropped_network_takes_its_public_address_along(server):
    new = begin(server, networks=[{"network": "private"}])
    floating = server.node.data["internal_ports"][0]["floating"]

    server.run("update", new, {})

    address = floating["floating_ip_address"]
    assert server.cloud.network.find_floating_ip(address) is None


def test_a_server_that_was_off_stays_off(server):
    new = begin(server, metadata={"a": "b"})
    server.run("operate", "stop", {})

    server.run("update", new, {})

    assert server.servers()[0].status == "SHUTOFF"


def test_a_refused_resize_leaves_the_server_running(server):
    new = begin(server, flavor="m1.small")
    server.fault("error", "compute.resize", status=400, message="No room.")

    with pytest.raises(exceptions.CloudError, match="No room"):
        server.run("update", new, {})

    server.clock.now += 60
    assert server.servers()[0].status == "ACTIVE"


def test_a_paused_server_cannot_be_resized(server):
    new = begin(server, flavor="m1.small")
    server.run("operate", "pause", {})

    with pytest.raises(exceptions.CloudError, match="while it is PAUSED"):
        server.run("update", new, {})


def test_a_failed_rebuild_is_told(server):
    new = begin(server, image="new_image")
    server.fault("error_status", "compute.rebuild", message="Disk full.")

    with pytest.raises(exceptions.CloudError, match="Disk full"):
        server.run("update", new, {})


def test_a_refused_network_leaves_no_port(server):
    new = begin(server, networks=[*BASE["networks"], {"network": "private"}])
    before = {port.id for port in server.ports()}
    server.fault("error", "compute.attach_port", status=500, message="No slot.")

    with pytest.raises(exceptions.CloudError, match="No slot"):
        server.run("update", new, {})

    assert {port.id for port in server.ports()} == before


def test_a_server_that_boots_from_a_volume_can_be_updated(server):
    devices = [
        {
            "uuid": server.cloud.images.find_image(BASE["image"]).id,
            "source_type": "image",
            "destination_type": "volume",
            "volume_size": 1,
            "boot_index": 0,
        }
    ]
    old = server.use(flavor="1", block_device_mapping_v2=devices)
    server.run("create")
    new = server.use(flavor="2", block_device_mapping_v2=devices)
    server.properties = old

    server.run("update", new, {})

    assert server.servers()[0].flavor_id == "2"


def test_the_image_cannot_be_taken_away(server):
    old = server.use(**BASE)
    new = server.use(**{**BASE, "image": None})

    with pytest.raises(exceptions.InvalidSpec, match="image"):
        server.plugin.check_update(old, new)


def test_a_fixed_property_cannot_be_updated(server):
    old = server.use(**BASE)
    new = server.use(**BASE, key_name="oskey")

    with pytest.raises(exceptions.InvalidSpec, match="key_name"):
        server.plugin.check_update(old, new)


@pytest.mark.parametrize("name", CHANGES)
def test_an_update_survives_a_crash_after_each_call(server, name):
    new = begin(server, **{name: CHANGES[name]})
    server.crashes.update({1, 2, 4, 5, 7, 8, 11, 12, 16, 17, 23})

    server.run("update", new, {})

    assert problems_of(server, new) == []


@pytest.mark.parametrize("crash", range(1, 30))
def test_an_update_of_all_survives_one_crash_anywhere(server, crash):
    new = begin(server, **CHANGES)
    server.crashes.add(crash)

    server.run("update", new, {})

    assert problems_of(server, new) == []


MORE = [
    {"network": "private"},
    *BASE["networks"],
    {"network": "private", "floating_network": "public", "subnet": "private-subnet"},
]


@pytest.mark.parametrize("crash", range(1, 14))
def test_adding_networks_survives_a_crash_anywhere(server, crash):
    new = begin(server, networks=MORE)
    server.crashes.add(crash)

    server.run("update", new, {})

    assert problems_of(server, new) == []


@pytest.mark.parametrize("crash", range(1, 14))
def test_after_an_update_that_is_given_up_all_can_be_deleted(server, crash):
    new = begin(server, networks=MORE)
    server.crashes.add(crash)
    server.give_up("update", new, {})

    server.run("delete", {})

    assert server.servers() == []
    assert server.ports() == []
    assert server.public() == []


@pytest.mark.parametrize("timeout", ["soon", -1, [1]])
def test_a_senseless_timeout_is_told(server, timeout):
    new = begin(server, flavor="m1.small")

    with pytest.raises(exceptions.CloudError, match="stop_timeout"):
        server.run("update", new, {"cluster.stop_timeout_before_update": timeout})
