"""Queues: made, filled, claimed, deleted; and what a permission gives."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import objects

QUEUE = "senlin-receiver-1"


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
    stranger = kit.cloud("project-2").messaging

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

    with pytest.raises(exceptions.CloudNotFound):
        messaging.claim(QUEUE, limit=1, seconds=60)
    messaging.create_queue(QUEUE)
    assert list(messaging.claim(QUEUE, limit=1, seconds=60)) == []


def test_deleting_what_is_gone_is_fine(messaging):
    gone = objects.Message(id="gone", body=None, claim_id="gone")

    messaging.delete_message(QUEUE, gone)
    messaging.delete_queue("never-made")


def test_a_permission_tells_its_roles(kit):
    identity = kit.driver.identity
    credential = identity.delegate("user-1", "project-1", ["member", "reader"], None)

    assert set(identity.roles("user-1", "project-1", credential)) == {
        "member",
        "reader",
    }
    for user, project in (("user-2", "project-1"), ("user-1", "project-2")):
        with pytest.raises(exceptions.TrustNotFound):
            identity.roles(user, project, credential)


def test_a_revoked_permission_gives_no_roles(kit):
    identity = kit.driver.identity
    credential = identity.delegate("user-1", "project-1", ["member"], None)

    identity.revoke(credential)

    with pytest.raises(exceptions.TrustNotFound):
        identity.roles("user-1", "project-1", credential)


def test_what_is_posted_can_be_claimed(messaging):
    messaging.post(QUEUE, {"number": 1}, ttl_s=60)

    [message] = messaging.claim(QUEUE, limit=5, seconds=60)
    assert message.body == {"number": 1}


def test_a_message_needs_a_queue(kit):
    with pytest.raises(exceptions.CloudNotFound):
        kit.cloud().messaging.post("nowhere", {}, ttl_s=60)
