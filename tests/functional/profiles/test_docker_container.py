"""Containers on hosts of the simulated cloud."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers import objects


def status(bench):
    [one] = bench.containers()
    return one.status


def test_a_container_is_made_with_its_label_and_runs(container):
    done = container.run("create")

    [made] = container.containers()
    assert made.id == container.node.physical_id
    assert (made.status, made.image, made.command) == (
        "running",
        "cirros",
        "sleep 3600",
    )
    assert made.name.startswith("node-1-")
    assert made.labels == {"cluster_node_id": container.node.id}
    assert made.id in done.reason


def test_a_container_has_the_name_that_the_profile_says(container):
    container.use(image="cirros", host_node="h", name="solo")

    container.run("create")

    assert container.containers()[0].name == "solo"


@pytest.mark.parametrize("method", ["create_container", "start"])
@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
def test_a_lost_answer_makes_no_second_container(container, effect, method):
    container.fault(effect, f"containers.{method}", count=1)

    container.run("create")

    assert status(container) == "running"


def test_a_container_that_ends_badly_is_a_failure(container):
    container.fault("error_status", "containers.start", message="Exit code 1.")

    with pytest.raises(exceptions.CloudError, match="Exit code 1"):
        container.run("create")

    assert container.node.physical_id == container.containers()[0].id


def test_a_container_that_can_not_be_started_does_not_stay(container):
    container.fault("error", "containers.start", message="No.", status=500)

    with pytest.raises(exceptions.CloudError, match="No"):
        container.run("create")

    assert container.containers() == []


def test_a_host_that_is_off_takes_nothing(container):
    server_id = container.hosts[0].physical_id
    container.cloud.compute.act(server_id, "stop", {})
    container.clock.now += 60

    with pytest.raises(exceptions.HostUnreachable):
        container.run("create")


def test_a_host_without_address_is_refused(container):
    [host] = container.hosts
    template = {"heat_template_version": "2018-08-31"}
    made = container.cloud.orchestration.create_stack("s", {"template": template}, [])
    container.hosts = [
        dataclasses.replace(host, physical_id=made.id, type="os.heat.stack-1.0")
    ]

    with pytest.raises(exceptions.CloudError, match="fixed_ip"):
        container.run("create")


def on_a_stack(container, address):
    """Let the container's host be a stack that tells an address."""
    template = {
        "heat_template_version": "2018-08-31",
        "parameters": {"where": {"type": "string"}},
        "outputs": {"fixed_ip": {"value": {"get_param": "where"}}},
    }
    arguments = {"template": template, "parameters": {"where": address}}
    made = container.cloud.orchestration.create_stack("host-stack", arguments, [])
    container.clock.now += 60
    [host] = container.hosts
    container.hosts = [
        dataclasses.replace(host, physical_id=made.id, type="os.heat.stack-1.0")
    ]
    return host


def test_a_stack_that_tells_an_address_is_a_host(container):
    server = container.cloud.compute.get_server(container.hosts[0].physical_id)
    host = on_a_stack(container, server.addresses["private"][0]["addr"])

    container.run("create")

    container.hosts = [host]
    assert status(container) == "running"


@pytest.mark.parametrize(
    "told", ["localhost", "10.0.0.1:80/x?", "2130706433", "fe80::1%/x", "[]"]
)
def test_a_stack_that_tells_no_address_is_no_host(container, told):
    on_a_stack(container, told)

    with pytest.raises(exceptions.CloudError, match="no IP address") as caught:
        container.run("create")
    assert caught.value.blames_request

    # Else neither could go: a host stays as long as there is a node on it.
    container.run("delete", {})


@pytest.mark.parametrize("told", ["2001:DB8::0:1", "[2001:db8::1]"])
def test_a_stack_may_tell_an_address_of_version_6(container, told):
    on_a_stack(container, told)

    place = container.plugin.locate("c", container.properties, container.ask().hosts)

    assert place == "[2001:db8::1]:2375/c"


def test_deleting_stops_and_leaves_nothing(container):
    container.run("create")
    container.calls.clear()

    container.run("delete", {})

    assert container.containers() == []
    assert container.node.physical_id is None
    assert container.calls == [
        "containers.act_on_container",
        "containers.remove_container",
    ]


def test_deleting_by_force_does_not_stop_first(container):
    container.run("create")
    container.calls.clear()

    container.run("delete", {"force": True})

    assert container.containers() == []
    assert container.calls == ["containers.remove_container"]


def test_a_container_whose_host_is_gone_is_gone(container):
    container.run("create")
    container.cloud.compute.delete_server(container.hosts[0].physical_id)
    container.clock.now += 60

    container.run("delete", {})

    assert container.node.physical_id is None


def test_a_container_whose_host_is_off_is_not_given_up(container):
    container.run("create")
    container.cloud.compute.act(container.hosts[0].physical_id, "stop", {})
    container.clock.now += 60

    with pytest.raises(exceptions.HostUnreachable):
        container.run("delete", {})

    assert container.node.physical_id is not None


def test_a_container_that_the_row_does_not_know_is_deleted_too(container):
    container.run("create")
    container.node = dataclasses.replace(container.node, physical_id=None)

    container.run("delete", {})

    assert container.containers() == []


def test_another_name_is_given(container):
    container.run("create")
    new = {**container.properties, "name": "other"}
    container.plugin.check_update(container.properties, new)

    container.run("update", new, {})
    container.run("update", new, {})

    assert container.containers()[0].name == "other"


def test_only_the_name_can_be_updated(container):
    with pytest.raises(exceptions.InvalidSpec, match="image"):
        container.plugin.check_update(
            container.properties, {**container.properties, "image": "i"}
        )


def test_what_runs_is_healthy_and_the_rest_is_not(container):
    container.run("create")
    assert container.run("check").is_healthy

    container.run("operate", "pause", {})

    done = container.run("check")
    assert not done.is_healthy
    assert "paused" in done.reason


def test_a_container_on_a_host_that_is_off_is_not_healthy(container):
    container.run("create")
    container.cloud.compute.act(container.hosts[0].physical_id, "stop", {})
    container.clock.now += 60

    done = container.run("check")

    assert not done.is_healthy
    assert done.reason == "The server is SHUTOFF."


@pytest.mark.parametrize("what", ["container", "host"])
def test_a_lost_container_is_not_found(container, what):
    container.run("create")
    if what == "host":
        container.cloud.compute.delete_server(container.hosts[0].physical_id)
    else:
        container.controls.vanish_container(container.node.physical_id)
    container.clock.now += 60

    with pytest.raises(exceptions.CloudNotFound):
        container.run("check")


def test_recovering_gives_another_container(container):
    container.run("create")
    before = container.node.physical_id

    container.run("recover", {})

    [made] = container.containers()
    assert made.id == container.node.physical_id != before
    assert made.status == "running"


@pytest.mark.parametrize("operation", ["REBOOT", "REBUILD"])
def test_a_container_is_recovered_in_no_other_way(container, operation):
    with pytest.raises(exceptions.CloudError, match=operation):
        container.run("recover", {"operation": operation})


@pytest.mark.parametrize(
    ("operations", "ends"),
    [
        (["pause"], "paused"),
        (["pause", "unpause"], "running"),
        (["restart"], "running"),
        (["reboot"], "running"),
        (["stop"], "exited"),
        (["stop", "start"], "running"),
        (["kill"], "exited"),
    ],
)
@pytest.mark.parametrize("crash", range(4))
def test_operations_survive_a_crash_after_each_call(container, operations, ends, crash):
    container.run("create")
    *first, last = operations
    for operation in first:
        container.run("operate", operation, {})
    container.calls.clear()
    container.crashes.add(crash)

    container.run("operate", last, {})

    assert status(container) == ends


def test_operations_are_told_how_long_to_wait(container):
    container.run("create")

    container.run("operate", "restart", {"wait_time": 3})

    assert status(container) == "running"


def test_details_show_the_container(container):
    assert container.plugin.details(container.ask()) == {}
    container.run("create")

    shown = container.plugin.details(container.ask())

    assert list(shown) == sorted(shown)
    assert shown["id"] == container.node.physical_id
    assert shown["status"] == "running"
    assert shown["host_node"] == container.hosts[0].node_id


def test_joining_and_leaving_change_nothing(container):
    container.run("create")
    container.calls.clear()

    container.run("join", "other", 7)
    container.run("leave")

    assert container.calls == []


def test_a_second_container_is_a_stray(container):
    container.run("create")
    server = container.cloud.compute.get_server(container.hosts[0].physical_id)
    where = objects.ContainerHost(
        address=server.addresses["private"][0]["addr"], port=2375
    )
    request = objects.ContainerRequest(
        name="twin", image="i", labels={"cluster_node_id": container.node.id}
    )
    twin = container.cloud.containers.create_container(where, request)

    strays = container.plugin.strays(container.ask(), container.clock.now - 1)

    assert strays == [twin.id]
    with pytest.raises(exceptions.CloudError):
        container.plugin.remove_stray(container.ask(), container.node.physical_id)
    container.plugin.remove_stray(container.ask(), twin.id)
    assert [one.id for one in container.containers()] == [container.node.physical_id]


def test_the_address_of_a_host_is_asked_for_once(container):
    container.run("create")
    first = len(container.calls)
    container.node = dataclasses.replace(container.node, id="other", physical_id=None)
    container.run("create")

    assert container.calls[:first].count("compute.get_server") == 1
    assert "compute.get_server" not in container.calls[first:]
