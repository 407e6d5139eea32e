"""Switches of a recover request that are words: 'false' isn't true."""

import pytest

SWITCHES = ["check", "check_capacity"]


@pytest.fixture
def surplus(service, stage):
    """Let the cluster have three nodes where it wants two."""
    params = {"adjustment_type": "EXACT_CAPACITY", "number": 3}
    service.post("/v1/clusters/c/actions", {"resize": params})
    stage.drain()
    with stage.deps.db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cluster SET desired_capacity = 2")

    def left():
        return len(service.get("/v1/clusters/c").json["cluster"]["nodes"])

    return left


@pytest.mark.parametrize("word", ["false", "False", "no", "0", False, None])
def test_a_word_that_says_no_deletes_nobody(surplus, trigger, word):
    ended = trigger("CLUSTER_RECOVER", {"check_capacity": word})

    assert (ended["status"], surplus()) == ("SUCCEEDED", 3)


@pytest.mark.parametrize("word", ["true", "True", "yes", "1", True])
def test_a_word_that_says_yes_is_heard(surplus, trigger, word):
    ended = trigger("CLUSTER_RECOVER", {"check_capacity": word})

    assert (ended["status"], surplus()) == ("SUCCEEDED", 2)


@pytest.mark.parametrize("word", ["perhaps", "", {}, [1], 7])
@pytest.mark.parametrize("switch", SWITCHES)
def test_other_words_of_a_webhook_fail_the_action(surplus, trigger, switch, word):
    ended = trigger("CLUSTER_RECOVER", {switch: word})

    assert (ended["status"], surplus()) == ("FAILED", 3)
    assert f"The value for {switch} must be true or false" in ended["status_reason"]


@pytest.mark.parametrize("word", ["perhaps", {}, 7])
@pytest.mark.parametrize("switch", SWITCHES)
def test_other_words_are_refused(client, cluster, switch, word):
    reply = client.post("/v1/clusters/c/actions", {"recover": {switch: word}})

    assert reply.status == 400
    assert f"The value for {switch} must be true or false" in reply.message


def test_words_are_kept_as_what_they_say(service, action_of):
    params = {"check": "false", "check_capacity": "True"}

    reply = service.post("/v1/clusters/c/actions", {"recover": params})

    kept = action_of(service, reply)["inputs"]
    assert kept == {"check": False, "check_capacity": True}


def test_so_are_those_for_a_node(service, action_of):
    (node,) = service.get("/v1/clusters/c").json["cluster"]["nodes"]
    params = {"check": "no", "force_recreate": "false"}

    reply = service.post(f"/v1/nodes/{node}/actions", {"recover": params})

    kept = action_of(service, reply)["inputs"]
    assert kept == {"check": False, "force_recreate": False}


@pytest.mark.parametrize(
    "inputs", [{"delete_timeout": "soon"}, {"force_recreate": "perhaps"}]
)
def test_what_a_webhook_hands_on_to_nodes_is_read_too(service, stage, trigger, inputs):
    ended = trigger("CLUSTER_RECOVER", inputs)

    assert ended["status"] == "FAILED"
    assert f"The value for {next(iter(inputs))} must be" in ended["status_reason"]


def test_a_time_may_be_text_in_a_webhook(surplus, trigger):
    """In a query there is nothing else."""
    assert trigger("CLUSTER_RECOVER", {"delete_timeout": "600"})["status"] == (
        "SUCCEEDED"
    )


@pytest.mark.parametrize("word", ["soon", "-1", "1.5", ""])
def test_other_times_of_a_webhook_fail_the_action(surplus, trigger, word):
    ended = trigger("CLUSTER_RECOVER", {"delete_timeout": word})

    assert ended["status"] == "FAILED"
    assert "The value for delete_timeout must be" in ended["status_reason"]
