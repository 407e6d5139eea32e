"""Keys of a cluster's ``config`` that mean something have values that can be used."""

import pytest

UNUSABLE = [
    ("cluster.stop_timeout_before_update", "abc"),
    ("cluster.stop_timeout_before_update", -1),
    ("cluster.stop_timeout_before_update", 1.5),
    ("cluster.stop_timeout_before_update", True),
    ("cluster.stop_timeout_before_update", None),
    ("cluster.stop_timeout_before_update", 2**31),
    ("cluster.stop_node_before_delete", "abc"),
    ("cluster.stop_node_before_delete", 1),
    ("cluster.stop_node_before_delete", None),
    ("node.name.format", "a b c"),
    ("node.name.format", "web/$I"),
    ("node.name.format", "5$"),
    ("node.name.format", 5),
]


@pytest.mark.parametrize(("key", "value"), UNUSABLE)
def test_a_config_that_cannot_be_used_is_refused(client, deps, cluster, key, value):
    body = {"name": "refused", "profile_id": "p", "config": {key: value}}

    made = client.post("/v1/clusters", {"cluster": body})
    changed = client.patch("/v1/clusters/c", {"cluster": {"config": {key: value}}})

    for reply in (made, changed):
        assert reply.status == 400
        assert reply.message.startswith(f"Bad value of config '{key}': ")
    assert client.get("/v1/clusters/refused").status == 404


@pytest.mark.parametrize(
    "config",
    [
        {"cluster.stop_timeout_before_update": 0},
        {"cluster.stop_timeout_before_update": "60"},
        {"cluster.stop_timeout_before_update": 2**31 - 1},
        {"cluster.stop_node_before_delete": False},
        {"cluster.stop_node_before_delete": "True"},
        {"node.name.format": ""},
        {"node.name.format": "web.$3I~$R"},
        {"my.own": ["a b c"], "cluster.other": None},
    ],
)
def test_what_can_be_used_or_is_the_users_own_is_taken(client, profile, config):
    body = {"name": "d", "profile_id": "p", "config": config}

    reply = client.post("/v1/clusters", {"cluster": body})

    assert reply.status == 202
    assert reply.json["cluster"]["config"] == config
