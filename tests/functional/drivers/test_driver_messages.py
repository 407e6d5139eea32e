"""Queues: made, filled, claimed, deleted; and what a permission gives."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base, objects

QUEUE = "senlin-receiver-1"


@pytest.fixture
def strict(kit):
    """A cloud that knows which queues there are."""
    if kit.is_real:
        pytest.skip("Zaqar takes a queue that isn't there for an empty one")


@pytest.fixture
def messaging(kit):
    found = kit.cloud().messaging
    found.create_queue(QUEUE)
    return found


def test_a_queue_is_made_once(kit, messaging):
    messaging.create_queue(QUEUE)

    assert messaging.subscribe(QUEUE, "http://here/v1/receivers/1/notify")
    assert list(messaging.claim(QUEUE, limit=5, seconds=60)) == []


def test_a_queue_is_its_projects_own(kit, messaging):
    kit.post(QUEUE, "x")
    stranger = kit.cloud("project-2").messaging
    if kit.is_real:
        assert list(stranger.claim(QUEUE, limit=1, seconds=60)) == []
        return

    with pytest.raises(exceptions.CloudNotFound):
        stranger.claim(QUEUE, limit=1, seconds=60)
    with pytest.raises(exceptions.CloudNotFound):
        stranger.subscribe(QUEUE, "http://there")


def test_messages_are_claimed_in_order_and_by_one_only(kit, messaging):
    for number in range(3):
        kit.post(QUEUE, {"number": number})

    first = messaging.claim(QUEUE, limit=2, seconds=60)
    second = messaging.claim(QUEUE, limit=2, seconds=60)

    assert [one.body["number"] for one in first] == [0, 1]
    assert [one.body["number"] for one in second] == [2]


def test_a_claim_runs_out(kit, messaging):
    if kit.is_real:
        pytest.skip("a claim of Zaqar lasts a minute at least")
    kit.post(QUEUE, "x")
    [before] = messaging.claim(QUEUE, limit=5, seconds=0)

    [after] = messaging.claim(QUEUE, limit=5, seconds=60)
    # The claim has passed to somebody else: its message stays.
    messaging.delete_message(QUEUE, before)
    messaging.delete_message(QUEUE, after)
    messaging.delete_message(QUEUE, after)

    assert (before.id, before.body) == (after.id, after.body)
    assert before.claim_id != after.claim_id


def test_a_deleted_queue_takes_its_messages_with_it(kit, messaging):
    kit.post(QUEUE, "x")
    subscription = messaging.subscribe(QUEUE, "http://here")

    messaging.delete_queue(QUEUE, subscription)
    messaging.delete_queue(QUEUE)

    if not kit.is_real:
        with pytest.raises(exceptions.CloudNotFound):
            messaging.claim(QUEUE, limit=1, seconds=60)
    messaging.create_queue(QUEUE)
    assert list(messaging.claim(QUEUE, limit=1, seconds=60)) == []


def test_deleting_what_is_gone_is_fine(messaging):
    gone = objects.Message(id="gone", body=None, claim_id="gone")

    messaging.delete_message(QUEUE, gone)
    messaging.delete_queue("never-made")


@pytest.fixture
def permission(kit):
    """Who gives a permission, where, with which roles; and the permission."""
    account, roles = kit.account("project-1"), ["member", "reader"]
    given = kit.driver.identity.delegate(
        account.user, account.project, roles, kit.token("project-1")
    )
    yield account.user, account.project, given
    kit.driver.identity.revoke(given)


@pytest.mark.needs("permissions")
def test_a_permission_tells_its_roles(kit, permission):
    user, project, credential = permission
    identity = kit.driver.identity

    assert {"member", "reader"} <= set(identity.roles(user, project, credential))
    assert identity.is_valid(credential)
    for other, place in (("user-2", project), (user, "project-2")):
        with pytest.raises(exceptions.TrustNotFound):
            identity.roles(other, place, credential)


@pytest.mark.needs("permissions")
def test_a_revoked_permission_gives_no_roles(kit, permission):
    user, project, credential = permission
    identity = kit.driver.identity

    identity.revoke(credential)
    identity.revoke(credential)

    assert not identity.is_valid(credential)
    with pytest.raises(exceptions.TrustNotFound):
        identity.roles(user, project, credential)
    account = base.Account(user=user, project=project, credential=credential)
    with pytest.raises(exceptions.TrustNotFound):
        kit.driver.cloud(account)


def test_what_is_posted_can_be_claimed(messaging):
    messaging.post(QUEUE, {"number": 1}, ttl_s=60)

    [message] = messaging.claim(QUEUE, limit=5, seconds=60)
    assert message.body == {"number": 1}


@pytest.mark.usefixtures("strict")
def test_a_message_needs_a_queue(kit):
    with pytest.raises(exceptions.CloudNotFound):
        kit.cloud().messaging.post("nowhere", {}, ttl_s=60)
