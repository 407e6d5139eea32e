"""Steps that work on one node: begin, and a verb of its profile type."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.db import node_state, progress, strays
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain import actions, plan
from senlin_like.domain.enums import NodeStatus, Phase
from senlin_like.drivers import turns
from senlin_like.flows import fence, hosting, telling
from senlin_like.flows.outcomes import Done, Gone, Outcome, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.tasks.turns import Account, Call, Turns
from senlin_like.flows.workbench import Recipe, Workbench
from senlin_like.profiles import base as profiles

_BEGINNINGS = {
    NodeStatus.CREATING: "Creation in progress",
    NodeStatus.DELETING: "Deletion in progress",
    NodeStatus.UPDATING: "Update in progress",
    NodeStatus.RECOVERING: "Recovery in progress",
}

Verb = Callable[[profiles.Ask], profiles.Step]
Check = Callable[[Session, Any], None]
#: Returns columns of the node that are set when its action begins.
Prepare = Callable[[Session, Any, Recipe], Mapping[str, Any]]


class NodeWork:
    """The node of an action, as its steps see it; read when first needed."""

    def __init__(self, run: Run, bench: Workbench) -> None:
        self.run = run
        self.bench = bench
        self._row: Any = None
        self._hosts: list[Any] | None = None
        #: Calls of the cloud since ``ask``.
        self.calls = 0

    def take(self, row: Any) -> None:
        """Keep a row that a step has just read."""
        self._row = row

    @property
    def row(self) -> Any:
        """Return the node's row.

        :raises Refused: when the node is gone.
        """
        if self._row is None:
            target = self.run.facts.target
            self._row = self.run.read(lambda session: node_state.load(session, target))
        if self._row is None:
            raise gone(self.run)
        return self._row

    @property
    def recipe(self) -> Recipe:
        """Return the node's profile."""
        row = self.row
        return self.bench.recipe(row.profile_id, row.profile_type, row.sealed_spec)

    @property
    def region(self) -> str | None:
        """Return where the node's object is, or is to be."""
        return plan.region_of(self.row.data, self.recipe.region)

    def ask(self, turn: profiles.Turn, **changes: Any) -> profiles.Ask:
        """Put together what a verb of the profile type works with.

        ``changes`` replace facts of the node.

        :raises TrustNotFound: when the owner's permission can't be used.
        """
        row, recipe = self.row, self.recipe
        cloud = self.bench.cloud(row.user, row.project, self.region)
        hosts = hosting.opened(self.bench, self._host_rows(row, recipe))
        self.calls = 0
        return profiles.Ask(
            cloud=fence.fenced(cloud, self._before_call),
            node=dataclasses.replace(facts_of(row), **changes),
            properties=recipe.properties,
            turn=turn,
            limits=profiles.Limits(
                server_timeout_s=self.run.deps.settings.server_timeout_s,
                stack_timeout_s=self.run.deps.settings.default_action_timeout,
            ),
            hosts=[
                dataclasses.replace(
                    host, cloud=fence.fenced(host.cloud, self._before_call)
                )
                for host in hosts
            ],
            since=self.run.started,
        )

    def _host_rows(self, row: Any, recipe: Recipe) -> list[Any]:
        if self._hosts is None:
            self._hosts = self.run.read(
                lambda session: hosting.of_node(session, row, recipe)
            )
        return self._hosts

    def _before_call(self) -> None:
        self.run.check_lease()
        self.calls += 1

    def account(self) -> Account:
        """Tell as whom the cloud is asked: as the node's owner."""
        row = self.row
        return Account(project=row.project, user=row.user, region=self.region)

    def result(self, answer: turns.Ended) -> dict[str, Any]:
        """Return what the journal keeps of the end of a verb."""
        is_healthy = not isinstance(answer, profiles.Done) or answer.is_healthy
        return {"reason": answer.reason, "healthy": is_healthy}

    def doubt(self) -> Save | None:
        """Return what watches for an object that may still be made for the node."""
        run = self.run
        if run.facts.kind not in actions.CREATING:
            return None
        node_id, watch_s = run.facts.target, run.ties.stray_watch_s
        return lambda session: strays.remember(
            session, [node_id], watch_s, since=run.started
        )

    def saved(self, answer: turns.Ended | turns.Waits) -> Save | None:
        """Return what writes the node's row as an answer says."""
        assert isinstance(answer, profiles.Done | profiles.Again)  # noqa: S101
        patch = answer.patch
        values: dict[str, Any] = {}
        if patch.physical_id is not None:
            values["physical_id"] = patch.physical_id
        if patch.clear_physical_id:
            values["physical_id"] = None
        target = self.run.facts.target
        if patch.data and self._is_shared:
            return lambda session: _merge(session, target, values, patch.data)
        if patch.data:
            # Nobody else writes it while this action holds the node.
            merged = {**(self.row.data or {}), **patch.data}
            values["data"] = {
                key: value for key, value in merged.items() if value is not None
            }
        if not values:
            return None
        return lambda session: _change(session, target, values)

    @property
    def _is_shared(self) -> bool:
        """Tell whether actions on other nodes may note something on this one.

        Those that users ask for settle the members of a whole cluster.
        """
        return not self.run.facts.is_child and bool(self.row.cluster_id)


def _change(session: Session, node_id: str, values: Mapping[str, Any]) -> None:
    node_state.change(session, node_id, values)


def _merge(
    session: Session,
    node_id: str,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
) -> None:
    node_state.merge_data(session, node_id, data)
    if values:
        node_state.change(session, node_id, values)


def gone(run: Run) -> Gone:
    """Say that the node isn't there any more."""
    return Gone(f"The node '{run.facts.target}' could not be found.")


def facts_of(row: Any) -> profiles.NodeFacts:
    """Return what a profile type may know of a node."""
    return profiles.NodeFacts(
        id=row.id,
        name=row.name,
        index=row.index,
        cluster_id=row.cluster_id,
        physical_id=row.physical_id,
        status=row.status,
        role=row.role,
        metadata=row.meta_data or {},
        data=row.data or {},
    )


class Begin(Step):
    """Mark the node as being worked on, if it may be; tell of the start."""

    def __init__(
        self,
        work: NodeWork,
        status: NodeStatus | None = None,
        check: Check | None = None,
        prepare: Prepare | None = None,
    ) -> None:
        super().__init__(work.run)
        self.node = work
        self.status = status
        self.check = check
        self.prepare = prepare

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Look at the row in the transaction that changes it."""
        return Done(save=self._begin)

    def _begin(self, session: Session) -> None:
        run = self.run
        row = node_state.load(session, run.facts.target)
        if row is None:
            raise gone(run)
        if self.check is not None:
            known = dict(run.data)
            self.check(session, row)
            if run.data != known:
                # Policies have decided something, maybe also on the node's data.
                data = {"data": run.told_data(run.journal)}
                progress.record(session, run.hold, data)
                row = node_state.load(session, row.id) or row
        self.node.take(row)
        values = self._prepared(session, row)
        if self.status is not None:
            reason = _BEGINNINGS.get(self.status, "Operation in progress")
            values |= {"status": self.status, "status_reason": reason}
        if values:
            self._change(session, row, values)
        telling.about_node(run, row, Phase.START, telling.start_reason(run), session)

    def _prepared(self, session: Session, row: Any) -> dict[str, Any]:
        if self.prepare is None:
            return {}
        values = dict(self.prepare(session, row, self.node.recipe))
        if values:
            # What was read is no longer so.
            self.node.take(None)
        return values

    def _change(self, session: Session, row: Any, values: Mapping[str, Any]) -> None:
        """Set columns; a node that is to go must still have the same dependents."""
        if self.status is not NodeStatus.DELETING:
            node_state.change(session, row.id, values)
        elif not node_state.change_if_alike(session, row, "dependents", values):
            fresh = node_state.load(session, row.id)
            if fresh is None:
                raise gone(self.run)
            if fresh.dependents.get("nodes"):
                raise Refused("Other nodes have just come to depend on the node.")
            self._change(session, fresh, values)


class Physical(Turns):
    """Carry out a verb of the node's profile type, over as many turns as needed."""

    def __init__(
        self,
        work: NodeWork,
        verb: Verb,
        *,
        undo: Verb | None = None,
        name: str = "Physical",
        is_last: bool | Callable[[], bool] = True,
        **changes: Any,
    ) -> None:
        def called(verb: Verb) -> Call:
            return lambda turn: verb(work.ask(turn, **changes))

        super().__init__(
            work,
            called(verb),
            undo=None if undo is None else called(undo),
            name=name,
            is_last=is_last,
        )
