import random
import re

import pytest

from senlin_like import exceptions
from senlin_like.db import actions
from senlin_like.db import nodes as rows
from senlin_like.db.models import Action, Node
from senlin_like.db.paging import Page
from senlin_like.operations import node_actions, nodes


def shown(deps, ctx, identity):
    with deps.db.reader() as one:
        return rows.get(one, ctx, identity)


def test_an_orphan_is_stored_with_its_action(deps, ctx, a_profile, action):
    a_profile()

    made = nodes.create(
        deps, ctx, {"name": "n1", "profile_id": "pro", "cluster_id": None}
    )

    record = made.record
    assert shown(deps, ctx, "n1") == record
    assert (record["cluster_id"], record["index"]) == ("", -1)
    assert (record["status"], record["role"]) == ("INIT", "")
    assert record["profile_name"] == "pro"
    asked = action(made.action_id)
    assert asked["action"] == "NODE_CREATE"
    assert asked["name"] == f"node_create_{record['id'][:8]}"
    assert (asked["target"], asked["timeout"]) == (record["id"], 3600)


def test_a_member_gets_index_and_name_of_its_cluster(deps, ctx, a_cluster, action):
    record = a_cluster(config={"node.name.format": "web-$3I"})
    body = {"name": "ignored", "profile_id": "pro-web", "cluster_id": "web"}

    made = [nodes.create(deps, ctx, body) for _ in range(2)]

    assert [one.record["name"] for one in made] == ["web-001", "web-002"]
    assert [one.record["index"] for one in made] == [1, 2]
    assert action(made[0].action_id)["cluster_id"] == record["id"]
    with deps.db.reader() as one:
        listed = rows.list_page(one, ctx, Page(), {"cluster_id": ["web"]})
    assert {row["name"] for row in listed} == {"web-001", "web-002"}


def test_a_format_may_be_missing(deps, ctx, a_cluster):
    a_cluster()
    body = {"name": "x", "profile_id": "pro-web", "cluster_id": "web"}

    made = nodes.create(deps, ctx, body)

    assert re.fullmatch(r"node-[a-zA-Z][a-zA-Z0-9]{7}", made.record["name"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"profile_id": "x"}, "The specified profile 'x' could not be found."),
        ({"cluster_id": "x"}, "The specified cluster 'x' could not be found."),
        (
            {"profile_id": "stack", "cluster_id": "web"},
            "Node and cluster have different profile type, operation aborted.",
        ),
    ],
)
def test_a_refused_node_leaves_nothing(
    deps, ctx, a_cluster, a_profile, count_rows, body, message
):
    a_cluster()
    a_profile("stack", type="other.server")
    before = count_rows(Action)

    with pytest.raises(exceptions.Invalid) as refusal:
        nodes.create(deps, ctx, {"name": "n", "profile_id": "pro-web"} | body)

    assert refusal.value.message == message
    assert (count_rows(Node), count_rows(Action)) == (0, before)


def test_a_name_may_have_to_be_unique(with_settings, ctx, a_node, a_profile):
    deps = with_settings(name_unique=True)
    a_node("n1")
    a_profile("pro")

    with pytest.raises(exceptions.Invalid, match=r"^The node named \(n1\) already"):
        nodes.create(deps, ctx, {"name": "n1", "profile_id": "pro"})


def test_ambiguous_references_are_refused(deps, ctx, a_cluster, a_profile):
    a_cluster("web")
    a_cluster("web")
    profile = a_profile("pro")

    with pytest.raises(exceptions.MultipleChoices):
        nodes.create(
            deps, ctx, {"name": "n", "profile_id": profile["id"], "cluster_id": "web"}
        )


@pytest.mark.parametrize(
    ("body", "inputs"),
    [
        ({"name": "new"}, {"name": "new"}),
        ({"role": "db", "name": None}, {"role": "db"}),
        ({"metadata": {"k": 1}, "tainted": False}, {"metadata": {"k": 1}}),
        ({"tainted": True, "profile_id": None}, {"tainted": True}),
        ({"role": None, "metadata": None}, {}),
    ],
)
def test_only_changes_reach_the_action(deps, ctx, a_node, action, body, inputs):
    a_node("n1")

    accepted = nodes.update(deps, ctx, "n1", body)

    assert accepted.record["name"] == "n1"
    asked = action(accepted.action_id)
    assert (asked["action"], asked["inputs"]) == ("NODE_UPDATE", inputs)


@pytest.mark.parametrize("body", [{}, {"name": "n1"}, {"name": None, "role": ""}])
def test_an_update_must_change_something(deps, ctx, a_node, body):
    a_node("n1")

    with pytest.raises(exceptions.Invalid, match=r"^No property needs an update.$"):
        nodes.update(deps, ctx, "n1", body)


def test_another_profile_must_fit(deps, ctx, a_node, a_profile, action):
    a_node("n1")
    new = a_profile("new", name="other")
    a_profile("stack", type="other.server")

    with pytest.raises(exceptions.Invalid, match="a node to a different profile type"):
        nodes.update(deps, ctx, "n1", {"profile_id": "stack"})
    with pytest.raises(exceptions.Invalid, match="profile 'x' could not be found"):
        nodes.update(deps, ctx, "n1", {"profile_id": "x"})
    accepted = nodes.update(deps, ctx, "n1", {"profile_id": "new"})

    assert action(accepted.action_id)["inputs"] == {"new_profile_id": new["id"]}


@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING", "RECOVERING"])
def test_a_busy_node_is_deleted_by_force_only(deps, ctx, a_node, action, status):
    a_node("n1", status=status)

    with pytest.raises(exceptions.ActionInProgress) as refusal:
        nodes.delete(deps, ctx, "n1", force=False)
    assert refusal.value.message == f"The node 'n1' is in status {status}."
    action_id = nodes.delete(deps, ctx, "n1", force=True)

    assert action(action_id)["action"] == "NODE_DELETE"


def test_a_node_that_others_need_stays(deps, ctx, a_node):
    a_node("n1", dependents={"nodes": ["x"]})

    with pytest.raises(exceptions.ResourceInUse) as refusal:
        nodes.delete(deps, ctx, "n1", force=True)

    assert refusal.value.message == (
        "The node 'n1' cannot be deleted: still depended by other clusters and/or "
        "nodes."
    )


def test_actions_on_nodes(deps, ctx, a_node, action, finish):
    node = a_node("n1")

    check = action(node_actions.ask(deps, ctx, "n1", "check", {"any": 1}))
    finish(check["id"])
    params = {"operation": "REBOOT", "delete_timeout": 5, "force_recreate": True}
    recover = action(node_actions.ask(deps, ctx, node["id"], "recover", params))

    assert (check["action"], check["inputs"]) == ("NODE_CHECK", {"any": 1})
    assert (recover["action"], recover["inputs"]) == ("NODE_RECOVER", params)


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("dance", {}, "Unrecognized action 'dance' specified"),
        (
            "recover",
            {"check_capacity": True},
            "Action parameter ['check_capacity'] is not recognizable.",
        ),
        (
            "recover",
            {"delete_timeout": "x"},
            "The value for delete_timeout must be a number of seconds, 0 or more: 'x'.",
        ),
    ],
)
def test_bad_actions_are_refused(deps, ctx, a_node, name, params, message):
    a_node("n1")

    with pytest.raises(exceptions.Invalid) as refusal:
        node_actions.ask(deps, ctx, "n1", name, params)

    assert refusal.value.message == message


def test_operations_stand_in_line(deps, ctx, a_node, action):
    node = a_node("n1")
    first = node_actions.ask(deps, ctx, "n1", "check", {})

    asked = action(node_actions.operate(deps, ctx, "n1", "reboot", None))

    assert asked["name"] == f"node_reboot_{node['id'][:8]}"
    assert asked["inputs"] == {"operation": "reboot", "params": {"type": "SOFT"}}
    assert (asked["status"], first in asked["status_reason"]) == ("WAITING", True)


def test_a_node_comes_before_its_operation(deps, ctx, stranger, a_node):
    node = a_node("n1")

    with pytest.raises(exceptions.NotFound):
        node_actions.operate(deps, stranger, node["id"], "fly", None)
    with pytest.raises(exceptions.Invalid, match="'fly' is not supported"):
        node_actions.operate(deps, ctx, "n1", "fly", None)


def test_passwords_in_inputs_are_not_shown(deps, ctx, a_node):
    a_node("n1")

    action_id = node_actions.operate(
        deps, ctx, "n1", "change_password", {"admin_pass": "s3cret"}
    )

    with deps.db.reader() as one:
        record = actions.get(one, ctx, action_id)
        listed = actions.list_page(one, ctx, Page(), {})
    assert "s3cret" not in str([record, listed])
    assert record["inputs"]["params"]["admin_pass"] == "******"


def test_other_projects_see_nothing(deps, stranger, a_node):
    node = a_node("n1")

    for identity in (node["id"], "n1", node["id"][:8]):
        for ask in (
            lambda name: shown(deps, stranger, name),
            lambda name: nodes.update(deps, stranger, name, {"name": "x"}),
            lambda name: nodes.delete(deps, stranger, name, force=True),
            lambda name: nodes.details(deps, stranger, name),
            lambda name: node_actions.ask(deps, stranger, name, "check", {}),
        ):
            with pytest.raises(exceptions.NotFound):
                ask(identity)


def test_names_come_from_the_given_chance(deps, ctx, a_cluster):
    a_cluster()
    body = {"name": "x", "profile_id": "pro-web", "cluster_id": "web"}
    deps.chance.seed(5)

    made = nodes.create(deps, ctx, body)

    twin = random.Random(5)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert made.record["name"].startswith(f"node-{twin.choices(letters)[0]}")
