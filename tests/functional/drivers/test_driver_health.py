"""What a cloud tells of how servers are, beside their status."""

import pytest

from senlin_like.drivers import base, objects

SERVER = base.ObjectKind.SERVER


@pytest.fixture
def make(kit):
    def ask(cloud=None, name="one"):
        cloud = cloud or kit.cloud()
        request = objects.ServerRequest(
            name=name,
            flavor_id=cloud.compute.find_flavor(kit.flavor).id,
            image_id=cloud.images.find_image(kit.image).id,
            metadata={base.NODE_MARK: name},
            networks=[{"network": cloud.network.find_network(kit.network)}],
        )
        made = cloud.compute.create_server(request)
        kit.wait(cloud, SERVER, made.id, "ACTIVE")
        return made.id

    return ask


def test_a_server_has_a_hypervisor(kit, make):
    server = make()

    found = kit.cloud().compute.look_at_hypervisors([server, "nobody"])

    assert set(found) == {server}
    assert (found[server].state, found[server].status) == ("up", "enabled")
    assert found[server].is_well


def test_hypervisors_of_others_are_not_told(kit, make):
    server = make()

    assert kit.cloud("project-2").compute.look_at_hypervisors([server]) == {}


def test_a_deleted_server_has_no_hypervisor(kit, make):
    server, cloud = make(), kit.cloud()
    cloud.compute.delete_server(server)
    kit.wait(cloud, SERVER, server, base.GONE)

    assert cloud.compute.look_at_hypervisors([server]) == {}


def test_nothing_has_happened_before_the_first_cursor(kit):
    compute = kit.cloud().compute

    first = compute.notices(None)
    again = compute.notices(first.cursor)

    assert (first.items, again.items) == ((), ())
    assert compute.notices("what").items == ()
