"""Requests at the same moment: limits and references hold all the same."""

import dataclasses

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db import credentials as stored
from senlin_like.db import progress
from senlin_like.db.models import Cluster, Node, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import WatchGroup
from senlin_like.operations import clusters, credentials, nodes, profiles
from tests.integration.db.together import AT_ONCE, at_once


def count(deps, model, **columns):
    query = sa.select(sa.func.count()).select_from(model).filter_by(**columns)
    with deps.db.reader() as one:
        return one.scalar(query)


def test_the_quota_holds(deps, ctx, a_profile):
    a_profile()
    settings = dataclasses.replace(deps.settings, max_clusters_per_project=2)
    limited = dataclasses.replace(deps, settings=settings)
    body = {"name": "web", "profile_id": "pro"}

    results = at_once(
        *[lambda: clusters.create(limited, ctx, body) for _ in range(AT_ONCE)]
    )

    assert count(deps, Cluster, project=ctx.project_id) == 2
    refused = [one for one in results if isinstance(one, exceptions.OverQuota)]
    assert len(refused) == AT_ONCE - 2


def users_of(deps, ctx):
    """Return several callers who work for one project, with their permissions."""
    users = [dataclasses.replace(ctx, user_id=f"user-{n}") for n in range(AT_ONCE)]
    for user in users:
        credentials.ensure(deps, user)
    return users


@pytest.mark.parametrize("trial", range(3))
def test_the_quota_holds_for_all_users_of_a_project(deps, ctx, a_profile, trial):
    a_profile()
    settings = dataclasses.replace(deps.settings, max_clusters_per_project=2)
    limited = dataclasses.replace(deps, settings=settings)
    body = {"name": "web", "profile_id": "pro"}

    results = at_once(
        *[
            lambda user=user: clusters.create(limited, user, body)
            for user in users_of(deps, ctx)
        ]
    )

    assert count(deps, Cluster, project=ctx.project_id) == 2
    refused = [one for one in results if isinstance(one, exceptions.OverQuota)]
    assert len(refused) == AT_ONCE - 2


def store_profile(deps, ctx, body):
    """Store a profile without asking the cloud, which would part the rivals."""
    row = profiles.new_row(deps, ctx, body["name"], "os.nova.server-1.0", {})
    deps.db.transact(lambda one: profiles.insert(one, deps, ctx, row))


@pytest.mark.parametrize("trial", range(3))
@pytest.mark.parametrize(
    ("create", "model"),
    [(clusters.create, Cluster), (nodes.create, Node), (store_profile, Profile)],
    ids=["cluster", "node", "profile"],
)
def test_a_unique_name_is_given_once_in_a_project(
    deps, ctx, a_profile, create, model, trial
):
    a_profile()
    unique = dataclasses.replace(
        deps, settings=dataclasses.replace(deps.settings, name_unique=True)
    )
    body = {"name": "n", "profile_id": "pro"}

    results = at_once(
        *[lambda user=user: create(unique, user, body) for user in users_of(deps, ctx)]
    )

    assert count(deps, model, project=ctx.project_id, name="n") == 1
    refused = [one for one in results if isinstance(one, exceptions.Invalid)]
    assert len(refused) == AT_ONCE - 1


def test_a_unique_name_is_given_once(deps, ctx, a_profile):
    a_profile()
    unique = dataclasses.replace(
        deps, settings=dataclasses.replace(deps.settings, name_unique=True)
    )
    body = {"name": "n", "profile_id": "pro"}

    at_once(*[lambda: nodes.create(unique, ctx, body) for _ in range(AT_ONCE)])

    assert count(deps, Node, project=ctx.project_id) == 1


def test_members_made_at_once_have_different_indexes(deps, ctx, a_profile):
    a_profile()
    record = clusters.create(deps, ctx, {"name": "web", "profile_id": "pro"}).record
    body = {"name": "n", "profile_id": "pro", "cluster_id": record["id"]}

    made = at_once(*[lambda: nodes.create(deps, ctx, body) for _ in range(AT_ONCE)])

    indexes = sorted(one.record["index"] for one in made)
    assert indexes == list(range(1, AT_ONCE + 1))


@pytest.mark.parametrize("trial", range(5))
def test_a_profile_is_deleted_or_used(deps, ctx, a_profile, trial):
    row = a_profile()
    credentials.ensure(deps, ctx)

    at_once(
        lambda: profiles.delete(deps, ctx, row["id"]),
        lambda: clusters.create(deps, ctx, {"name": "c", "profile_id": row["id"]}),
        lambda: nodes.create(deps, ctx, {"name": "n", "profile_id": row["id"]}),
    )

    users = sum(count(deps, model, profile_id=row["id"]) for model in (Cluster, Node))
    assert count(deps, Profile, id=row["id"]) == (1 if users else 0)


def test_of_rival_updates_one_goes_through(deps, ctx, a_profile):
    a_profile()
    record = clusters.create(deps, ctx, {"name": "web", "profile_id": "pro"}).record
    deps.db.transact(
        lambda one: one.execute(
            sa.text("UPDATE action SET status = 'SUCCEEDED' WHERE target = :id"),
            {"id": record["id"]},
        )
    )

    results = at_once(
        *[
            lambda n=n: clusters.update(deps, ctx, record["id"], {"name": f"new-{n}"})
            for n in range(AT_ONCE)
        ]
    )

    refused = [one for one in results if isinstance(one, exceptions.ActionConflict)]
    assert len(refused) == AT_ONCE - 1


def test_a_group_of_waits_is_made_once(deps) -> None:
    keys = [f"server|red|{number}" for number in range(40)]

    def touch() -> None:
        for key in keys:
            deps.db.transact(lambda one, key=key: progress.touch_group(one, key, 5.0))

    results = at_once(*[touch] * AT_ONCE)

    assert results == [None] * AT_ONCE
    assert count(deps, WatchGroup) == len(keys)


def test_a_group_is_looked_at_when_the_most_impatient_wants_it(deps) -> None:
    for after_s in (50.0, 3.0, 70.0):
        deps.db.transact(
            lambda one, s=after_s: progress.touch_group(one, "volume|red|x", s)
        )

    with deps.db.reader() as one:
        query = sa.select(WatchGroup.due_at - db_now(), WatchGroup.pace)
        due_in_s, pace = one.execute(
            query.where(WatchGroup.key == "volume|red|x")
        ).one()
    assert 0 < due_in_s <= 3.0
    assert pace == 70.0


def test_what_another_has_just_inserted_is_found_by_looking_again(deps) -> None:
    table = WatchGroup.__table__
    row = {"key": "image|red|x", "due_at": 1.0, "pace": 1.0}
    tries = []

    def work(one):
        tries.append(one)
        if len(tries) == 1 and deps.db.dialect != "sqlite":
            deps.db.transact(lambda other: other.execute(sa.insert(table).values(row)))
        if one.get(WatchGroup, row["key"]) is None or len(tries) == 1:
            one.execute(sa.insert(table).values(row))

    deps.db.transact(work)

    assert len(tries) == (1 if deps.db.dialect == "sqlite" else 2)


def test_owners_have_one_permission(deps, ctx):
    results = at_once(*[lambda: credentials.ensure(deps, ctx) for _ in range(AT_ONCE)])

    kept = stored.for_owner(deps.db, ctx.user_id, ctx.project_id)
    assert all(one == kept for one in results)
    assert deps.driver.identity.is_valid(kept)
