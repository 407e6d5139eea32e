"""What the driver asks of Nova, and what it makes of the answers."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from tests.functional.drivers import nova_border
from tests.functional.drivers.border import Answer

COMPUTE = "/compute/v2.1"
SERVERS = nova_border.SERVERS
ID = "00000000-0000-4000-8000-000000000000"
ACTION = f"{SERVERS}/{ID}/action"


def refusal(status, message):
    return Answer(status=status, body={"conflictingRequest": {"message": message}})


DONE = Answer(status=202)
NOVAS = {"x-compute-request-id": "req-1", "x-openstack-request-id": "req-1"}
FORBIDDEN = refusal(403, "Policy doesn't allow it.")
BUSY = refusal(409, "Cannot 'x' instance y while it is in task_state deleting")
WRONG = refusal(409, "Cannot 'x' instance y while it is in vm_state building")
LOCKED = refusal(409, "Instance y is locked")


@pytest.fixture
def images(nova):
    driver, made = nova_border.open_cloud(nova)
    yield made.images
    driver.close()


def a_request(**fields):
    known = {"name": "web", "flavor_id": "1", "image_id": "i", "metadata": {}}
    return objects.ServerRequest(**{**known, **fields})


def version(asked):
    return asked.headers.get("X-OpenStack-Nova-API-Version")


def test_a_server_is_asked_for_in_one_call(nova, compute):
    nova.tell("POST", SERVERS, Answer(status=202, body={"server": {"id": ID}}))

    made = compute.create_server(a_request(admin_pass="s3cret"))

    [asked] = [
        one for one in nova.asked if one.method == "POST" and one.path == SERVERS
    ]
    assert (made.id, made.status) == (ID, "BUILD")
    assert version(asked) == "2.67"
    assert "s3cret" not in repr(made)


def test_a_quota_that_is_exceeded_is_told(nova, compute):
    message = "Quota exceeded for instances: Requested 1, but already used 10 of 10"
    nova.tell("POST", SERVERS, refusal(403, message))

    with pytest.raises(exceptions.CloudError) as caught:
        compute.create_server(a_request())

    assert type(caught.value) is exceptions.CloudError
    assert caught.value.status == 403
    assert "Quota exceeded for instances" in caught.value.message


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=None), exceptions.CloudUnsure),
        (Answer(status=500), exceptions.CloudUnsure),
        (Answer(status=502), exceptions.CloudUnsure),
        # A proxy says so too where Nova broke off after it had taken the request.
        (Answer(status=503), exceptions.CloudUnsure),
        (Answer(status=503, headers=NOVAS), exceptions.CloudBusy),
        (Answer(status=503, headers={"Retry-After": "7"}), exceptions.CloudBusy),
        (Answer(status=429), exceptions.CloudBusy),
        (Answer(status=429, headers={"Retry-After": "7"}), exceptions.CloudBusy),
    ],
)
def test_a_server_is_never_asked_for_twice(nova, compute, answer, error):
    nova.tell("POST", SERVERS, answer)

    with pytest.raises(error):
        compute.create_server(a_request())

    assert nova.calls().count(f"POST {SERVERS}") == 1


@pytest.mark.parametrize(
    ("answer", "error", "status"),
    [
        (BUSY, exceptions.CloudBusy, 503),
        (WRONG, exceptions.CloudError, 409),
        (LOCKED, exceptions.CloudError, 409),
        (FORBIDDEN, exceptions.CloudError, 403),
        (refusal(404, "no such"), exceptions.CloudNotFound, 404),
    ],
)
def test_an_operation_that_is_refused(nova, compute, answer, error, status):
    nova.tell("POST", ACTION, answer)

    with pytest.raises(error) as caught:
        compute.act(ID, "stop", {})

    assert (type(caught.value), caught.value.status) == (error, status)


def test_a_locked_server_is_not_deleted(nova, compute):
    nova.tell("DELETE", f"{SERVERS}/{ID}", LOCKED)

    with pytest.raises(exceptions.CloudError, match="is locked") as caught:
        compute.delete_server(ID)

    assert caught.value.status == 409


def test_a_locked_server_is_deleted_by_force(nova, compute):
    nova.tell("POST", ACTION, LOCKED, DONE)

    compute.delete_server(ID, force=True)

    bodies = [one.body for one in nova.asked if one.path == ACTION]
    assert bodies == [{"forceDelete": None}, {"unlock": None}, {"forceDelete": None}]


def test_who_may_not_force_a_deletion_asks_for_a_plain_one(nova, compute):
    nova.tell("POST", ACTION, FORBIDDEN)
    nova.tell("DELETE", f"{SERVERS}/{ID}", Answer(status=204))

    compute.delete_server(ID, force=True)

    assert nova.calls()[-1] == f"DELETE {SERVERS}/{ID}"


def test_names_cannot_lead_to_other_paths(nova, compute):
    with pytest.raises(exceptions.CloudNotFound):
        compute.get_server("../os-keypairs")
    with pytest.raises(exceptions.CloudNotFound):
        compute.find_keypair("a/b?c")

    assert nova.calls()[-2:] == [
        f"GET {SERVERS}/..%2Fos-keypairs",
        f"GET {COMPUTE}/os-keypairs/a%2Fb%3Fc",
    ]


def test_servers_are_found_by_their_mark_in_one_call(nova, compute):
    wanted = nova.make(metadata={base.NODE_MARK: "n-1"})
    nova.make(metadata={base.NODE_MARK: "n-2"})
    nova.make()

    assert [one.id for one in compute.find_marked("n-1")] == [wanted.id]
    assert len(nova.calls()) == 1


def test_a_server_that_has_just_been_deleted_is_gone(nova, compute):
    ids = [nova.make(more=nova_border.on_host("UP")).id for _ in range(5)]
    gone = nova.make(
        status="DELETED",
        lingers=True,
        metadata={base.NODE_MARK: "n-1"},
        more=nova_border.on_host("UP"),
    )

    assert compute.find_marked("n-1") == []
    assert set(compute.list_addresses([*ids, gone.id])) == set(ids)
    assert set(compute.look_at_hypervisors([*ids, gone.id])) == set(ids)
    assert compute.look_at_hypervisors([gone.id]) == {}
    with pytest.raises(exceptions.CloudNotFound):
        compute.get_server(gone.id)


def test_a_server_that_cannot_be_asked_might_be_the_marked_one(nova, compute):
    nova.make(is_down=True)

    with pytest.raises(exceptions.CloudBusy):
        compute.find_marked("n-1")


def test_a_list_of_many_pages_does_not_hide_a_part_of_nova(nova, compute):
    nova.page = 2
    for _ in range(5):
        nova.make()
    nova.make(is_down=True, metadata={base.NODE_MARK: "n-1"})
    up = {"host": "cmp1", "status": "enabled", "state": "up"}
    silent = {"host": "cmp2", "status": "UNKNOWN"}
    asked = ("GET", f"{COMPUTE}/os-services")
    nova.tell(*asked, Answer(body={"services": [up, silent]}))

    with pytest.raises(exceptions.CloudBusy, match="cmp2"):
        compute.find_marked("n-1")

    nova.tell(*asked, Answer(body={"services": [up]}))
    assert compute.find_marked("n-1") == []
    nova.tell(*asked, refusal(403, "not you"))
    assert compute.find_marked("n-1") == []


@pytest.mark.parametrize("count", [2, 50])
def test_addresses_are_told_of_servers_that_are_there(nova, compute, count):
    addresses = {"net": [{"addr": "10.0.0.1"}]}
    servers = [nova.make(more={"addresses": addresses}) for _ in range(count)]
    ids = [one.id for one in servers]

    found = compute.list_addresses([*ids, "nobody"])

    assert found == dict.fromkeys(ids, addresses)
    assert len(nova.calls()) == (3 if count == 2 else 1)


@pytest.mark.parametrize("count", [2, 50])
def test_addresses_are_not_missing_when_a_cell_is_down(nova, compute, count):
    servers = [nova.make() for _ in range(count)]
    servers[0].is_down = True

    with pytest.raises(exceptions.CloudBusy):
        compute.list_addresses([one.id for one in servers])


def test_what_happens_to_servers_is_told_after_a_cursor(nova, compute):
    nova.tell("GET", SERVERS, Answer(body={"servers": []}))
    old = nova.make(status="SHUTOFF")
    old.updated -= 10
    fine, stopped, gone = (nova.make(status="ACTIVE") for _ in range(3))
    first = compute.notices(None)
    nova.now += 200
    nova.change(stopped, "SHUTOFF")
    nova.change(gone, "DELETED")
    nova.change(fine, "ACTIVE")

    second = compute.notices(first.cursor)
    nova.now += 200
    third = compute.notices(compute.notices(second.cursor).cursor)

    assert first.items == ()
    told = {(one.object_id, one.event) for one in second.items}
    assert told == {(stopped.id, "stopped"), (gone.id, "deleted")}
    assert {one.at.timestamp() for one in second.items} == {nova_border.START + 200}
    assert third.items == ()


def test_a_notice_that_is_written_late_is_told(nova, compute):
    nova.tell("GET", SERVERS, Answer(body={"servers": []}))
    server = nova.make(status="ACTIVE")
    first = compute.notices(None)
    nova.now += 300
    second = compute.notices(first.cursor)
    nova.change(server, "ERROR", late_s=30)

    third = compute.notices(second.cursor)

    assert second.items == ()
    assert [one.event for one in third.items] == ["failed"]


@pytest.mark.parametrize("cursor", ["what", "|", "2026-01-01|2026-01-01"])
def test_an_unknown_cursor_is_like_none(nova, compute, cursor):
    nova.tell("GET", SERVERS, Answer(body={"servers": []}))
    nova.make(status="ERROR")

    assert compute.notices(cursor).items == ()


def test_metadata_that_are_not_there_are_not_deleted(nova, compute):
    nova.make(ID, metadata={"a/b": "1", "c": "2"})
    path = f"{SERVERS}/{ID}/metadata/a%2Fb"
    nova.tell("DELETE", path, Answer(status=204))

    compute.delete_metadata(ID, ["a/b", "not there"])

    assert nova.calls()[1:] == [f"DELETE {path}"]


def image(number, name="same"):
    return {
        "id": f"20000000-0000-4000-8000-00000000000{number}",
        "name": name,
        "status": "active",
    }


def test_a_name_that_two_images_have_is_refused(nova, images):
    found = Answer(body={"images": [image(1), image(2)]})
    nova.tell("GET", "/image/v2/images", found)

    with pytest.raises(exceptions.CloudError, match="isn't unique") as caught:
        images.find_image("same")

    assert caught.value.status == 409


def test_an_image_is_found_by_its_id_in_one_call(nova, images):
    one = image(1)
    nova.tell("GET", f"/image/v2/images/{one['id']}", Answer(body=one))

    assert images.find_image(one["id"]).name == "same"
    assert len(nova.calls()) == 1


def test_a_name_may_have_the_form_of_an_id(nova, images):
    odd = image(1)["id"]
    nova.tell("GET", "/image/v2/images", Answer(body={"images": [image(2, odd)]}))

    assert images.find_image(odd).id == image(2)["id"]
