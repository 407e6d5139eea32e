"""Steps that keep the members of a policy, a load balancer's, in step with nodes.

They do nothing, and write nothing, in clusters without such a policy. Each makes
one change of the pool, however many nodes come or go.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain.enums import NodeStatus
from senlin_like.drivers import turns
from senlin_like.flows.outcomes import Decide, Done, HandedOver, Outcome, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.tasks.binding import BindingWork, Verb
from senlin_like.flows.tasks.turns import Turns
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import PolicyRecipe, Workbench
from senlin_like.policies import base as policies

#: Key of an action's data: the policy that has the nodes as members.
BALANCED_BY = "balanced_by"
#: Key of an action's data: why members couldn't be put right.
PROBLEM = "members_problem"
#: Key of an action's data: its nodes stay, since they couldn't leave the pool.
HELD = "held_in_pool"
JOIN = "JoinPool"
#: Key of the result of a join: nodes that may be well again.
RECOVERED = "recovered"
NOT_ADDED = "Failed in adding nodes into lb pool"
NOT_REMOVED = "Failed in removing deleted node(s) from lb pool"

_WELL = (NodeStatus.ACTIVE, NodeStatus.WARNING)

#: Gives ids of nodes.
Nodes = Callable[[], Collection[str]]


def balanced(run: Run) -> bool:
    """Tell whether there is such a policy, once the action has begun."""
    return BALANCED_BY in run.data


def going(run: Run) -> list[str]:
    """Return the nodes that were chosen to go."""
    return list(run.data.get("deletion", {}).get("candidates", ()))


def nobody() -> Collection[str]:
    """Return no nodes."""
    return ()


class _Members(Turns):
    """Carry out a verb of the policy that has the nodes as members."""

    #: The name of the step.
    called: str

    def __init__(
        self, run: Run, bench: Workbench, leaving: Nodes, present: Nodes = nobody
    ) -> None:
        self._work = BindingWork(run, bench)
        self.leaving = leaving
        self.present = present
        super().__init__(
            self._work,
            lambda turn: self._call(self.ask, turn, leaving()),
            undo=lambda turn: self._call(_join, turn, ()),
            name=self.called,
            is_last=False,
        )

    def ask(self, recipe: PolicyRecipe, ask: policies.HookAsk) -> policies.Step:
        """Call the verb."""
        raise AssertionError(f"{self.name} does nothing")

    def _call(
        self, verb: Verb, turn: turns.Turn, leaving: Collection[str]
    ) -> policies.Step:
        return self._work.call(
            verb,
            str(self.run.data[BALANCED_BY]),
            turn,
            leaving=frozenset(leaving),
            present=frozenset(self.present()),
        )

    def is_needed(self) -> bool:
        """Tell whether there is anything to be done."""
        return bool(self.leaving())

    def execute(self) -> None:
        """Do the step if there is anything to be done."""
        if balanced(self.run) and self.is_needed():
            super().execute()


class Drain(_Members):
    """Send nothing new to nodes that are about to go after a grace period."""

    called = "DrainMembers"

    def is_needed(self) -> bool:
        """Tell whether there is time for visitors to go."""
        return super().is_needed() and cluster.grace_s(self.run) > 0

    def ask(self, recipe: PolicyRecipe, ask: policies.HookAsk) -> policies.Step:
        """Call the verb."""
        return recipe.type.drain(ask)

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn."""
        return _or_refused(self.run, lambda: super(Drain, self).work(memo))


class Leave(_Members):
    """Take the nodes that are about to go out of the pool, before they go."""

    called = "LeavePool"

    def ask(self, recipe: PolicyRecipe, ask: policies.HookAsk) -> policies.Step:
        """Call the verb."""
        return recipe.type.leave(ask)

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn."""
        return _or_refused(self.run, lambda: super(Leave, self).work(memo))


def _or_refused(run: Run, work: Callable[[], Outcome]) -> Outcome:
    """Let no node go that may still be sent visitors.

    :raises Refused: when the cloud failed.
    """
    try:
        return work()
    except exceptions.CloudError as error:
        run.data[HELD] = True
        raise Refused(f"{NOT_REMOVED}: {error.message}") from error


class Join(_Members):
    """Put the members right: newcomers in, others as they should be.

    ``newcomers`` are the nodes that the action is about: only what goes wrong
    with them makes it fail. The result is that of a fan-out.
    """

    called = JOIN

    def __init__(
        self,
        run: Run,
        bench: Workbench,
        newcomers: Nodes,
        *,
        leaving: Nodes = nobody,
        present: Nodes = nobody,
    ) -> None:
        super().__init__(run, bench, leaving, present)
        self.can_undo = False
        self.newcomers = newcomers
        self._failed: Mapping[str, str] = {}
        self._recovered: list[str] = []

    def ask(self, recipe: PolicyRecipe, ask: policies.HookAsk) -> policies.Step:
        """Call the verb, and keep what it says of nodes."""
        answer = recipe.type.join(ask)
        if isinstance(answer, policies.Done):
            self._failed = answer.failed
            self._recovered = [
                node.id
                for node in ask.cluster.nodes
                if node.id in answer.members and node.status == NodeStatus.WARNING
            ]
        return answer

    def may_go_on(self) -> None:
        """Look at signals, unless the children have heard them already.

        Those that had become nodes by then are to be members.
        """
        if "stopped" not in self.run.data:
            super().may_go_on()
            return
        self.run.check_lease()
        if self.run.ties.is_stopping():
            raise HandedOver

    def is_needed(self) -> bool:
        """Tell whether nodes come; when some go, members are settled after that."""
        return not going(self.run)

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn; what goes wrong is kept as a result."""
        newcomers = list(self.newcomers())
        try:
            outcome = super().work(memo)
        except exceptions.CloudError as error:
            self.run.data[PROBLEM] = error.message
            return self._ended(Done(), self._blamed(newcomers, error.message))
        if not isinstance(outcome, Done):
            return outcome
        failed = {
            node_id: self._failed[node_id]
            for node_id in newcomers
            if node_id in self._failed
        }
        return self._ended(outcome, failed)

    def _blamed(self, newcomers: Collection[str], reason: str) -> Mapping[str, str]:
        """Tell which nodes aren't members because the cloud failed."""
        return dict.fromkeys(newcomers, reason)

    def _ended(self, outcome: Done, failed: Mapping[str, str]) -> Done:
        result = {
            **outcome.result,
            "failed": list(failed),
            "first_failure": next(iter(failed.values()), ""),
        }

        recovered = self._recovered
        if recovered:
            result[RECOVERED] = recovered

        def save(session: Session) -> None:
            if outcome.save is not None:
                outcome.save(session)
            _warn(self.run, session, failed)
            call_well(self.run, session, recovered, "The node is a member now.")

        return dataclasses.replace(outcome, result=result, save=save)


class Renew(Join):
    """Put the members right of nodes that may have got other addresses.

    A load balancer that fails is no reason to call them unwell: they were
    members before, and are looked at again (``engine.upkeep``).
    """

    def _blamed(self, newcomers: Collection[str], reason: str) -> Mapping[str, str]:
        """Blame nobody."""
        return {}


class MustHold(Step):
    """Fail if the members couldn't be put right."""

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Look at what the step before has left."""
        problem = self.run.data.get(PROBLEM)
        if problem is not None:
            raise Refused(f"The members couldn't be put right: {problem}")
        return Done(is_last=True)


class Settle(Join):
    """Put the members right when nodes have gone; ``gone`` tells which."""

    called = "SettlePool"

    def __init__(self, run: Run, bench: Workbench, gone: Nodes) -> None:
        super().__init__(run, bench, nobody)
        self.gone = gone

    def is_needed(self) -> bool:
        """Tell whether nodes have gone."""
        return bool(self.gone())


class Swap(Join):
    """Let newcomers in and others out; these come back if the action fails later."""

    def __init__(
        self, run: Run, bench: Workbench, newcomers: Nodes, leaving: Nodes
    ) -> None:
        super().__init__(run, bench, newcomers, leaving=leaving)
        self.can_undo = True


def _warn(run: Run, session: Session, failed: Mapping[str, str]) -> None:
    """Let nodes that are well show that nobody is sent to them."""
    if not failed:
        return
    known = node_state.rows_of(session, list(failed))
    for node_id in sorted(known):
        if known[node_id].status in _WELL:
            reason = f"{NOT_ADDED}: {failed[node_id]}"
            node_state.change(session, node_id, not_a_member(run, reason))


def call_well(
    run: Run, session: Session, node_ids: Collection[str], reason: str
) -> bool:
    """Let nodes be ACTIVE again that were unwell since they weren't members.

    Tells whether there were any.
    """
    values = {
        "status": NodeStatus.ACTIVE,
        "status_reason": reason,
        "updated_at": run.deps.clock(),
    }
    return node_state.set_back(session, node_ids, NOT_ADDED, values) > 0


def not_a_member(run: Run, reason: str) -> dict[str, Any]:
    """Return the columns of a node that is well but that nobody is sent to."""
    return {
        "status": NodeStatus.WARNING,
        "status_reason": reason,
        "updated_at": run.deps.clock(),
    }


class Verdict(Judge):
    """Fail if newcomers couldn't be members."""

    def __init__(self, run: Run) -> None:
        super().__init__(run, {JOIN: NOT_ADDED})

    def execute(self) -> None:
        """Do the step if there are members."""
        if balanced(self.run):
            super().execute()


class Choose(Step):
    """Choose the nodes that go before anything is done about their members."""

    def __init__(self, run: Run, pick: Callable[[Session, Any], Any]) -> None:
        super().__init__(run)
        self.pick = pick

    def execute(self) -> None:
        """Do the step if there are members."""
        if balanced(self.run):
            super().execute()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Choose under the cluster's lock."""
        return Decide(decide=self._decide)

    def _decide(self, session: Session) -> Done:
        self.pick(session, cluster.locked(self.run, session))
        return Done()


def _join(recipe: PolicyRecipe, ask: policies.HookAsk) -> policies.Step:
    return recipe.type.join(ask)
