import pytest

from senlin_like import exceptions
from senlin_like.db import clusters as rows
from senlin_like.db import conflicts, credentials
from senlin_like.db.models import Action, Cluster
from senlin_like.db.paging import Page
from senlin_like.operations import clusters


def shown(deps, ctx, identity):
    with deps.db.reader() as one:
        return rows.get(one, ctx, identity)


def test_a_cluster_is_stored_with_its_action(deps, ctx, a_profile, action):
    profile = a_profile()

    made = clusters.create(
        deps, ctx, {"name": "web", "profile_id": "pro", "desired_capacity": 2}
    )

    record = made.record
    assert shown(deps, ctx, "web") == record
    assert (record["status"], record["status_reason"]) == ("INIT", "Initializing")
    assert (record["min_size"], record["max_size"]) == (0, -1)
    assert (record["profile_id"], record["profile_name"]) == (profile["id"], "pro")
    assert (record["nodes"], record["policies"]) == ([], [])
    assert record["created_at"] is None
    asked = action(made.action_id)
    assert asked["action"] == "CLUSTER_CREATE"
    assert asked["name"] == f"cluster_create_{record['id'][:8]}"
    assert (asked["target"], asked["timeout"]) == (record["id"], 3600)


def test_a_permission_is_stored_for_the_work_to_come(deps, ctx, a_cluster):
    a_cluster()

    assert credentials.for_owner(deps.db, "alice", "red")


def test_nulls_and_zeros_are_defaults(deps, ctx, a_profile):
    a_profile()
    keys = ("min_size", "max_size", "desired_capacity", "metadata", "config")
    body = dict.fromkeys(keys) | {"timeout": 0, "max_size": 0}

    made = clusters.create(deps, ctx, {"name": "w", "profile_id": "pro", **body})

    record = made.record
    assert (record["max_size"], record["timeout"]) == (-1, 3600)
    assert (record["desired_capacity"], record["metadata"]) == (0, {})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"profile_id": "none"},
            "The specified profile 'none' could not be found.",
        ),
        (
            {"desired_capacity": 1001},
            "The target capacity (1001) is greater than the maximum number of "
            "nodes allowed per cluster (1000).",
        ),
        (
            {"desired_capacity": 1, "min_size": 2},
            "The target capacity (1) is less than the specified min_size (2).",
        ),
        (
            {"desired_capacity": 3, "max_size": 2},
            "The target capacity (3) is greater than the specified max_size (2).",
        ),
        (
            {"min_size": 3, "max_size": 2},
            "The target capacity (3) is greater than the specified max_size (2).",
        ),
    ],
)
def test_a_refused_cluster_leaves_nothing(
    deps, ctx, a_profile, count_rows, body, message
):
    a_profile()

    with pytest.raises(exceptions.Invalid) as refusal:
        clusters.create(deps, ctx, {"name": "w", "profile_id": "pro"} | body)

    assert refusal.value.message == message
    assert (count_rows(Cluster), count_rows(Action)) == (0, 0)


@pytest.mark.parametrize(
    "config", [{"node.name.format": 5}, {"node.name.format": "x" * 300}]
)
def test_a_bad_format_of_names_is_refused(deps, ctx, a_profile, config):
    a_profile()

    with pytest.raises(exceptions.Invalid, match=r"node\.name\.format"):
        clusters.create(deps, ctx, {"name": "w", "profile_id": "pro", "config": config})


def test_a_timeout_fits_its_column(deps, ctx, a_profile):
    a_profile()

    with pytest.raises(exceptions.Invalid, match="timeout"):
        clusters.create(
            deps, ctx, {"name": "w", "profile_id": "pro", "timeout": 10**12}
        )


def test_a_foreign_profile_is_not_found(deps, stranger, a_profile):
    row = a_profile()

    with pytest.raises(exceptions.Invalid, match="could not be found"):
        clusters.create(deps, stranger, {"name": "w", "profile_id": row["id"]})


def test_the_quota_comes_before_all_else(with_settings, ctx, stranger, a_cluster):
    deps = with_settings(max_clusters_per_project=1)
    a_cluster()

    with pytest.raises(exceptions.OverQuota):
        clusters.create(deps, ctx, {"name": "web", "profile_id": "none"})

    with pytest.raises(exceptions.Invalid):
        clusters.create(deps, stranger, {"name": "web", "profile_id": "none"})


def test_a_name_may_have_to_be_unique(with_settings, ctx, a_cluster):
    deps = with_settings(name_unique=True)
    a_cluster()

    with pytest.raises(exceptions.Invalid, match=r"^a cluster named 'web' already"):
        clusters.create(deps, ctx, {"name": "web", "profile_id": "pro-web"})


def test_an_update_answers_with_the_cluster_before_it(deps, ctx, a_cluster, action):
    record = a_cluster()

    accepted = clusters.update(deps, ctx, "web", {"name": "new", "timeout": 7})

    assert accepted.record["name"] == "web"
    asked = action(accepted.action_id)
    assert asked["action"] == "CLUSTER_UPDATE"
    assert asked["inputs"] == {"name": "new", "timeout": 7}
    assert asked["cluster_id"] == record["id"]


@pytest.mark.parametrize(
    ("body", "inputs"),
    [
        ({"name": None, "metadata": None}, {}),
        ({"profile_only": True}, {"profile_only": True}),
        ({"config": {"a": 1}, "name": "web"}, {"config": {"a": 1}}),
        ({"metadata": {"k": 1}, "profile_id": None}, {"metadata": {"k": 1}}),
        ({"timeout": 0}, {"timeout": 3600}),
    ],
)
def test_only_changes_reach_the_action(deps, ctx, a_cluster, action, body, inputs):
    a_cluster(timeout=60)

    accepted = clusters.update(deps, ctx, "web", body)

    assert action(accepted.action_id)["inputs"] == inputs


@pytest.mark.parametrize("body", [{}, {"name": "web"}, {"profile_id": None}])
def test_an_update_must_change_something(deps, ctx, a_cluster, body):
    a_cluster()

    with pytest.raises(exceptions.Invalid, match=r"^No property needs an update.$"):
        clusters.update(deps, ctx, "web", body)


def test_another_profile_must_fit(deps, ctx, a_cluster, a_profile, action):
    a_cluster()
    new = a_profile("new", name="other")
    a_profile("stack", type="other.server")

    with pytest.raises(exceptions.Invalid, match="different profile type"):
        clusters.update(deps, ctx, "web", {"profile_id": "stack"})
    with pytest.raises(exceptions.Invalid, match="profile 'x' could not be found"):
        clusters.update(deps, ctx, "web", {"profile_id": "x"})
    with pytest.raises(exceptions.Invalid, match="No property"):
        clusters.update(deps, ctx, "web", {"profile_id": "pro-web"})
    accepted = clusters.update(deps, ctx, "web", {"profile_id": "new"})

    assert action(accepted.action_id)["inputs"] == {"new_profile_id": new["id"]}


def test_what_cant_change_in_servers_is_refused(deps, ctx, a_cluster, a_profile):
    a_cluster()
    a_profile("new", availability_zone="nova")

    with pytest.raises(exceptions.Invalid, match="availability_zone"):
        clusters.update(deps, ctx, "web", {"profile_id": "new"})

    clusters.update(deps, ctx, "web", {"profile_id": "new", "profile_only": True})


def test_a_cluster_in_error_is_not_updated(deps, ctx, a_cluster, change):
    record = a_cluster()
    change("cluster", record["id"], status="ERROR")

    with pytest.raises(exceptions.FeatureNotSupported) as refusal:
        clusters.update(deps, ctx, "web", {"name": "new"})

    assert refusal.value.message == (
        "Updating a cluster in error state is not supported."
    )


def test_a_second_update_conflicts_or_finds_the_lock(deps, ctx, a_cluster, change):
    record = a_cluster()
    first = clusters.update(deps, ctx, "web", {"name": "new"})

    with pytest.raises(exceptions.ActionConflict, match=first.action_id):
        clusters.update(deps, ctx, "web", {"name": "newer"})
    change("action", first.action_id, status="RUNNING", start_time=1.0)
    with pytest.raises(exceptions.ResourceIsLocked, match=record["id"]):
        clusters.update(deps, ctx, "web", {"name": "newer"})


@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING", "RECOVERING"])
def test_a_busy_cluster_is_deleted_by_force_only(
    deps, ctx, a_cluster, change, action, status
):
    record = a_cluster()
    change("cluster", record["id"], status=status)

    with pytest.raises(exceptions.ActionInProgress) as refusal:
        clusters.delete(deps, ctx, "web", force=False)
    assert refusal.value.message == f"The cluster 'web' is in status {status}."
    action_id = clusters.delete(deps, ctx, "web", force=True)

    assert action(action_id)["action"] == "CLUSTER_DELETE"


def test_profiles_that_live_on_a_cluster_keep_it(deps, ctx, a_cluster, change):
    record = a_cluster()
    change("cluster", record["id"], dependents={"profiles": ["p1"]})

    with pytest.raises(exceptions.ResourceInUse) as refusal:
        clusters.delete(deps, ctx, "web", force=True)

    assert refusal.value.message == (
        "The cluster 'web' cannot be deleted: still referenced by profile(s): ['p1']."
    )


def test_a_cluster_can_be_deleted_while_it_is_at_work(deps, ctx, a_cluster):
    a_cluster()
    clusters.update(deps, ctx, "web", {"name": "new"})

    assert clusters.delete(deps, ctx, "web", force=False)


def test_nodes_are_shown_by_index(deps, ctx, a_cluster, a_node, change):
    record = a_cluster()
    made = [a_node(f"n{i}", cluster=record)["id"] for i in range(3)]
    change("node", made[0], index=9)

    assert shown(deps, ctx, "web")["nodes"] == [made[1], made[2], made[0]]


def test_other_projects_see_nothing(deps, stranger, a_cluster):
    record = a_cluster()

    for identity in (record["id"], "web", record["id"][:10]):
        with pytest.raises(exceptions.NotFound):
            shown(deps, stranger, identity)
        with pytest.raises(exceptions.NotFound):
            clusters.update(deps, stranger, identity, {"name": "x"})
        with pytest.raises(exceptions.NotFound):
            clusters.delete(deps, stranger, identity, force=True)
    with deps.db.reader() as one:
        assert rows.list_page(one, stranger, Page(), {}) == []
        assert len(rows.list_page(one, stranger.widened(), Page(), {})) == 1


def test_a_cloud_that_is_away_is_said_to_be(deps, ctx, a_profile, strike):
    a_profile()
    strike(effect="busy", method="identity.delegate", retry_after_s=7)

    with pytest.raises(exceptions.ServiceUnavailable) as refusal:
        clusters.create(deps, ctx, {"name": "w", "profile_id": "pro"})

    assert refusal.value.retry_after_s == 7


def test_what_was_stored_is_accepted_though_the_database_goes_away_then(
    deps, ctx, a_profile, monkeypatch
):
    a_profile()

    def away(*_args):
        raise exceptions.ServiceUnavailable("The database can't be reached.")

    monkeypatch.setattr(conflicts, "predecessors", away)

    accepted = clusters.create(deps, ctx, {"name": "w", "profile_id": "pro"})

    assert shown(deps, ctx, "w")["id"] == accepted.record["id"]
