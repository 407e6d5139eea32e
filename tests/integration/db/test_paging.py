"""Pages: each row once, in order, whatever the sort keys and the nulls."""

import datetime
import uuid

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from senlin_like.context import RequestContext
from senlin_like.db import clusters, nodes
from senlin_like.db.models import Cluster, Node
from senlin_like.db.paging import Page

EPOCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
TIMES = st.integers(0, 3).map(lambda n: EPOCH + datetime.timedelta(microseconds=n))
ROW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "B", "b", "a-b", "ab", "\u4e00"]),
        "status": st.sampled_from(["ACTIVE", "ERROR"]),
        "init_at": TIMES,
        "created_at": st.none() | TIMES,
        "updated_at": st.none() | TIMES,
        "index": st.integers(-1, 2),
    }
)
DIRECTION = st.sampled_from(["asc", "desc"])
QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def profile_id(a_profile) -> str:
    return a_profile()["id"]


def store(deps, profile_id: str, rows: list[dict]) -> RequestContext:
    """Store nodes in a project of their own and return who may see them."""
    ctx = RequestContext(user_id="u", project_id=uuid.uuid4().hex)
    filled = [
        {
            "id": str(uuid.uuid4()),
            "physical_id": None,
            "cluster_id": "",
            "profile_id": profile_id,
            "user": "u",
            "project": ctx.project_id,
            "domain": None,
            "role": "",
            "tainted": False,
            "status_reason": "",
            "meta_data": {},
            "data": {},
            "dependents": {},
        }
        | row
        for row in rows
    ]
    deps.db.transact(lambda one: nodes.insert_many(one, filled))
    return ctx


def walk(deps, ctx, sort, limit: int) -> list[dict]:
    """Read all pages, one after the other."""
    seen: list[dict] = []
    marker = None
    with deps.db.reader() as one:
        while True:
            page = Page(limit=limit, marker=marker, sort=sort)
            records = nodes.list_page(one, ctx, page, {})
            seen += records
            if len(records) < limit:
                return seen
            marker = records[-1]["id"]


def ordered(records: list[dict], sort) -> list[dict]:
    """Sort as the API promises: nulls first ascending, last descending."""
    result = sorted(records, key=lambda record: record["id"])
    for key, direction in reversed(sort):
        result.sort(
            key=lambda record, key=key: (
                (
                    record[key] is not None,
                    EPOCH if record[key] is None else record[key],
                )
                if key.endswith("_at")
                else record[key]
            ),
            reverse=direction == "desc",
        )
    return result


@QUICK
@given(
    rows=st.lists(ROW, max_size=12),
    keys=st.lists(st.sampled_from(sorted(nodes.LISTING.sortable)), max_size=3),
    directions=st.lists(DIRECTION, min_size=3, max_size=3),
    limit=st.integers(1, 5),
)
def test_pages_give_each_row_once_in_order(
    deps, profile_id, rows, keys, directions, limit
):
    sort = tuple(zip(dict.fromkeys(keys), directions, strict=False))
    ctx = store(deps, profile_id, rows)

    seen = walk(deps, ctx, sort, limit)

    assert len(seen) == len(rows)
    order = sort or (("init_at", "asc"),)
    assert [one["id"] for one in seen] == [one["id"] for one in ordered(seen, order)]


@QUICK
@given(
    rows=st.lists(ROW, min_size=2, max_size=10),
    directions=st.tuples(DIRECTION, DIRECTION),
    limit=st.integers(1, 3),
)
def test_rows_that_go_meanwhile_hide_no_others(
    deps, profile_id, rows, directions, limit
):
    sort = tuple(zip(("updated_at", "name"), directions, strict=True))
    ctx = store(deps, profile_id, rows)
    with deps.db.reader() as one:
        first = nodes.list_page(one, ctx, Page(limit=limit, sort=sort), {})
        everything = nodes.list_page(one, ctx, Page(sort=sort), {})
    gone = [record["id"] for record in first[:-1]]
    removal = sa.delete(Node).where(Node.id.in_(gone))
    deps.db.transact(lambda one: one.execute(removal))

    page = Page(marker=first[-1]["id"], sort=sort)
    with deps.db.reader() as one:
        rest = nodes.list_page(one, ctx, page, {})

    assert [one["id"] for one in first + rest] == [one["id"] for one in everything]


def test_unknown_and_foreign_markers_mean_the_first_page(deps, profile_id):
    mine = store(deps, profile_id, [_plain("a"), _plain("b")])
    other = store(deps, profile_id, [_plain("c")])
    with deps.db.reader() as one:
        foreign = nodes.list_page(one, other, Page(), {})[0]["id"]
        for marker in (foreign, str(uuid.uuid4()), "\x00", "x" * 300):
            records = nodes.list_page(one, mine, Page(marker=marker), {})
            assert len(records) == 2


def test_filters_are_alternatives_of_one_key(deps, profile_id):
    ctx = store(deps, profile_id, [_plain(name) for name in "abcA"])

    with deps.db.reader() as one:
        found = nodes.list_page(
            one, ctx, Page(), {"name": ["a", "c", "\x00"], "status": ["ACTIVE"]}
        )
        nothing = nodes.list_page(one, ctx, Page(), {"name": ["", "\ud800", "%"]})

    assert sorted(record["name"] for record in found) == ["a", "c"]
    assert nothing == []


def test_a_limit_of_nothing_gives_nothing(deps, profile_id):
    ctx = store(deps, profile_id, [_plain("a")])

    with deps.db.reader() as one:
        assert nodes.list_page(one, ctx, Page(limit=0), {}) == []


@pytest.mark.parametrize("kind", ["upper", "wild", "long"])
def test_short_ids_match_exactly(deps, profile_id, kind):
    ctx = store(deps, profile_id, [_plain("a")])
    with deps.db.reader() as one:
        node_id = nodes.list_page(one, ctx, Page(), {})[0]["id"]
        assert nodes.get(one, ctx, node_id[:1])["id"] == node_id
        assert nodes.get(one, ctx, node_id[:35])["id"] == node_id
        text = {
            "upper": node_id[:-1].upper() + "G",
            "wild": node_id[:4] + "%",
            "long": node_id + "0",
        }[kind]
        with pytest.raises(nodes.exceptions.NotFound):
            nodes.get(one, ctx, text)


def test_indexes_are_never_given_twice(deps, profile_id, ctx):
    row = {
        "id": str(uuid.uuid4()),
        "name": "web",
        "profile_id": profile_id,
        "user": "u",
        "project": ctx.project_id,
        "init_at": EPOCH,
        "min_size": 0,
        "max_size": -1,
        "desired_capacity": 0,
        "next_index": 1,
        "timeout": 60,
        "status": "ACTIVE",
        "status_reason": "",
        "meta_data": {},
        "data": {},
        "dependents": {},
        "config": {},
    }
    deps.db.transact(lambda one: clusters.insert(one, row))

    firsts = [
        deps.db.transact(lambda one, n=n: nodes.allocate_indexes(one, row["id"], n))
        for n in (1, 5, 2)
    ]

    assert firsts == [1, 2, 7]
    with deps.db.reader() as one:
        assert (
            one.scalar(sa.select(Cluster.next_index).where(Cluster.id == row["id"]))
            == 9
        )


def _plain(name: str) -> dict:
    return {
        "name": name,
        "status": "ACTIVE",
        "init_at": EPOCH,
        "created_at": None,
        "updated_at": None,
        "index": -1,
    }
