"""Let servers be lost, adopted, evacuated and refused on a real cloud; and stacks.

``real_repairs.py --admin-cloud NAME [GROUP...]`` takes an administrator from
clouds.yaml, who makes a project for it and takes it away again. ``evacuation`` forces
a host down for a moment, so it runs only when it is named, with ``--host``.
"""

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import trials

#: Microversion in which a host can be forced down by its service's id.
BY_ID = "2.53"
#: Servers that are made until one is on the host that goes down.
MOST_TRIES = 8
TEMPLATE: dict[str, Any] = {
    "heat_template_version": "2021-04-16",
    "parameters": {
        "text": {"type": "string", "default": "one"},
        "fails": {"type": "boolean", "default": False},
    },
    "resources": {
        "thing": {
            "type": "OS::Heat::TestResource",
            "properties": {
                "value": {"get_param": "text"},
                "fail": {"get_param": "fails"},
            },
        }
    },
    "outputs": {"text": {"value": {"get_attr": ["thing", "output"]}}},
}


def recovery(trial: trials.Trial) -> None:
    """Check and recover a server in every way."""
    clustering, compute = trial.clustering, trial.user.compute
    node = trial.node(trial.server())
    with trial.step("check it"):
        clustering.check_node(node.id)
        trial.expect(trial.settled(node.id).status, "ACTIVE", "status")
    with trial.step("check it while it is off"):
        trial.operate(node, "stop")
        clustering.check_node(node.id)
        found = trial.settled(node.id)
        print(f"           {found.status}: {found.status_reason}")
        trial.expect(found.status, "ERROR", "status")
    for operation in ("REBOOT", "REBUILD", "RECREATE"):
        with trial.step(f"recover it by {operation}"):
            before = clustering.get_node(node.id).physical_id
            clustering.recover_node(node.id, operation=operation)
            found = trial.settled(node.id)
            trial.expect(found.status, "ACTIVE", "status")
            is_same = found.physical_id == before
            trial.expect(is_same, operation != "RECREATE", "the same server")
            server = compute.get_server(found.physical_id)
            trial.expect(server.status, "ACTIVE", "the server's status")
    with trial.step("check it when it is gone, and recover it"):
        compute.delete_server(clustering.get_node(node.id).physical_id)
        trial.until(lambda: not list(compute.servers()), "the server is gone")
        clustering.check_node(node.id)
        found = trial.settled(node.id)
        print(f"           {found.status}: {found.status_reason}")
        trial.expect(found.status, "ERROR", "status")
        clustering.recover_node(node.id, check=True)
        trial.expect(trial.settled(node.id).status, "ACTIVE", "status")
    with trial.step("delete it"):
        trial.delete(clustering.get_node(node.id))


def adoption(trial: trials.Trial) -> None:
    """Adopt servers that a user has made."""
    for what, fields in (("volume", _on_a_volume(trial)), ("image", {})):
        with trial.step(f"adopt a server that starts from its {what}"):
            _adopt(trial, fields)
    storage = trial.user.block_storage
    for volume in storage.volumes():
        trial.until(
            lambda one=volume: storage.get_volume(one).status == "available", "free"
        )
        storage.delete_volume(volume)


def _on_a_volume(trial: trials.Trial) -> dict[str, Any]:
    storage = trial.user.block_storage
    volume = storage.create_volume(name=trial.name, size=1)
    trial.until(lambda: storage.get_volume(volume.id).status == "available", "a volume")
    storage.set_volume_bootable_status(volume, True)
    device = {
        "uuid": volume.id,
        "source_type": "volume",
        "destination_type": "volume",
        "boot_index": 0,
        "delete_on_termination": False,
    }
    return {"image_id": "", "block_device_mapping": [device]}


def _adopt(trial: trials.Trial, fields: dict[str, Any]) -> None:
    clustering, user = trial.clustering, trial.user
    server = user.compute.create_server(
        **{
            "name": f"{trial.name}-own",
            "flavor_id": user.compute.find_flavor(trial.options.flavor).id,
            "image_id": user.image.find_image(trial.options.image).id,
            "networks": [{"uuid": user.network.find_network(trial.options.network).id}],
            "metadata": {"mine": "yes"},
            **fields,
        }
    )
    user.compute.wait_for_server(server)
    asked = {"identity": server.id, "type": "os.nova.server-1.0"}
    told = clustering.adopt_node(preview=True, **asked)
    print(f"           {json.dumps(told)}")
    node = clustering.adopt_node(**asked, name=f"{trial.name}-adopted")
    trial.expect(node.status, "ACTIVE", "status")
    marks = user.compute.get_server(server.id).metadata
    trial.expect(marks.get("cluster_node_id"), node.id, "the mark")
    trial.expect(marks.get("mine"), "yes", "the user's metadata")
    with contextlib.suppress(trials.Refused):
        clustering.adopt_node(**asked, name=f"{trial.name}-again")
        raise trials.Failed("it was adopted twice")
    clustering.check_node(node.id)
    trial.expect(trial.settled(node.id).status, "ACTIVE", "status")
    clustering.recover_node(node.id, operation="RECREATE")
    trial.settled(node.id)
    trial.delete(clustering.get_node(node.id))


BLANK = {"source_type": "blank", "destination_type": "volume", "volume_size": 1}


def refusals(trial: trials.Trial) -> None:
    """Have servers refused for each reason; nothing of them is to be left."""
    for what, property_name in (
        ("flavor", "flavor"),
        ("image", "image"),
        ("zone", "availability_zone"),
        ("key", "key_name"),
    ):
        with trial.step(f"no such {what}"):
            trial.refused(trial.server(**{property_name: "none"}), "none")
    network = {"network": trial.options.network}
    disk = {**BLANK, "source_type": "image", "boot_index": 0}
    from_image = [{**disk, "uuid": trial.options.image}]
    for what, fields, words in (
        ("no such group", {"security_groups": ["none"]}, "none"),
        ("no such server group", {"scheduler_hints": {"group": "none"}}, "group"),
        ("no host has so much", {"flavor": _huge(trial)}, "no valid host"),
        (
            "another's address",
            {"networks": [{**network, "fixed_ip": "192.0.2.9"}]},
            "policy",
        ),
        (
            "a volume that can't be made",
            {"block_device_mapping_v2": from_image, "image": None},
            "volume",
        ),
    ):
        with trial.step(what):
            _refused(trial, fields, words)
    public = {**network, "floating_network": trial.options.public_network}
    for what, service, limit, fields in (
        ("servers", "compute", {"instances": 0}, {}),
        ("ports", "network", {"ports": 0}, {}),
        ("addresses", "network", {"floatingip": 0}, {"networks": [public]}),
        (
            "volumes",
            "volume",
            {"volumes": 0},
            {"block_device_mapping_v2": [BLANK]},
        ),
    ):
        with trial.step(f"the quota of {what}"), _quota(trial, service, limit):
            _refused(trial, fields, "quota")
    trial.admin.compute.delete_flavor(trial.admin.compute.find_flavor(_huge(trial)))


def _huge(trial: trials.Trial) -> str:
    """Return a flavor that no host has room for."""
    name = f"{trial.name}-huge"
    if trial.admin.compute.find_flavor(name) is None:
        trial.admin.compute.create_flavor(name=name, ram=10**8, vcpus=10**4, disk=1)
    return name


@contextlib.contextmanager
def _quota(trial: trials.Trial, service: str, limit: dict[str, int]) -> Iterator[None]:
    setting = getattr(trial.admin, f"set_{service}_quotas")
    setting(trial.project.id, **limit)
    try:
        yield
    finally:
        getattr(trial.admin, f"delete_{service}_quotas")(trial.project.id)


def _refused(trial: trials.Trial, fields: dict[str, Any], words: str) -> None:
    """Have a server fail for a reason with these words, and leave nothing."""
    node = trial.node(trial.server(**fields), fails="")
    trial.delete(node)
    trial.expect(node.status, "ERROR", "status")
    if words not in (node.status_reason or "").lower():
        raise trials.Failed(f"'{words}' isn't said: {node.status_reason}")


def evacuation(trial: trials.Trial) -> None:
    """Force a host down, evacuate a server from it, and put the host back."""
    host = trial.options.host
    trial.become(trial.add_user("member", "admin"))
    nodes: list[Any] = []
    while not nodes or _host(trial, nodes[-1]) != host:
        if len(nodes) == MOST_TRIES:
            raise trials.Failed(f"no server came to {host}")
        with trial.step("make a server"):
            nodes.append(trial.node(trial.server()))
    with trial.step("evacuate it while its host is up"):
        trial.operate(nodes[-1], "evacuate", fails="still in use")
    with _down(trial, host):
        with trial.step("evacuate it"):
            trial.operate(nodes[-1], "evacuate")
            print(f"           from {host} to {_host(trial, nodes[-1])}")
            if _host(trial, nodes[-1]) == host:
                raise trials.Failed("it is where it was")
        # Nova takes no host back whose evacuated servers it still knows.
        with trial.step("delete it"):
            trial.delete(trial.clustering.get_node(nodes.pop().id))
    with trial.step("delete the other servers"):
        for node in nodes:
            trial.delete(node)


def _host(trial: trials.Trial, node: Any) -> str:
    found = trial.clustering.get_node(node.id).physical_id
    return str(trial.admin.compute.get_server(found).compute_host)


@contextlib.contextmanager
def _down(trial: trials.Trial, host: str) -> Iterator[None]:
    """Have a host down inside the block, and back after it."""
    compute = trial.admin.compute
    [service] = compute.services(binary="nova-compute", host=host)
    path = f"/os-services/{service.id}"

    def put(**fields: Any) -> bool:
        return bool(compute.put(path, json=fields, microversion=BY_ID).ok)

    put(forced_down=True, status="disabled")
    try:
        yield
    finally:
        put(status="enabled")
        with trial.step(f"put {host} back"):
            trial.until(lambda: put(forced_down=False), f"{host} is up")


def stacks(trial: trials.Trial) -> None:
    """Make a stack, change it, check and recover it, and have one fail."""
    clustering = trial.clustering
    with trial.step("make a stack"):
        node = trial.node(_stack(text="one"))
    for what, spec in (
        ("parameters", _stack(text="two")),
        ("template", _stack(text="two", more={"other": {"type": "OS::Heat::None"}})),
    ):
        with trial.step(f"change its {what}"):
            trial.update(node, profile_id=trial.profile(spec))
            stack = trial.user.orchestration.get_stack(node.physical_id)
            trial.expect(stack.status, "UPDATE_COMPLETE", "status")
            trial.expect(stack.parameters["text"], "two", "parameter")
    with trial.step("check it"):
        clustering.check_node(node.id)
        trial.expect(trial.settled(node.id).status, "ACTIVE", "status")
    with trial.step("change it to what fails"):
        spec = _stack(text="three", fails="true")
        trial.update(node, fails="failed", profile_id=trial.profile(spec))
    with trial.step("recover it"):
        clustering.recover_node(node.id, operation="RECREATE")
        trial.expect(trial.settled(node.id).status, "ACTIVE", "status")
    with trial.step("delete it"):
        trial.delete(clustering.get_node(node.id))
        left = list(trial.user.orchestration.stacks())
        trial.expect([one.name for one in left], [], "stacks")
    with trial.step("make one that fails"):
        node = trial.node(_stack(text="four", fails="true"), fails="failed")
        trial.expect(node.status, "ERROR", "status")
        trial.delete(node)
        left = list(trial.user.orchestration.stacks())
        trial.expect([one.name for one in left], [], "stacks")


def _stack(more: dict[str, Any] | None = None, **parameters: str) -> dict[str, Any]:
    resources = {**TEMPLATE["resources"], **(more or {})}
    return {
        "type": "os.heat.stack",
        "version": "1.0",
        "properties": {
            "template": {**TEMPLATE, "resources": resources},
            "parameters": parameters,
        },
    }


if __name__ == "__main__":
    sys.exit(trials.run(__doc__, (recovery, adoption, refusals, stacks), (evacuation,)))
