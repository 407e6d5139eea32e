"""Queues, as Zaqar is asked for them."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import objects
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

QUEUE = "/messaging/v2/queues/q%20of%2F1"
NAME = "q of/1"
TRUST = "/v3/OS-TRUST/trusts/"
MESSAGE = objects.Message(id="m-1", body=1, claim_id="c-1")


@pytest.fixture
def cloud():
    with border.running() as made:
        yield made


@pytest.fixture
def driver(cloud):
    made = border.a_driver(cloud.url)
    yield made
    made.close()


@pytest.fixture
def messaging(driver):
    return driver.cloud(border.an_account()).messaging


def sent(cloud):
    return next(
        one for one in cloud.asked if one.method == "POST" and one.path[1] != "v"
    )


def test_a_queue_is_made(cloud, messaging):
    cloud.tell("PUT", QUEUE, Answer(status=201))

    messaging.create_queue(NAME)

    assert cloud.calls() == [f"PUT {QUEUE}"]
    assert "Client-ID" in cloud.asked[-1].headers


def test_who_is_called_back_gets_a_token_of_the_owner(cloud, messaging):
    made = Answer(status=201, body={"subscription_id": "s-1"})
    cloud.tell("POST", f"{QUEUE}/subscriptions", made)

    assert messaging.subscribe(NAME, "http://here/notify") == "s-1"
    assert sent(cloud).body["subscriber"] == "trust+http://here/notify"
    assert sent(cloud).body["ttl"] > 3600 * 24 * 365


@pytest.mark.parametrize(("asked", "sent_s"), [(1, 60), (300, 300), (10**9, 1_209_600)])
def test_messages_stay_as_long_as_zaqar_lets_them(cloud, messaging, asked, sent_s):
    cloud.tell("POST", f"{QUEUE}/messages", Answer(status=201, body={}))

    messaging.post(NAME, {"a": 1}, ttl_s=asked)

    assert sent(cloud).body == {"messages": [{"ttl": sent_s, "body": {"a": 1}}]}


def test_messages_are_claimed(cloud, messaging):
    href = "/v2/queues/q/messages/m-1?claim_id=c-1"
    body = {"messages": [{"id": "m-1", "href": href, "body": 1}]}
    cloud.tell("POST", f"{QUEUE}/claims", Answer(status=201, body=body))

    assert messaging.claim(NAME, limit=100, seconds=120) == [MESSAGE]
    assert sent(cloud).query == {"limit": "20"}
    assert sent(cloud).body == {"ttl": 120, "grace": 60}


def test_a_queue_without_messages_gives_none(cloud, messaging):
    cloud.tell("POST", f"{QUEUE}/claims", Answer(status=204))

    assert messaging.claim(NAME, limit=1, seconds=0) == []
    assert sent(cloud).body["ttl"] == 60


@pytest.mark.parametrize("status", [204, 400, 403, 404])
def test_a_message_that_is_gone_or_anothers_is_left(cloud, messaging, status):
    cloud.tell("DELETE", f"{QUEUE}/messages/m-1", Answer(status=status))

    messaging.delete_message(NAME, MESSAGE)

    assert cloud.asked[-1].query == {"claim_id": "c-1"}


def test_subscriptions_never_end_in_the_same_second(cloud, messaging):
    made = Answer(status=201, body={"subscription_id": "s-1"})
    cloud.tell("POST", f"{QUEUE}/subscriptions", made)

    for _ in range(5):
        messaging.subscribe(NAME, "http://here/notify")

    asked = [one for one in cloud.asked if one.path == f"{QUEUE}/subscriptions"]
    lives = {one.body["ttl"] for one in asked}
    assert len(lives) > 1


def test_subscriptions_end_with_their_queue(cloud, messaging):
    listed = Answer(body={"subscriptions": [{"id": "s-1"}, {"id": "s-2"}]})
    cloud.tell("GET", f"{QUEUE}/subscriptions", listed)
    cloud.tell("GET", f"{QUEUE}/subscriptions/s-3", Answer(body={"id": "s-3"}))

    messaging.delete_queue(NAME)
    messaging.delete_queue(NAME, "s-3")
    messaging.delete_queue(NAME, "s-4")

    assert [one for one in cloud.calls() if one.startswith("DELETE")] == [
        f"DELETE {QUEUE}/subscriptions/s-1",
        f"DELETE {QUEUE}/subscriptions/s-2",
        f"DELETE {QUEUE}",
        f"DELETE {QUEUE}/subscriptions/s-3",
        f"DELETE {QUEUE}",
        f"DELETE {QUEUE}",
    ]


@pytest.mark.parametrize("status", [204, 404])
def test_the_trust_of_a_subscription_ends_with_it(cloud, messaging, status, caplog):
    told = {"id": "s-1", "options": {"trust_id": "t-1"}}
    cloud.tell("GET", f"{QUEUE}/subscriptions/s-1", Answer(body=told))
    cloud.tell("DELETE", f"{TRUST}t-1", Answer(status=status))

    messaging.delete_queue(NAME, "s-1")

    assert cloud.calls()[1:] == [
        f"DELETE {TRUST}t-1",
        f"DELETE {QUEUE}/subscriptions/s-1",
        f"DELETE {QUEUE}",
    ]
    assert "leaves a trust" not in caplog.text


def test_a_trust_that_keystone_keeps_is_told_without_its_id(cloud, messaging, caplog):
    told = {"id": "s-1", "options": {"trust_id": "t-1"}}
    refused = Answer(status=403, body={"error": {"message": "no right to t-1"}})
    cloud.tell("GET", f"{QUEUE}/subscriptions/s-1", Answer(body=told))
    cloud.tell("DELETE", f"{TRUST}t-1", refused)

    messaging.delete_queue(NAME, "s-1")

    assert cloud.calls()[-1] == f"DELETE {QUEUE}"
    assert "leaves a trust behind" in caplog.text
    assert "t-1" not in caplog.text


def test_a_cloud_without_queues_says_so(driver):
    account = border.an_account(region="elsewhere")

    with pytest.raises(exceptions.CloudNotFound) as caught:
        _ = driver.cloud(account).messaging

    assert caught.value.identity == "messaging"
