"""What is known of marked things is read alike on each server."""

import uuid

import pytest

from senlin_like.db import leaks, policy_leaks
from senlin_like.domain.leaks import Kind as ThingKind
from senlin_like.domain.leaks import Marked
from senlin_like.operations import nodes


@pytest.fixture
def node(deps, ctx, a_profile):
    """Ask for a node; its first action is unfinished."""
    body = {"name": "web", "profile_id": a_profile()["id"]}
    return nodes.create(deps, ctx, body).record


def a_thing(mark, kind=ThingKind.SERVER, **fields):
    known = {"id": str(uuid.uuid4()), "name": "web", "project": "p"}
    return Marked(kind=kind, mark=mark, **{**known, **fields})


def test_both_looks_agree(deps, node):
    gone, made_up = str(uuid.uuid4()), "no id at all \U0001f600"
    things = [a_thing(mark) for mark in (node["id"], gone, made_up)]

    with deps.db.reader() as session:
        known = leaks.known(session, things, 3600.0)
        again = {thing.id: leaks.look_again(session, thing) for thing in things}

    assert {key: standing for key, (standing, _) in known.items()} == again
    busy, free, unknown = (again[thing.id] for thing in things)
    assert busy.is_busy
    assert busy.holder.project == node["project"]
    assert (free.is_busy, free.is_used, free.holder) == (False, False, None)
    assert unknown == free
    histories = [known[thing.id][1] for thing in things]
    assert [len(one.projects) for one in histories] == [1, 0, 0]
    assert histories[0].names == {"web"}


def test_bindings_that_are_gone_are_nobodys(deps):
    thing = a_thing(str(uuid.uuid4()), ThingKind.LOAD_BALANCER)
    unseal = deps.db.vault.unseal

    with deps.db.reader() as session:
        standing, history = policy_leaks.known(session, [thing], unseal)[thing.id]
        again = policy_leaks.look_again(session, thing, unseal)

    assert standing == again
    assert again.holder is None
    assert history.projects == frozenset()


def test_nodes_that_are_worked_on_arent_active_for_sure(deps, node):
    with deps.db.reader() as session:
        assert leaks.still_active(session, {node["id"]: None}) == {}
        page = leaks.active_nodes(session, node["project"], "")
    assert node["id"] not in {row.id for row in page}
