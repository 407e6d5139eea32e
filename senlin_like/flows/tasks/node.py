"""Steps that work on one node: begin, and a verb of its profile type."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import node_state, progress
from senlin_like.db.progress import Parking, Save
from senlin_like.db.session import Session
from senlin_like.domain.enums import NodeStatus, Phase, WaitKind
from senlin_like.drivers import base as clouds
from senlin_like.flows import fence, hosting, telling
from senlin_like.flows.outcomes import Done, Gone, Outcome, Park, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.workbench import Recipe, Workbench
from senlin_like.profiles import base as profiles

_BUSY_MOST_S = 30.0

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

    def ask(self, turn: profiles.Turn, **changes: Any) -> profiles.Ask:
        """Put together what a verb of the profile type works with.

        ``changes`` replace facts of the node.

        :raises TrustNotFound: when the owner's permission can't be used.
        """
        row, recipe = self.row, self.recipe
        cloud = self.bench.cloud(row.user, row.project, recipe.region)
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
            self.check(session, row)
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


class Physical(Step):
    """Carry out a verb of the node's profile type, over as many turns as needed."""

    def __init__(
        self,
        work: NodeWork,
        verb: Verb,
        *,
        undo: Verb | None = None,
        name: str = "Physical",
        is_last: bool = True,
        **changes: Any,
    ) -> None:
        super().__init__(work.run, name)
        self.node = work
        self.verb = verb
        self.undo_verb = undo
        self.can_undo = undo is not None
        self.is_last = is_last
        self.changes = changes

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn."""
        return self._turn(self.verb, memo, is_last=self.is_last)

    def undo(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn of the way back; what the cloud refuses is told."""
        assert self.undo_verb is not None  # noqa: S101 - can_undo says so
        try:
            return self._turn(self.undo_verb, {"retry": True, **memo}, is_last=False)
        except exceptions.CloudError as error:
            self.run.data["undo_failed"] = error.message
            return Done()
        except Refused:
            return Done()

    def _turn(self, verb: Verb, memo: Mapping[str, Any], *, is_last: bool) -> Outcome:
        turn = self._look(memo)
        if turn is None:
            return self._park_again(memo)
        try:
            answer = verb(self.node.ask(turn, **self.changes))
        except exceptions.CloudBusy as error:
            # This call had no effect, but those before it may have had one.
            if self.node.calls > 1:
                memo = {**memo, "retry": True}
            return self._later(memo, error, error.retry_after_s)
        except exceptions.CloudUnsure as error:
            return self._later({**memo, "retry": True}, error, None)
        if isinstance(answer, profiles.Done):
            return self._done(answer, is_last=is_last)
        if turn.has_expired and _same(answer.wait, memo["wait"]):
            raise exceptions.CloudError(
                f"Timed out after {answer.wait.timeout_s:g} seconds. "
                + answer.wait.reason()
            )
        return self._wait(answer)

    def _look(self, memo: Mapping[str, Any]) -> profiles.Turn | None:
        """Return the next turn, or None if the wait has not ended."""
        run = self.run
        wait = memo.get("wait")
        seen: clouds.Observed | None = None
        has_expired = False
        if wait is not None:
            if run.seen:
                seen = clouds.Observed(**{**run.seen, "id": wait["id"]})
            over = seen is not None and seen.status in {*wait["until"], *wait["failed"]}
            has_expired = self._now() >= wait["expires"]
            if not over and not has_expired:
                return None
            seen = seen if over else None
        return profiles.Turn(
            memo=memo.get("memo", {}),
            seen=seen,
            is_retry=run.attempt > 0 or bool(memo.get("retry")),
            has_expired=has_expired and seen is None,
        )

    def _now(self) -> float:
        return self.run.deps.clock().timestamp()

    def _done(self, answer: profiles.Done, *, is_last: bool) -> Done:
        result = {"reason": answer.reason, "healthy": answer.is_healthy}
        return Done(result=result, save=self._patch(answer.patch), is_last=is_last)

    def _wait(self, answer: profiles.Again) -> Park:
        wait = answer.wait
        memo = {
            "memo": dict(answer.memo),
            "wait": {
                "kind": wait.kind,
                "id": wait.id,
                "until": list(wait.until),
                "failed": list(wait.failed),
                "expires": self._now() + wait.timeout_s,
                "reason": wait.reason(),
            },
        }
        return self._park(memo, self._patch(answer.patch))

    def _park_again(self, memo: Mapping[str, Any]) -> Park:
        return self._park(memo, None)

    def _park(self, memo: Mapping[str, Any], patch: Save | None) -> Park:
        wait, run, row = memo["wait"], self.run, self.node.row
        group = "|".join(
            (wait["kind"], row.project, row.user, self.node.recipe.region or "")
        )
        left = min(wait["expires"] - self._now(), max(run.seconds_left(), 0.0) + 0.1)
        if run.undoing is not None:
            left = wait["expires"] - self._now()

        def save(session: Session) -> None:
            if patch is not None:
                patch(session)
            if self.node.bench.needs_touch(group):
                progress.touch_group(session, group, run.ties.watch_first_s)

        run.ties.on_park()
        return Park(
            parking=Parking(
                kind=WaitKind.CLOUD,
                reason=wait["reason"],
                wake_after_s=left,
                group=group,
                object_id=wait["id"],
                wait={"until": wait["until"], "failed": wait["failed"]},
            ),
            memo=memo,
            save=save,
        )

    def _later(
        self,
        memo: Mapping[str, Any],
        error: exceptions.CloudError,
        after_s: float | None,
    ) -> Park:
        tries = int(memo.get("busy", 0)) + 1
        pause_s = after_s or min(0.5 * 2**tries, _BUSY_MOST_S)
        if self.run.undoing is None:
            pause_s = min(pause_s, max(self.run.seconds_left(), 0.0) + 0.1)
        return Park(
            parking=self.run.pause(
                pause_s, f"The cloud can't answer now ({error.message}); trying again."
            ),
            memo={**memo, "busy": tries},
        )

    def _patch(self, patch: profiles.NodePatch) -> Save | None:
        values: dict[str, Any] = {}
        if patch.physical_id is not None:
            values["physical_id"] = patch.physical_id
        if patch.clear_physical_id:
            values["physical_id"] = None
        if patch.data:
            # Nobody else writes it while this action holds the node.
            merged = {**(self.node.row.data or {}), **patch.data}
            values["data"] = {
                key: value for key, value in merged.items() if value is not None
            }
        if not values:
            return None
        target = self.run.facts.target
        return lambda session: _change(session, target, values)


def _change(session: Session, node_id: str, values: Mapping[str, Any]) -> None:
    node_state.change(session, node_id, values)


def _same(wait: profiles.CloudWait, memo: Mapping[str, Any]) -> bool:
    return wait.id == memo["id"] and set(wait.until) == set(memo["until"])
