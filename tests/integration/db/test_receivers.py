"""Receivers on each kind of server: pages, and requests at the same moment."""

import dataclasses

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db import cluster_state, paging
from senlin_like.db import receivers as rows
from senlin_like.db.models import Action, Receiver
from senlin_like.operations import clusters, receivers, webhooks
from tests.integration.db.together import AT_ONCE, at_once

HOOK = {"name": "r", "type": "webhook", "action": "CLUSTER_CHECK", "params": {"a": 1}}


@pytest.fixture
def cluster(deps, ctx, a_profile):
    """A cluster that nothing is being done to."""
    a_profile()
    made = clusters.create(deps, ctx, {"name": "web", "profile_id": "pro"})
    with deps.db.engine.begin() as connection:
        connection.execute(sa.delete(Action))
    yield made.record
    with deps.db.engine.begin() as connection:
        connection.execute(sa.delete(Action))
        connection.execute(sa.delete(Receiver))


def make(deps, ctx, cluster, **changes):
    body = {**HOOK, "cluster_id": cluster["id"], **changes}
    return receivers.create(deps, ctx, body)


def test_a_receiver_is_kept_and_found(deps, ctx, cluster):
    made = make(deps, ctx, cluster, params={"password": "x", "深": "\0"})

    with deps.db.reader() as session:
        assert rows.get(session, ctx, made["id"][:8])["params"]["深"] == "\0"
        assert rows.names_of_cluster(session, cluster["id"], 5) == ["r"]
    changed = receivers.update(deps, ctx, "r", {"params": {"b": 2}})
    assert changed["params"] == {"b": 2}
    receivers.delete(deps, ctx, "r")
    with deps.db.reader() as session, pytest.raises(exceptions.NotFound):
        rows.get(session, ctx, "r")


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("key", sorted(rows.LISTING.sortable))
def test_pages_give_each_receiver_once(deps, ctx, cluster, key, direction):
    made = [make(deps, ctx, cluster, name=f"r{n % 2}")["id"] for n in range(3)]
    queue = {"name": "m", "type": "message"}
    made += [receivers.create(deps, ctx, queue)["id"] for _ in range(3)]

    seen, marker = [], None
    while True:
        page = paging.Page(limit=2, marker=marker, sort=((key, direction),))
        with deps.db.reader() as session:
            found = rows.list_page(session, ctx, page, {})
        if not found:
            break
        seen += [one["id"] for one in found]
        marker = seen[-1]

    assert sorted(seen) == sorted(made)


def test_unique_names_hold(deps, ctx, cluster):
    settings = dataclasses.replace(deps.settings, name_unique=True)
    strict = dataclasses.replace(deps, settings=settings)

    results = at_once(*[lambda: make(strict, ctx, cluster)] * AT_ONCE)

    refused = [one for one in results if isinstance(one, exceptions.Invalid)]
    assert len(refused) == AT_ONCE - 1


@pytest.mark.parametrize("trial", range(3))
def test_no_receiver_outlives_its_cluster(deps, ctx, cluster, trial):
    def remove():
        def work(session):
            cluster_state.load(session, cluster["id"], lock=True)
            cluster_state.remove(session, cluster["id"])

        deps.db.transact(work)

    results = at_once(
        *[lambda: make(deps, ctx, cluster)] * (AT_ONCE - 1),
        remove,
    )

    made = results[:-1]
    assert results[-1] is None
    assert all(isinstance(one, dict | exceptions.Invalid) for one in made), made
    with deps.db.reader() as session:
        assert rows.names_of_cluster(session, cluster["id"], 9) == []


def test_triggers_at_the_same_moment_start_one_action(deps, ctx, cluster):
    receiver = make(deps, ctx, cluster)["id"]

    results = at_once(*[lambda: webhooks.trigger(deps, ctx, receiver, {})] * AT_ONCE)

    started = [one for one in results if isinstance(one, str)]
    refused = [one for one in results if isinstance(one, exceptions.ActionConflict)]
    assert (len(started), len(refused)) == (1, AT_ONCE - 1)


def test_an_id_has_to_be_exact(deps, ctx, cluster):
    receiver = make(deps, ctx, cluster)["id"]

    assert webhooks.find(deps, receiver).id == receiver
    for wrong in (receiver.upper(), f"{receiver} ", receiver.replace("-", "")):
        with pytest.raises(exceptions.NotFound):
            webhooks.find(deps, wrong)
