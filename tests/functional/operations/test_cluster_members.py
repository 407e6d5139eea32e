import pytest

from senlin_like import exceptions
from senlin_like.operations import cluster_actions


@pytest.fixture
def ask(deps, ctx, action):
    """Ask for an action on the cluster ``web`` and return its row."""

    def send(name, **params):
        return action(cluster_actions.ask(deps, ctx, "web", name, params))

    return send


def test_nodes_are_added_by_any_identity(ask, a_cluster, a_node):
    a_cluster(desired_capacity=1)
    first, second, third = (a_node(name) for name in ("n1", "n2", "n3"))

    asked = ask("add_nodes", nodes=["n1", second["id"], third["id"][:8]])

    assert asked["action"] == "CLUSTER_ADD_NODES"
    assert asked["inputs"] == {"nodes": [first["id"], second["id"], third["id"]]}


def test_a_node_named_twice_is_added_once(ask, a_cluster, a_node):
    a_cluster()
    node = a_node("n1")

    asked = ask("add_nodes", nodes=["n1", node["id"]])

    assert asked["inputs"] == {"nodes": [node["id"]]}


def test_all_problems_of_adding_are_told(ask, a_cluster, a_node, a_profile, stranger):
    record = a_cluster()
    owned = a_node("owned", cluster=record)
    broken = a_node("broken", status="ERROR")
    other = a_node("other", profile_id=a_profile("s", type="other.server")["id"])
    foreign = a_node("foreign", who=stranger)
    a_node("twin")
    a_node("twin")

    names = ["gone", "owned", "broken", "other", "twin", foreign["id"]]
    with pytest.raises(exceptions.Invalid) as refusal:
        ask("add_nodes", nodes=names)

    assert refusal.value.message.splitlines() == [
        f"Profile type of nodes ['{other['id']}'] does not match that of the cluster.",
        f"Nodes ['{owned['id']}'] already owned by some cluster.",
        f"Nodes are not ACTIVE: ['{broken['id']}'].",
        f"Nodes not found: ['gone', 'twin', '{foreign['id']}'].",
    ]


def test_adding_stays_below_the_limit(ask, a_cluster, a_node):
    a_cluster(desired_capacity=1, max_size=1)
    a_node("n1")

    with pytest.raises(exceptions.Invalid) as refusal:
        ask("add_nodes", nodes=["n1"])

    assert refusal.value.message == (
        "The target capacity (2) is greater than the cluster's max_size (1)."
    )


def test_members_are_removed(ask, a_cluster, a_node):
    record = a_cluster(desired_capacity=2)
    node = a_node("n1", cluster=record)

    asked = ask("del_nodes", nodes=["n1"], destroy_after_deletion=True)

    assert asked["action"] == "CLUSTER_DEL_NODES"
    assert asked["inputs"] == {
        "candidates": [node["id"]],
        "count": 1,
        "destroy_after_deletion": True,
    }


def test_all_problems_of_removing_are_told(ask, a_cluster, a_node):
    a_cluster()
    orphan = a_node("orphan")

    with pytest.raises(exceptions.Invalid) as refusal:
        ask("del_nodes", nodes=["gone", "orphan"])

    assert refusal.value.message.splitlines() == [
        "Nodes not found: ['gone'].",
        f"Nodes not members of specified cluster: ['{orphan['id']}'].",
    ]


def test_nodes_that_others_need_stay(ask, a_cluster, a_node):
    record = a_cluster(desired_capacity=1)
    node = a_node("n1", cluster=record, dependents={"nodes": ["x"]})

    with pytest.raises(exceptions.ResourceInUse) as refusal:
        ask("del_nodes", nodes=["n1"])

    ids = [node["id"]]
    assert refusal.value.message == (
        f"The node '{ids}' cannot be deleted: nodes {ids} are depended by other "
        "nodes, so can't be deleted or become orphan nodes."
    )


def test_removing_stays_above_the_limit(ask, a_cluster, a_node):
    record = a_cluster(desired_capacity=1, min_size=1)
    a_node("n1", cluster=record)

    with pytest.raises(exceptions.Invalid) as refusal:
        ask("del_nodes", nodes=["n1"])

    assert refusal.value.message == (
        "The target capacity (0) is less than the cluster's min_size (1)."
    )


def test_members_are_replaced(ask, a_cluster, a_node):
    record = a_cluster(desired_capacity=1)
    old, new = a_node("old", cluster=record), a_node("new")

    asked = ask("replace_nodes", nodes={"old": "new"})

    assert asked["action"] == "CLUSTER_REPLACE_NODES"
    assert asked["inputs"] == {"candidates": {old["id"]: new["id"]}}


def test_all_problems_of_replacing_are_told(ask, a_cluster, a_node, a_profile):
    record = a_cluster()
    member = a_node("member", cluster=record)
    orphan = a_node("orphan")
    broken = a_node("broken", status="ERROR")
    other = a_node("other", profile_id=a_profile("s", type="other.server")["id"])

    pairs = {"orphan": "member", "x": "broken", "y": "other", "z": "gone"}
    with pytest.raises(exceptions.Invalid) as refusal:
        ask("replace_nodes", nodes=pairs)

    assert refusal.value.message.splitlines() == [
        f"The specified nodes ['{orphan['id']}'] to be replaced are not members of "
        f"the cluster {record['id']}.",
        f"Nodes ['{member['id']}'] already member of a cluster.",
        f"Nodes are not ACTIVE: ['{broken['id']}'].",
        f"Profile type of nodes ['{other['id']}'] do not match that of the cluster.",
        "Original nodes not found: ['x', 'y', 'z'].",
        "Replacement nodes not found: ['gone'].",
    ]


def test_a_node_replaces_only_one(ask, a_cluster, a_node):
    record = a_cluster()
    a_node("m1", cluster=record)
    a_node("m2", cluster=record)
    new = a_node("new")

    with pytest.raises(exceptions.Invalid, match="duplicated"):
        ask("replace_nodes", nodes={"m1": "new", "m2": new["id"]})
