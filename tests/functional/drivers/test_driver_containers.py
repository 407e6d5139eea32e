"""Containers on hosts that Docker listens on."""

import contextlib

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base, objects

CONTAINER = base.ObjectKind.CONTAINER
#: Sleeps until it is told to stop: a bare sleep has to be killed.
SLEEP = "sh -c 'trap \"exit 0\" TERM; sleep 3600 & wait'"

pytestmark = pytest.mark.needs("containers")


@pytest.fixture
def host(kit, request):
    if kit.container_host is not None:
        return kit.container_host
    a_server = request.getfixturevalue("a_server")
    [port] = a_server().addresses[kit.network]
    return objects.ContainerHost(address=port["addr"], port=2375)


@pytest.fixture
def make(kit, host):
    def made(name="c-1", node="n1"):
        request = objects.ContainerRequest(
            name=kit.name(name),
            image=kit.container_image,
            command=SLEEP,
            labels={base.NODE_MARK: node},
        )
        return kit.cloud().containers.create_container(host, request)

    return made


@pytest.fixture
def run(kit, host, make):
    """Make containers that run."""

    def running(name="c-1", node="n1"):
        made = make(name, node)
        act(kit, host, made, "start")
        kit.wait(kit.cloud(), CONTAINER, host.locate(made.id), "running")
        return made

    return running


def act(kit, host, container, operation):
    kit.cloud().containers.act_on_container(host, container.id, operation, {})


def status(kit, host, container):
    where = host.locate(container.id)
    return kit.cloud().look(CONTAINER, [where])[where].status


def test_a_container_is_made_and_started(kit, host, make):
    made = make()

    assert status(kit, host, made) == "created"

    act(kit, host, made, "start")
    kit.wait(kit.cloud(), CONTAINER, host.locate(made.id), "running")

    shown = kit.cloud().containers.get_container(host, made.id)
    assert (shown.name, shown.image) == (kit.name("c-1"), kit.container_image)
    assert shown.labels == {base.NODE_MARK: "n1"}
    assert len(made.id) <= 36


def test_a_container_is_found_by_its_label_whatever_it_does(kit, host, make):
    made = make()
    make("c-2", "n2")

    found = kit.cloud().containers.find_labelled(host, "n1")

    assert [one.id for one in found] == [made.id]


def test_a_stopped_container_can_be_removed(kit, host, run):
    made = run()
    cloud = kit.cloud()
    with pytest.raises(exceptions.CloudError) as caught:
        cloud.containers.remove_container(host, made.id)
    assert caught.value.status == 409

    act(kit, host, made, "stop")
    kit.wait(cloud, CONTAINER, host.locate(made.id), "exited")
    cloud.containers.remove_container(host, made.id)
    cloud.containers.remove_container(host, made.id)

    assert status(kit, host, made) == base.GONE
    with pytest.raises(exceptions.CloudNotFound):
        cloud.containers.get_container(host, made.id)


def test_a_running_container_can_be_removed_by_force(kit, host, run):
    made = run()

    kit.cloud().containers.remove_container(host, made.id, force=True)

    assert status(kit, host, made) == base.GONE


@pytest.mark.parametrize(
    ("operations", "ends"),
    [
        (["pause"], "paused"),
        (["pause", "unpause"], "running"),
        (["stop"], "exited"),
        (["stop", "start"], "running"),
        (["restart"], "running"),
        (["kill"], "exited"),
    ],
)
def test_operations_lead_somewhere(kit, host, run, operations, ends):
    made = run()

    for operation in operations:
        act(kit, host, made, operation)
        kit.wait(kit.cloud(), CONTAINER, host.locate(made.id), status_after(operation))

    assert status(kit, host, made) == ends


def status_after(operation):
    return {"pause": "paused", "stop": "exited", "kill": "exited"}.get(
        operation, "running"
    )


def test_starting_and_stopping_twice_is_no_error(kit, host, run):
    made = run()

    act(kit, host, made, "start")
    act(kit, host, made, "stop")
    kit.wait(kit.cloud(), CONTAINER, host.locate(made.id), "exited")
    act(kit, host, made, "stop")


def test_what_does_not_run_can_not_be_paused(kit, host, make):
    made = make()

    with pytest.raises(exceptions.CloudError) as caught:
        act(kit, host, made, "pause")

    assert caught.value.status == 409


def test_a_name_is_given_once_on_each_host(kit, host, make):
    made = make()
    other = make("c-2")

    with pytest.raises(exceptions.CloudError) as caught:
        make()
    assert caught.value.status == 409
    with pytest.raises(exceptions.CloudError):
        kit.cloud().containers.rename_container(host, other.id, kit.name("c-1"))
    kit.cloud().containers.rename_container(host, made.id, kit.name("c-3"))
    make()


@pytest.mark.parametrize("name", ["", "a b", "-a"])
def test_a_bad_name_is_refused(make, name):
    with pytest.raises(exceptions.CloudError) as caught:
        make(name)

    assert caught.value.status == 400


def test_many_are_looked_at_at_once(kit, host, make):
    first, second = make(), make("c-2")
    places = [host.locate(first.id), host.locate(second.id), host.locate("nobody")]

    seen = kit.cloud().look(CONTAINER, places)

    assert {place: one.status for place, one in seen.items()} == dict(
        zip(places, ["created", "created", base.GONE], strict=True)
    )
    assert all(place == one.id for place, one in seen.items())


def test_a_host_that_is_not_there_can_not_be_reached(kit):
    nowhere = objects.ContainerHost(address="10.9.9.9", port=2375)

    with pytest.raises(exceptions.HostUnreachable):
        kit.cloud().containers.find_labelled(nowhere, "n1")


@pytest.mark.needs("containers", "servers")
def test_a_host_that_is_off_can_not_be_reached(kit, host, run):
    made = run()
    cloud = kit.cloud()
    [server] = cloud.compute.find_marked("node-1")
    cloud.compute.act(server.id, "stop", {})
    kit.wait(cloud, base.ObjectKind.SERVER, server.id, "SHUTOFF")

    assert status(kit, host, made) == base.UNREACHABLE
    with pytest.raises(exceptions.HostUnreachable):
        cloud.containers.get_container(host, made.id)


@pytest.mark.needs("containers", "servers")
@pytest.mark.parametrize("how", ["delete", "rebuild"])
def test_containers_go_with_what_they_are_on(kit, host, run, how):
    made = run()
    cloud = kit.cloud()
    [server] = cloud.compute.find_marked("node-1")
    if how == "delete":
        cloud.compute.delete_server(server.id)
        kit.wait(cloud, base.ObjectKind.SERVER, server.id, base.GONE)
    else:
        cloud.compute.act(server.id, "rebuild", {"image": server.image_id})

    kit.wait(cloud, CONTAINER, host.locate(made.id), base.GONE)


def test_other_projects_see_nothing_of_a_container(kit, host, run):
    made = run()
    stranger = kit.cloud("project-2")
    place = host.locate(made.id)

    assert stranger.look(CONTAINER, [place])[place].status == base.GONE
    with pytest.raises((exceptions.HostUnreachable, exceptions.CloudNotFound)):
        stranger.containers.get_container(host, made.id)


def test_other_projects_do_nothing_to_a_container(kit, host, run):
    made = run()
    stranger = kit.cloud("project-2").containers

    with contextlib.suppress(exceptions.HostUnreachable):
        assert stranger.find_labelled(host, "n1") == []
        stranger.remove_container(host, made.id, force=True)
    for call in (
        lambda: stranger.act_on_container(host, made.id, "kill", {}),
        lambda: stranger.rename_container(host, made.id, kit.name("c-9")),
    ):
        with pytest.raises((exceptions.HostUnreachable, exceptions.CloudNotFound)):
            call()

    shown = kit.cloud().containers.get_container(host, made.id)
    assert (shown.name, shown.status) == (kit.name("c-1"), "running")


@pytest.mark.parametrize(
    "host",
    [
        objects.ContainerHost(address="10.1.2.3", port=2376),
        objects.ContainerHost(address="fd00::1", port=2376),
        objects.OWN_HOST,
    ],
)
def test_a_place_can_be_read_again(host):
    assert objects.host_of(host.locate("abc")) == (host, "abc")


def test_a_name_that_a_container_has_can_be_given_again(kit, host, make):
    made = make()

    kit.cloud().containers.rename_container(host, made.id, kit.name("c-1"))

    assert kit.cloud().containers.get_container(host, made.id).name == kit.name("c-1")


def test_containers_with_a_mark_are_listed_on_their_host(kit, host, make):
    made, other = make("c-1", "n1"), make("c-2", "n2")
    ledger = kit.cloud().ledger

    found = {one.id: one for one in ledger.list_on_host(host)}

    assert set(found) == {host.locate(made.id), host.locate(other.id)}
    one = found[host.locate(made.id)]
    assert (one.object_id, one.name, one.mark) == (made.id, kit.name("c-1"), "n1")
    assert (one.kind, one.is_going) == ("container", False)
    assert one.created_at.tzinfo is not None
    assert kit.cloud("project-2").ledger.list_marked("container") == []
