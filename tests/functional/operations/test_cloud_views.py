import pytest

from senlin_like import exceptions
from senlin_like.db import credentials
from senlin_like.db.models import Node, Profile
from senlin_like.operations import adoption, collect, nodes, profiles
from senlin_like.operations import credentials as permissions

TYPE = "os.nova.server-1.0"


def test_details_are_those_of_the_server(deps, ctx, a_node, a_server):
    server = a_server("vm")
    a_node("n1", physical_id=server)

    record = nodes.details(deps, ctx, "n1")

    assert record["details"]["id"] == server
    assert record["details"]["name"] == "vm"


def test_no_object_no_details(deps, ctx, a_node):
    a_node("n1")

    assert "details" not in nodes.details(deps, ctx, "n1")


def test_what_cant_be_read_is_told(deps, ctx, a_node):
    a_node("n1", physical_id="gone")

    told = nodes.details(deps, ctx, "n1")["details"]["Error"]

    assert told["code"] == 404
    assert "gone" in told["message"]


def test_a_lost_permission_is_told(deps, ctx, a_node, a_server):
    a_node("n1", physical_id=a_server())
    deps.driver.identity.revoke(permissions.ensure(deps, ctx))

    assert nodes.details(deps, ctx, "n1")["details"]["Error"]["code"] == 403


def test_a_server_is_adopted(deps, ctx, a_server):
    server = a_server("vm")
    body = {"identity": server, "type": TYPE, "name": "n1", "role": "db"}

    record = adoption.adopt(deps, ctx, body | {"metadata": {"m": 1}})

    assert (record["status"], record["physical_id"]) == ("ACTIVE", server)
    assert record["status_reason"] == "Node adopted successfully"
    assert (record["index"], record["cluster_id"]) == (-1, "")
    assert (record["role"], record["metadata"]) == ("db", {"m": 1})
    assert record["profile_name"] == "prof-n1"
    seen = nodes.details(deps, ctx, "n1")
    assert seen.pop("details")["id"] == server
    assert seen == record
    spec = profiles.get(deps, ctx, "prof-n1")["spec"]
    assert (spec["type"], spec["version"]) == ("os.nova.server", "1.0")
    assert spec["properties"]["flavor"] == "1"


def test_a_name_is_made_and_nulls_are_fine(deps, ctx, a_server):
    body = {"identity": a_server(), "type": TYPE}
    nulls = dict.fromkeys(("name", "role", "metadata", "overrides", "snapshot"))

    record = adoption.adopt(deps, ctx, body | nulls)

    assert record["name"].startswith("node-")
    assert (record["role"], record["metadata"]) == ("", {})


def test_overrides_win(deps, ctx, a_server):
    body = {"identity": a_server(), "type": TYPE, "overrides": {"flavor": "2"}}

    shown = adoption.preview(deps, ctx, body)

    assert (shown["type"], shown["version"]) == ("os.nova.server", "1.0")
    assert shown["properties"]["flavor"] == "2"


def test_a_preview_stores_nothing(deps, ctx, a_server, count_rows):
    adoption.preview(deps, ctx, {"identity": a_server(), "type": TYPE})

    assert (count_rows(Node), count_rows(Profile)) == (0, 0)


@pytest.mark.parametrize("verb", [adoption.adopt, adoption.preview])
def test_what_cant_be_adopted_is_refused(deps, ctx, a_server, verb):
    with pytest.raises(exceptions.Invalid) as refusal:
        verb(deps, ctx, {"identity": "x", "type": "no.such-1.0"})
    assert refusal.value.message == (
        "The profile_type 'no.such-1.0' could not be found."
    )
    with pytest.raises(exceptions.CloudError, match=r"^404: "):
        verb(deps, ctx, {"identity": "x", "type": TYPE})
    with pytest.raises(exceptions.Invalid, match="1 to 64 characters"):
        verb(deps, ctx, {"identity": "x" * 65, "type": TYPE})


def test_overrides_have_to_fit_the_type(deps, ctx, a_server, count_rows):
    body = {"identity": a_server(), "type": TYPE, "overrides": {"bogus": 1}}

    with pytest.raises(exceptions.InvalidSpec, match="'bogus'"):
        adoption.adopt(deps, ctx, body)

    assert (count_rows(Node), count_rows(Profile)) == (0, 0)


def test_a_server_is_one_nodes_only(deps, ctx, a_server, count_rows):
    body = {"identity": a_server(), "type": TYPE}
    adoption.adopt(deps, ctx, body)

    with pytest.raises(exceptions.Conflict, match="managed by a node already"):
        adoption.adopt(deps, ctx, body)

    assert (count_rows(Node), count_rows(Profile)) == (1, 1)


def test_a_busy_cloud_is_said_to_be(deps, ctx, a_server, strike):
    server = a_server()
    strike(effect="timeout", method="compute.*")

    with pytest.raises(exceptions.ServiceUnavailable):
        adoption.preview(deps, ctx, {"identity": server, "type": TYPE})


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("name", ["n1", "n2"]),
        ("$.name", ["n1", "n2"]),
        ("metadata.k", ["v"]),
        ("details.name", ["vm"]),
        ("details", None),
        ("tainted", [False, False]),
        ("init_at", None),
        ("no.such", []),
        ("$..id", None),
    ],
)
def test_attributes_are_collected(deps, ctx, a_cluster, a_node, a_server, path, values):
    record = a_cluster()
    first = a_node("n1", cluster=record, meta_data={"k": "v"})
    a_node("n2", cluster=record, physical_id=a_server("vm"))

    found = collect.collect(deps, ctx, "web", path)

    if values is not None:
        assert [one["value"] for one in found] == values
    if path == "metadata.k":
        assert found == [{"id": first["id"], "value": "v"}]
    if path == "init_at":
        assert all(one["value"].endswith("Z") for one in found)


def test_the_cloud_is_asked_for_details_only(deps, ctx, a_cluster, a_node, strike):
    a_node("n1", cluster=a_cluster(), physical_id="x")
    strike(effect="error", method="*", message="boom")

    assert collect.collect(deps, ctx, "web", "name")[0]["value"] == "n1"
    assert collect.collect(deps, ctx, "web", "details.Error")


@pytest.mark.parametrize(
    "path",
    ["", "  ", "None", "[", "a.", "..", "$[", "a" * 256, "*..*..*..*..*", "`x`", "a[?"],
)
def test_bad_paths_are_refused(deps, ctx, a_cluster, path):
    a_cluster()

    with pytest.raises(exceptions.Invalid):
        collect.collect(deps, ctx, "web", path)


def test_a_path_is_read_before_the_cluster_is_looked_for(deps, ctx, stranger):
    with pytest.raises(exceptions.Invalid):
        collect.collect(deps, ctx, "none", "[")
    with pytest.raises(exceptions.NotFound):
        collect.collect(deps, stranger, "none", "name")


def test_one_permission_for_an_owner(deps, ctx, stranger):
    first = permissions.ensure(deps, ctx)

    assert permissions.ensure(deps, ctx) == first
    assert credentials.for_owner(deps.db, "alice", "red") == first
    assert credentials.for_owner(deps.db, "bob", "blue") is None
    assert permissions.ensure(deps, stranger) != first


def test_a_permission_is_stored_once_and_forgotten_once(deps, ctx):
    first = permissions.ensure(deps, ctx)
    now = deps.clock()

    assert not credentials.store(deps.db, "alice", "red", {"x": 1}, now)
    assert not credentials.forget(deps.db, "alice", "red", {"x": 1})
    assert credentials.forget(deps.db, "alice", "red", first)
    assert credentials.for_owner(deps.db, "alice", "red") is None
