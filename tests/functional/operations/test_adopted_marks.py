"""An object that another node may take into use, or remove, isn't adopted."""

import pytest

from senlin_like import exceptions
from senlin_like.db import nodes as node_rows
from senlin_like.db import strays
from senlin_like.db.models import Node, Profile
from senlin_like.drivers import base as clouds
from senlin_like.operations import adoption
from senlin_like.profiles import marks

TYPE = "os.nova.server-1.0"


@pytest.fixture
def marks_of(driver, ctx):
    """Read the marks that a server carries."""

    def read(server):
        owner = clouds.Account(user=ctx.user_id, project=ctx.project_id)
        metadata = driver.cloud(owner).compute.get_server(server).metadata
        assert metadata["k"] == "v"
        return {key: metadata[key] for key in marks.ALL if key in metadata}

    return read


def test_a_server_made_for_another_node_is_refused(
    deps, ctx, a_node, a_server, marks_of, count_rows
):
    other = a_node("other")
    server = a_server(cluster_node_id=other["id"])
    body = {"identity": server, "type": TYPE}

    with pytest.raises(exceptions.Conflict) as refusal:
        adoption.adopt(deps, ctx, body)

    assert refusal.value.message == (
        f"The resource '{server}' was made for node '{other['id']}', "
        "which may still use or remove it."
    )
    assert (count_rows(Node), count_rows(Profile)) == (1, 1)
    assert marks_of(server) == {"cluster_node_id": other["id"]}
    assert adoption.preview(deps, ctx, body)["properties"]["metadata"] == {"k": "v"}


@pytest.mark.parametrize("is_watched", [True, False])
def test_a_server_of_a_node_that_is_gone_waits_for_the_sweeper(
    deps, ctx, a_node, a_server, marks_of, is_watched
):
    gone = a_node("gone")
    server = a_server(
        cluster_node_id=gone["id"], cluster_id="web", cluster_node_index="3"
    )
    if is_watched:
        deps.db.transact(lambda one: strays.remember(one, [gone["id"]], 900.0))
    table = Node.__table__
    deps.db.transact(lambda one: one.execute(table.delete()))
    body = {"identity": server, "type": TYPE}

    if is_watched:
        with pytest.raises(exceptions.Conflict, match="may still use or remove it"):
            adoption.adopt(deps, ctx, body)
        return
    record = adoption.adopt(deps, ctx, body)

    assert record["physical_id"] == server
    assert marks_of(server) == {"cluster_node_id": record["id"]}


def test_an_unmarked_server_gets_the_mark_of_its_node(deps, ctx, a_server, marks_of):
    server = a_server()

    record = adoption.adopt(deps, ctx, {"identity": server, "type": TYPE})

    assert marks_of(server) == {"cluster_node_id": record["id"]}


def test_a_node_whose_server_takes_no_mark_is_a_node(
    deps, ctx, a_server, strike, caplog
):
    server = a_server()
    strike(effect="error", method="compute.set_metadata", message="boom")

    record = adoption.adopt(deps, ctx, {"identity": server, "type": TYPE})

    with deps.db.reader() as session:
        assert node_rows.find_physical(session, server).id == record["id"]
    assert f"Adopted node {record['id']} couldn't be marked" in caplog.text
