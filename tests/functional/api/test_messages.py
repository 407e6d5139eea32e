"""Receivers of messages: queues, and what comes of what is in them."""

import pytest

NAME = {"name": "m", "type": "message"}


@pytest.fixture
def receiver(client, cluster, deps, end_actions):
    end_actions(deps)
    reply = client.post("/v1/receivers", {"receiver": NAME})
    assert reply.status == 201, reply.raw
    return reply.json["receiver"]


@pytest.fixture
def post(client, receiver):
    """Put a message into the receiver's queue."""
    queue = receiver["channel"]["queue_name"]

    def send(body):
        path = f"/simulated/v1/queues/{queue}/messages"
        reply = client.post(path, {"message": body})
        assert reply.status == 201, reply.raw
        return reply.json["message"]["id"]

    return send


@pytest.fixture
def left(client, receiver):
    """List what is in the receiver's queue."""
    queue = receiver["channel"]["queue_name"]
    path = f"/simulated/v1/queues/{queue}/messages"
    return lambda: client.get(path).json["messages"]


def started(client):
    return client.get("/v1/actions?action=CLUSTER_SCALE_OUT").json["actions"]


def test_a_receiver_has_a_queue_that_calls_it(client, receiver):
    queues = client.get("/simulated/v1/queues").json["queues"]

    assert receiver["channel"] == {"queue_name": f"senlin-receiver-{receiver['id']}"}
    assert receiver["cluster_id"] is None
    assert receiver["action"] is None
    assert queues == [
        {
            "project": "admin",
            "name": receiver["channel"]["queue_name"],
            "subscribers": [
                f"http://localhost:8777/v1/receivers/{receiver['id']}/notify"
            ],
        }
    ]
    assert client.get("/v1/receivers/m").json["receiver"] == receiver


def test_cluster_and_action_are_taken_and_dropped(client, cluster):
    body = {**NAME, "cluster_id": "c", "action": "CLUSTER_CHECK", "params": {"a": 1}}

    made = client.post("/v1/receivers", {"receiver": body}).json["receiver"]
    same = client.patch("/v1/receivers/m", {"receiver": {"action": "CLUSTER_CHECK"}})

    assert (made["cluster_id"], made["action"]) == (None, None)
    assert made["params"] == {"a": 1}
    assert same.message == "No property needs an update."


def test_a_message_becomes_an_action(client, cluster, receiver, post, left):
    message = post(
        {"cluster": "c", "action": "CLUSTER_SCALE_OUT", "params": {"count": 3}}
    )

    reply = client.post("/v1/receivers/m/notify", {"whatever": 1})

    assert (reply.status, reply.raw) == (204, b"")
    [action] = started(client)
    assert action["name"] == f"receiver_{receiver['id'][:8]}_{message[:8]}"
    assert action["target"] == cluster["id"]
    assert action["inputs"] == {"count": 3}
    assert left() == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        1,
        "x",
        [],
        {},
        {"cluster": "c"},
        {"cluster": 1, "action": "CLUSTER_CHECK"},
        {"cluster": "nobody", "action": "CLUSTER_CHECK"},
        {"cluster": "c", "action": "CLUSTER_CREATE"},
        {"cluster": "c", "action": "NODE_CHECK"},
        {"cluster": "c", "action": ["CLUSTER_CHECK"]},
        {"cluster": "c", "action": "CLUSTER_CHECK", "params": 1},
    ],
)
def test_a_bad_message_is_dropped_and_the_next_one_counts(
    client, receiver, post, left, body, caplog
):
    bad = post(body)
    post({"cluster": "c", "action": "CLUSTER_SCALE_OUT"})

    assert client.post("/v1/receivers/m/notify").status == 204

    assert len(started(client)) == 1
    assert left() == []
    assert f"Message {bad}" in caplog.text


def test_a_message_in_conflict_is_dropped(client, receiver, post, left):
    for _ in range(2):
        post({"cluster": "c", "action": "CLUSTER_SCALE_OUT"})

    assert client.post("/v1/receivers/m/notify").status == 204

    assert len(started(client)) == 1
    assert left() == []


def test_more_messages_than_one_claim_holds(client, receiver, post, left):
    for _ in range(45):
        post({"cluster": "nobody", "action": "CLUSTER_SCALE_OUT"})
    post({"cluster": "c", "action": "CLUSTER_SCALE_OUT"})

    client.post("/v1/receivers/m/notify")

    assert len(started(client)) == 1
    assert left() == []


def test_a_message_that_comes_twice_starts_one_action(
    client, receiver, post, deps, end_actions
):
    post({"cluster": "c", "action": "CLUSTER_SCALE_OUT"})
    deps.driver.controls.add_fault(
        {"effect": "timeout", "method": "messaging.delete_message", "count": 1}
    )

    cut_off = client.post("/v1/receivers/m/notify")
    end_actions(deps)
    deps.driver.controls.advance(121)
    again = client.post("/v1/receivers/m/notify")

    assert (cut_off.status, again.status) == (503, 204)
    assert len(started(client)) == 1


def test_a_claimed_message_is_nobody_elses(client, receiver, post, deps):
    post({"cluster": "c", "action": "CLUSTER_SCALE_OUT"})
    deps.driver.controls.add_fault(
        {"effect": "timeout", "method": "messaging.delete_message", "count": 1}
    )
    client.post("/v1/receivers/m/notify")
    calls = deps.driver.controls.counters()

    assert client.post("/v1/receivers/m/notify").status == 204
    after = deps.driver.controls.counters()
    assert after["messaging.claim"]["ok"] == calls["messaging.claim"]["ok"] + 1
    assert after["messaging.delete_message"] == calls["messaging.delete_message"]


def test_a_webhook_is_not_notified(client, cluster):
    hook = {
        "name": "r",
        "type": "webhook",
        "cluster_id": "c",
        "action": "CLUSTER_CHECK",
    }
    client.post("/v1/receivers", {"receiver": hook})

    reply = client.post("/v1/receivers/r/notify")

    assert reply.status == 400
    assert reply.message == "Notifying non-message receiver is not allowed."
    assert client.post("/v1/receivers/x/notify").status == 404


def test_only_the_owner_and_administrators_notify(as_user):
    as_user("ann", "red", "member").post("/v1/receivers", {"receiver": NAME})

    statuses = [
        as_user(name, project, role).post("/v1/receivers/m/notify").status
        for name, project, role in (
            ("ann", "red", "member"),
            ("bob", "red", "member"),
            ("root", "ops", "admin"),
            ("eve", "blue", "member"),
        )
    ]

    assert statuses == [204, 403, 204, 404]


def test_a_message_reaches_the_owners_clusters_only(as_user, spec, deps):
    ann, eve = (as_user(name, name, "member") for name in ("ann", "eve"))
    ann.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    ann.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": "p"}})
    made = eve.post("/v1/receivers", {"receiver": NAME}).json["receiver"]
    queue = made["channel"]["queue_name"]
    cluster = ann.get("/v1/clusters/c").json["cluster"]["id"]
    body = {"cluster": cluster, "action": "CLUSTER_DELETE"}
    deps.driver.controls.post_message(queue, body)

    assert as_user("root", "ops", "admin").post("/v1/receivers/m/notify").status == 204

    assert len(ann.get("/v1/actions").json["actions"]) == 1
    assert deps.driver.controls.messages(queue) == []


def test_a_queue_goes_with_its_receiver(client, receiver, post):
    post({})

    assert client.delete("/v1/receivers/m").status == 204
    assert client.get("/simulated/v1/queues").json == {"queues": []}


def test_a_queue_that_can_not_be_deleted_keeps_its_receiver(client, receiver, deps):
    deps.driver.controls.outage()

    assert client.delete("/v1/receivers/m").status == 503
    deps.driver.controls.clear_faults()
    assert client.delete("/v1/receivers/m").status == 204


@pytest.mark.parametrize("method", ["messaging.create_queue", "messaging.subscribe"])
@pytest.mark.parametrize("effect", ["busy", "done_but_timeout"])
def test_a_receiver_that_can_not_be_made_leaves_nothing(client, deps, method, effect):
    deps.driver.controls.add_fault({"effect": effect, "method": method})

    reply = client.post("/v1/receivers", {"receiver": NAME})

    assert reply.status == 503
    assert client.get("/v1/receivers").json == {"receivers": []}
    assert client.get("/simulated/v1/queues").json == {"queues": []}


def test_messages_need_a_queue(client):
    path = "/simulated/v1/queues/none/messages"

    assert client.post(path, {"message": {}}).status == 404
    assert client.post(path).status == 400
    assert client.get(path).json == {"messages": []}
