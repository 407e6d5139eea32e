"""What the torture looks at of lifecycle hooks finds what is wrong."""

import types

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Action
from senlin_like.operations import cluster_actions, clusters
from senlin_like.simulated_cloud import tables
from tests.torture import checks, farewells, hooks
from tests.torture.ushers import Completion, Telling

#: When the actions that wait began, were told of, completed, and ended.
BEGUN, TOLD, COMPLETED, DELETED, ENDED = 1000.0, 1001.0, 1003.0, 1004.0, 1005.0
TABLE = Action.__table__


class Farewell:
    """Two nodes that went after their hooks were completed; all is well."""

    def __init__(self, stage):
        self.stage = stage
        self.rows = hooks.hooked(stage)
        self.change(TABLE.c.action == "NODE_CREATE", start_time=10.0, end_time=20.0)
        self.of_waits(start_time=BEGUN, end_time=ENDED)
        self.of_servers(deleted_at=DELETED)
        self.tellings = [self.telling(row) for row in self.rows]
        self.completions = [self.completion(row) for row in self.rows]

    def change(self, *where, **values):
        self.stage.deps.db.transact(
            lambda one: one.execute(sa.update(TABLE).where(*where).values(**values))
        )

    def of_waits(self, **values):
        self.change(TABLE.c.id.in_([row.id for row in self.rows]), **values)

    def of_servers(self, **values):
        table = tables.SERVERS
        gone = table.c.deleted_at.is_not(None)
        self.stage.driver.world.store.transact(
            lambda one: one.execute(table.update().where(gone).values(**values))
        )

    def told(self, row, **values):
        """Change what the hook of an action came to."""
        step = {"done": True, "result": {"ended_by": "timeout"}} | values
        self.change(TABLE.c.id == row.id, journal={**row.journal, "CallHook": step})

    def telling(self, row, **values):
        body = {"node_id": row.target, "cluster_id": row.cluster_id}
        known = {"token": row.id, "body": body, "at": TOLD, "way": "webhook"}
        return Telling(**{**known, "status": 204, **values})

    def completion(self, row, **values):
        known = {"token": row.id, "cluster": row.cluster_id, "manner": "soon"}
        times = {"at": COMPLETED, "answered_at": COMPLETED + 0.1, "status": 202}
        return Completion(**{**known, **times, **values})

    def found(self, *, struck=()):
        usher = types.SimpleNamespace(
            tellings=self.tellings, completions=self.completions
        )
        stage = self.stage
        return farewells.problems(stage.deps.db, stage.driver.world, usher, struck)


@pytest.fixture
def farewell(stage, make, attach):
    make(3)
    attach("told", "deletion", hooks=hooks.zaqar())
    ask = cluster_actions.ask
    ask(stage.deps, stage.ctx, "web", "scale_in", {"count": 2})
    hooks.settle(stage)
    hooks.complete_all(stage)
    stage.drain()
    made = Farewell(stage)
    assert made.found() == []
    return made


def untold(one):
    one.tellings = one.tellings[:1]


def told_of_another_node(one):
    body = {"node_id": "other", "cluster_id": one.rows[0].cluster_id}
    one.tellings.append(one.telling(one.rows[0], body=body))


def told_of_nothing(one):
    one.tellings.append(one.telling(one.rows[0], token="x"))


def told_too_often(one):
    one.tellings.append(one.telling(one.rows[0], at=TOLD + 1))


def uncompleted(one):
    one.completions = one.completions[:1]


def completed_elsewhere(one):
    mistake = {"manner": "another cluster", "status": 202}
    one.completions.append(one.completion(one.rows[0], **mistake))


def lost(one):
    one.told(one.rows[0])
    one.of_waits(end_time=TOLD + hooks.TIMEOUT_S + 1)


def early(one):
    one.completions = []
    for row in one.rows:
        one.told(row)


def early_servers(one):
    one.of_servers(deleted_at=COMPLETED - 1)


def impatient(one):
    one.change(
        TABLE.c.id == one.rows[0].id,
        journal={"version": 1, "Begin": {"done": True}},
    )


def twice_in_a_family(one):
    one.of_waits(target=one.rows[0].target)


def forgotten_by_the_parent(one):
    parent = one.stage.action(one.rows[0].parent_id)
    kept = {key: value for key, value in parent.data.items() if key != "hooks"}
    one.change(TABLE.c.id == parent.id, data=kept)


def passed_by(one):
    one.of_waits(cause="Derived Action")
    one.tellings, one.completions = [], []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (untold, "its hook wasn't told"),
        (told_of_another_node, "was told of node other"),
        (told_of_nothing, "told of x, which waits for none"),
        (told_too_often, "was told 2 times, by 1 engines"),
        (uncompleted, "nobody completed it"),
        (completed_elsewhere, "was answered 202"),
        (lost, "before its time was over: lost"),
        (early, " s early"),
        (early_servers, "was deleted while"),
        (impatient, "didn't wait for its hook"),
        (twice_in_a_family, "waits for 2 hooks"),
        (forgotten_by_the_parent, "has no hook, though a policy has one"),
        (passed_by, "its hook wasn't asked"),
    ],
)
def test_what_is_wrong_with_a_hook_is_found(farewell, fault, sentence) -> None:
    fault(farewell)

    assert any(sentence in one for one in farewell.found())


def test_a_server_that_died_by_itself_is_nobodys_fault(farewell) -> None:
    early_servers(farewell)
    servers = checks.cloud_rows(farewell.stage.driver.world, tables.SERVERS)

    assert farewell.found(struck=[row.id for row in servers]) == []


def test_only_hooks_of_a_cluster_that_is_gone_may_be_unknown(farewell) -> None:
    asked = {"status": 404, "answered_at": COMPLETED + 1}
    farewell.completions.append(farewell.completion(farewell.rows[0], **asked))
    assert any("was answered 404" in one for one in farewell.found())

    clusters.delete(farewell.stage.deps, farewell.stage.ctx, "web", force=True)
    farewell.stage.drain()

    assert farewell.found() == []


def test_a_telling_that_got_no_answer_may_come_again(farewell) -> None:
    farewell.tellings.append(farewell.telling(farewell.rows[0], status=0, at=TOLD))

    assert farewell.found() == []
