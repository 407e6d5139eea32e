"""Attach a policy to a cluster, detach it, or change how it is attached."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.db import (
    bindings,
    cluster_state,
    member_checks,
    node_state,
    policies,
    policy_strays,
)
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain import binding_data
from senlin_like.domain.enums import Phase
from senlin_like.drivers import turns
from senlin_like.flows import telling
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import binding, cluster, detaching, members
from senlin_like.flows.tasks.base import Close, Ending, Plan, Step
from senlin_like.flows.tasks.turns import Turns
from senlin_like.flows.workbench import Workbench
from senlin_like.policies import base

VERSION = 1
DETACH_VERSION = 2
_DETACH = "Detach"
#: Writes what becomes of a binding at the end of an action.
Settle = Callable[[Run, Session, Ending], None]


def attach(run: Run, bench: Workbench) -> Plan:
    """Store the binding, make what the policy needs, let it be seen.

    The row comes first, so that nothing is made for a policy that somebody
    deletes meanwhile, and what was made is known.
    """
    work = binding.BindingWork(run, bench)
    policy_id = _policy_id(run)

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        _begin_attach(run, bench, session, row)
        return {}

    def turn_of(verb: binding.Verb) -> Callable[[turns.Turn], base.Step]:
        def turn(one: turns.Turn) -> base.Step:
            if run.data.get("is_attached"):
                return base.Done()
            return work.call(verb, policy_id, one)

        return turn

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, None, opening),
            Turns(
                work,
                turn_of(binding.attach),
                undo=turn_of(binding.detach),
                name="Attach",
            ),
        ),
        close=_ending("Policy attached.", _attached),
    )


def _policy_id(run: Run) -> str:
    return str(run.facts.inputs["policy_id"])


def _switch(run: Run) -> bool | None:
    """Return what the inputs say of ``enabled``; webhooks send words."""
    value = run.facts.inputs.get("enabled")
    return None if value is None else str(value).lower() == "true"


def _begin_attach(run: Run, bench: Workbench, session: Session, row: Any) -> None:
    """Store a binding that nobody sees yet, unless there is one.

    :raises Refused: when the cluster can't have the policy.
    """
    policy_id, switch = _policy_id(run), _switch(run)
    is_enabled = True if switch is None else switch
    policy = policies.load_hold(session, policy_id)
    if policy is None or policy.project != row.project:
        raise Refused(f"The policy '{policy_id}' could not be found.")
    recipe = bench.policy(policy_id, policy.type, policy.sealed_spec)
    others = bindings.all_of(session, row.id)
    for other in others:
        if other.policy_id == policy_id:
            # One that isn't attached is what couldn't be removed.
            if not other.is_attached:
                bindings.change(session, other.id, {"enabled": is_enabled})
            run.data["is_attached"] = other.is_attached
            run.data["binding"] = other.id
            return
    reason = recipe.type.misfit(recipe.properties, row.profile_type)
    if reason is not None:
        raise Refused(reason)
    if recipe.type.is_singleton:
        _refuse_second(recipe.type.name, others)
    run.data["binding"] = str(uuid.uuid4())
    has_hooks = recipe.type.has_hooks
    bindings.insert(
        session,
        {
            "id": run.data["binding"],
            "cluster_id": row.id,
            "policy_id": policy_id,
            "enabled": is_enabled,
            "priority": recipe.type.priority,
            "is_attached": False,
            "sealed_data": _begun(run, bench, session, row) if has_hooks else None,
            "last_op": None,
        },
    )


def _begun(run: Run, bench: Workbench, session: Session, row: Any) -> str:
    """Return, sealed, where the policy is to make what it needs."""
    profile = node_state.profile(session, row.profile_id)
    assert profile is not None  # noqa: S101 - a cluster's profile can't be deleted
    recipe = bench.recipe(row.profile_id, profile.type, profile.sealed_spec)
    return run.deps.db.vault.seal(binding_data.begun(recipe.region))


def _refuse_second(type_name: str, others: list[Any]) -> None:
    """Refuse a second policy of a type, whatever its version.

    :raises Refused: when there is one.
    """
    for other in others:
        if other.policy_type.rpartition("-")[0] == type_name:
            raise Refused(
                f"Only one policy of type '{type_name}' can be attached to a cluster: "
                f"policy '{other.policy_name}' is there already."
            )


def _attached(run: Run, session: Session, how: Ending) -> None:
    """Let the binding be seen, or drop it; one that left things behind stays."""
    if "binding" not in run.data or run.data.get("is_attached"):
        return
    if how.is_good:
        bindings.change(session, run.data["binding"], {"is_attached": True})
        return
    # What the cloud has made without telling may show only later.
    policy_strays.remember(session, [run.facts.id], run.ties.stray_watch_s)
    if "undo_failed" not in run.data:
        bindings.remove(session, run.data["binding"])


def detach(run: Run, bench: Workbench) -> Plan:
    """Remove what the policy has made, and its binding.

    Once the removal has begun, this succeeds whoever asks it to stop.
    """
    policy_id = _policy_id(run)

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        _note(run, session, row)
        return {}

    def removed(session: Session, are_well: bool) -> None:
        if are_well:
            _evaluate(run, session)

    def settle(run: Run, session: Session, how: Ending) -> None:
        if not how.is_good:
            removed(
                session, detaching.give_up(run, bench, session, _DETACH, [policy_id])
            )

    return Plan(
        version=DETACH_VERSION,
        steps=(
            cluster.BeginCluster(run, None, opening),
            detaching.Detach(
                run,
                bench,
                lambda: [policy_id],
                name=_DETACH,
                then=removed,
                is_last=True,
            ),
        ),
        close=_ending("Policy detached.", settle),
    )


def _note(run: Run, session: Session, row: Any) -> Any:
    """Note the binding, and return it.

    :raises Refused: when there is none.
    """
    policy_id = _policy_id(run)
    found = bindings.load(session, row.id, policy_id)
    if found is None:
        raise Refused(
            f"The policy '{policy_id}' is not attached to the specified cluster "
            f"'{row.id}'."
        )
    run.data["binding"] = found.id
    return found


def _evaluate(run: Run, session: Session) -> None:
    """Work out anew how the cluster stands."""
    cluster_state.settle(session, run.facts.target, telling.verb(run), run.deps.clock())


def update(run: Run, bench: Workbench) -> Plan:
    """Enable or disable the policy, and put its members right if it has any.

    A policy is enabled even if that fails: its members are seen to later.
    """
    switch = _switch(run)

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        found = _note(run, session, row)
        is_enabled = found.enabled if switch is None else switch
        if is_enabled and found.is_attached and detaching.has_members(bench, found):
            run.data[members.BALANCED_BY] = found.policy_id
        return {}

    steps: list[Step] = [cluster.BeginCluster(run, None, opening)]
    if members.balanced(run) or not run.is_done("Begin"):
        steps.append(members.Join(run, bench, members.nobody))
        if switch is None:
            steps.append(members.MustHold(run))
    return Plan(
        version=VERSION, steps=steps, close=_ending("Policy updated.", _updated)
    )


def _updated(run: Run, session: Session, how: Ending) -> None:
    switch = _switch(run)
    if how.is_good and switch is not None:
        bindings.change(session, run.data["binding"], {"enabled": switch})
    if run.result(members.JOIN).get(members.RECOVERED):
        _evaluate(run, session)
    if members.balanced(run) and members.PROBLEM not in run.data:
        member_checks.renew(session, run.data["binding"])


def _ending(good: str, settle: Settle) -> Close:
    """Make the ``close`` of these flows: the cluster's status stays as it is."""

    def close(run: Run, how: Ending) -> Save:
        def save(session: Session) -> None:
            row = cluster_state.load(session, run.facts.target, lock=True)
            if row is None:
                return
            settle(run, session, how)
            detaching.follow(session, row.id)
            phase = Phase.END if how.is_good else Phase.ERROR
            reason = good if how.is_good else how.reason
            telling.about_cluster(run, row, phase, reason, session)

        return save

    return close
