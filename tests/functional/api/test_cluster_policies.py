# ruff: noqa: E501 - texts of the wire stay in one piece
"""Policies of clusters: what is asked, listed, shown and refused."""

import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import bindings
from senlin_like.db.models import Action

NOBODY = "11ff0486-a022-4b28-9def-9b2d78d47fab"


@pytest.fixture
def policy(client, policy_spec):
    reply = client.post("/v1/policies", {"policy": {"name": "y", "spec": policy_spec}})
    return reply.json["policy"]


@pytest.fixture
def bind(deps, end_actions):
    """Attach a policy as an engine would."""

    def make(cluster, policy, **values):
        end_actions(deps)
        row = {
            "id": str(uuid.uuid4()),
            "cluster_id": cluster["id"],
            "policy_id": policy["id"],
            "enabled": True,
            "priority": 100,
            "is_attached": True,
        }
        deps.db.transact(lambda one: bindings.insert(one, row | values))
        return row["id"]

    return make


@pytest.mark.parametrize(
    ("name", "kind", "prefix"),
    [
        ("policy_attach", "CLUSTER_ATTACH_POLICY", "attach_policy_"),
        ("attach_policy", "CLUSTER_ATTACH_POLICY", "attach_policy_"),
        ("policy_detach", "CLUSTER_DETACH_POLICY", "detach_policy_"),
        ("detach_policy", "CLUSTER_DETACH_POLICY", "detach_policy_"),
        ("policy_update", "CLUSTER_UPDATE_POLICY", "update_policy_"),
        ("update_policy", "CLUSTER_UPDATE_POLICY", "update_policy_"),
    ],
)
def test_both_spellings_ask_for_the_action(
    client, cluster, policy, bind, act, action_of, name, kind, prefix
):
    bind(cluster, policy)

    reply = act(client, name, {"policy_id": "y"})

    action = action_of(client, reply)
    assert (action["action"], action["inputs"]["policy_id"]) == (kind, policy["id"])
    assert action["name"] == prefix + cluster["id"][:8]


@pytest.mark.parametrize("given", [{}, {"enabled": None}])
def test_an_attached_policy_is_enabled_unless_said(
    client, deps, cluster, policy, act, action_of, end_actions, given
):
    end_actions(deps)

    reply = act(client, "policy_attach", {"policy_id": policy["id"], **given})

    assert action_of(client, reply)["inputs"]["enabled"] is True


def test_an_update_without_a_word_on_enabled_asks_for_nothing(
    client, cluster, policy, bind, act, action_of
):
    bind(cluster, policy)

    reply = act(client, "policy_update", {"policy_id": "y", "enabled": None})

    assert action_of(client, reply)["inputs"] == {"policy_id": policy["id"]}


@pytest.mark.parametrize("name", ["policy_attach", "policy_detach", "policy_update"])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("POLICY_ID", "The data provided is not a map"),
        ({}, "'policy_id' is a required property"),
        ({"policy_id": None}, "Field `policy_id' cannot be None"),
        ({"policy_id": NOBODY}, f"The specified policy '{NOBODY}' could not be found."),
        ({"policy_id": "x", "boo": 1}, "Additional properties are not allowed ('boo' was unexpected)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(client, deps, cluster, end_actions, act, name, params, message):  # fmt: skip
    end_actions(deps)

    reply = act(client, name, params)

    assert (reply.status, reply.message) == (400, message)


def test_enabled_is_a_word_for_yes_or_no(client, cluster, act):
    reply = act(client, "policy_attach", {"policy_id": "x", "enabled": "not-bool"})

    assert (reply.status, reply.message) == (
        400,
        "Unrecognized value 'not-bool', acceptable values are: '0', '1', 'f', "
        "'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'",
    )


@pytest.mark.parametrize("name", ["policy_detach", "policy_update"])
def test_what_is_not_attached_is_not_detached_or_changed(
    client, deps, cluster, policy, act, end_actions, name
):
    end_actions(deps)

    reply = act(client, name, {"policy_id": "y"})

    assert (reply.status, reply.message) == (
        400,
        "The policy 'y' is not attached to the specified cluster 'c'.",
    )


def test_the_cluster_is_looked_for_first(client):
    for name in ("policy_attach", "policy_detach", "policy_update"):
        body = {name: {"policy_id": "x"}}
        assert client.post(f"/v1/clusters/{NOBODY}/actions", body).status == 404


def test_a_policy_of_another_project_is_not_there(as_user, spec, policy_spec):
    mine, theirs = as_user("a", "p", "member"), as_user("b", "q", "member")
    admin = as_user("c", "r", "admin")
    profile = {"profile": {"name": "p", "spec": spec}}
    profile_id = mine.post("/v1/profiles", profile).json["profile"]["id"]
    body = {"cluster": {"name": "c", "profile_id": profile_id}}
    cluster_id = mine.post("/v1/clusters", body).json["cluster"]["id"]
    body = {"policy": {"name": "y", "spec": policy_spec}}
    policy_id = theirs.post("/v1/policies", body).json["policy"]["id"]

    for client in (mine, admin):
        reply = client.post(
            f"/v1/clusters/{cluster_id}/actions",
            {"policy_attach": {"policy_id": policy_id}},
        )
        assert (reply.status, reply.message) == (
            400,
            f"The specified policy '{policy_id}' could not be found.",
        )


def test_the_policies_of_a_cluster_are_listed_and_shown(client, cluster, policy, bind):
    binding = bind(cluster, policy)
    expected = {
        "id": binding,
        "cluster_id": cluster["id"],
        "cluster_name": "c",
        "policy_id": policy["id"],
        "policy_name": "y",
        "policy_type": "senlin.policy.scaling-1.0",
        "enabled": True,
        "priority": 100,
        "data": None,
        "last_op": None,
    }

    assert client.get("/v1/clusters/c/policies").json == {
        "cluster_policies": [expected]
    }
    assert client.get("/v1/clusters/c/policies/y").json == {"cluster_policy": expected}
    assert client.get("/v1/clusters/c").json["cluster"]["policies"] == [binding]
    (listed,) = client.get("/v1/clusters").json["clusters"]
    assert listed["policies"] == [binding]


def test_data_is_sealed_and_shown_to_the_owner(client, deps, cluster, policy, bind):
    sealed = deps.db.vault.seal({"queue": "q"})
    bind(cluster, policy, sealed_data=sealed)

    shown = client.get("/v1/clusters/c/policies/y").json["cluster_policy"]

    assert shown["data"] == {"queue": "q"}
    assert "sealed_data" not in shown


def test_what_is_being_attached_is_not_seen(client, cluster, policy, bind):
    bind(cluster, policy, is_attached=False)

    assert client.get("/v1/clusters/c/policies").json == {"cluster_policies": []}
    assert client.get("/v1/clusters/c/policies/y").status == 404
    assert client.get("/v1/clusters/c").json["cluster"]["policies"] == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("enabled=true", 1),
        ("enabled=False", 0),
        ("enabled=", 1),
        ("policy_name=y", 1),
        ("policy_name=z", 0),
        ("policy_type=senlin.policy.scaling-1.0", 1),
        ("policy_type=senlin.policy.scaling", 0),
        ("enabled=true&policy_name=y&sort=enabled:desc", 1),
    ],
)
def test_the_list_is_filtered(client, cluster, policy, bind, query, count):
    bind(cluster, policy)

    listed = client.get(f"/v1/clusters/c/policies?{query}").json["cluster_policies"]

    assert len(listed) == count


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("bogus=foo", "Invalid parameter bogus"),
        ("limit=1", "Invalid parameter limit"),
        ("marker=x", "Invalid parameter marker"),
        ("global_project=true", "Invalid parameter global_project"),
        ("sort=bad-sort", "Unsupported sort key 'bad-sort' for 'sort'."),
        ("sort=id", "Unsupported sort key 'id' for 'sort'."),
        ("enabled=bad-enabled", "Invalid value 'bad-enabled' specified for 'enabled'"),
    ],
)
def test_the_query_is_checked(client, cluster, query, message):
    reply = client.get(f"/v1/clusters/c/policies?{query}")

    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        (f"{NOBODY}/policies", 404, f"The cluster '{NOBODY}' could not be found."),
        (f"{NOBODY}/policies/y", 404, f"The cluster '{NOBODY}' could not be found."),
        ("c/policies/fake", 404, "The policy 'fake' could not be found."),
        ("c/policies/y", 404, "The policy 'y' is not found attached to the specified cluster 'c'."),
        ("c/policies/twin", 400, "Multiple results found matching the query criteria 'twin'. Please be more specific."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(client, cluster, policy, policy_spec, path, status, message):  # fmt: skip
    for _ in range(2):
        client.post("/v1/policies", {"policy": {"name": "twin", "spec": policy_spec}})

    reply = client.get(f"/v1/clusters/{path}")

    assert (reply.status, reply.message) == (status, message)


def test_a_missing_binding_has_a_type_of_its_own(client, cluster, policy):
    assert client.get("/v1/clusters/c/policies/y").type == "PolicyBindingNotFound"


@pytest.mark.parametrize("is_attached", [True, False])
def test_a_policy_that_is_attached_is_not_deleted(client, cluster, policy, bind, is_attached):  # fmt: skip
    bind(cluster, policy, is_attached=is_attached)

    reply = client.delete(f"/v1/policies/{policy['id']}")

    assert (reply.status, reply.type) == (409, "ResourceInUse")
    assert reply.message == (
        f"The policy '{policy['id']}' cannot be deleted: still attached to some clusters."
    )


def test_a_cluster_with_policies_is_deleted_by_force_only(
    client, cluster, policy, bind
):
    bind(cluster, policy)

    refused = client.delete("/v1/clusters/c")
    forced = client.delete("/v1/clusters/c?force=true")

    assert (refused.status, forced.status) == (409, 202)
    assert refused.message == (
        "The cluster 'c' cannot be deleted: still has policies: ['y']; 'force' "
        "removes them with it."
    )


def test_a_webhook_names_policies_of_its_owner_only(client, deps, cluster, policy, end_actions):  # fmt: skip
    end_actions(deps)
    hook = {
        "name": "h",
        "type": "webhook",
        "cluster_id": "c",
        "action": "CLUSTER_ATTACH_POLICY",
        "params": {"policy_id": "y"},
    }
    made = client.post("/v1/receivers", {"receiver": hook}).json["receiver"]
    path = f"/v1/webhooks/{made['id']}/trigger?V=2"

    refused = client.post(path, {"policy_id": "nobody"})
    taken = client.post(path)

    assert (refused.status, refused.message) == (
        400,
        "The specified policy 'nobody' could not be found.",
    )
    assert taken.status == 202
    with deps.db.reader() as session:
        query = sa.select(Action.inputs).where(Action.id == taken.json["action"])
        assert session.scalar(query)["policy_id"] == policy["id"]
