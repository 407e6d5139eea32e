"""The rest that scaling policies want between two scalings."""

from senlin_like import exceptions
from senlin_like.db import bindings
from senlin_like.db.session import Session
from senlin_like.domain.enums import Kind
from senlin_like.operations.deps import Deps


def check(session: Session, deps: Deps, kind: Kind, cluster_id: str) -> None:
    """Refuse an action that comes too soon after the last scaling.

    Takes one statement. It is checked again when the action begins.

    :raises ActionCooldown: naming the policy that wants the rest.
    """
    now = deps.clock()
    for row in bindings.resting(session, cluster_id):
        policy_type = deps.policies.get(row.policy_type)
        properties = policy_type.check_spec(deps.db.vault.unseal(row.sealed_spec))
        rest_s = policy_type.cooldown_s(properties, kind)
        if (now - row.last_op).total_seconds() < rest_s:
            raise exceptions.ActionCooldown(kind, cluster_id, row.policy_id)
