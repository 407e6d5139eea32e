"""Webhooks: who stands behind one, and the action that it starts.

The one door without authentication. Whoever knows the full id of a receiver may
start its action; names and short ids don't count here, since they can be guessed.
"""

import logging
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import clusters, receivers
from senlin_like.db import identity as identities
from senlin_like.db.session import Session
from senlin_like.domain.enums import Kind, ReceiverType
from senlin_like.operations import actions, raw_actions, references
from senlin_like.operations import credentials as permissions
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)


def find(deps: Deps, receiver_id: str) -> Any:
    """Return the row of a webhook, whoever it belongs to.

    :raises NotFound: when no webhook has exactly this id.
    """
    if not identities.is_uuid_like(receiver_id):
        raise exceptions.NotFound("receiver", receiver_id)
    with deps.db.reader() as session:
        return _load(session, receiver_id)


def _load(session: Session, receiver_id: str) -> Any:
    row = receivers.by_id(session, receiver_id)
    if row is None or row.type != ReceiverType.WEBHOOK:
        raise exceptions.NotFound("receiver", receiver_id)
    return row


def roles_behind(deps: Deps, row: Any) -> tuple[str, ...]:
    """Return the roles of the one for whom a webhook acts.

    :raises Forbidden: when the permission can't be used; not saying whose.
    :raises ServiceUnavailable: when the cloud can't tell now.
    """
    try:
        return permissions.roles_of_owner(deps, row.actor_user, row.actor_project)
    except exceptions.TrustNotFound as error:
        LOG.warning("Webhook %s can't be triggered: %s", row.id, error.message)
        raise exceptions.Forbidden from error


def trigger(
    deps: Deps, ctx: RequestContext, receiver_id: str, given: Mapping[str, Any]
) -> str:
    """Start the action of a webhook; returns the action's id.

    ``ctx`` is the one for whom the webhook acts. What is given comes on top of
    the receiver's parameters. Inputs that make no sense let the action fail.

    :raises NotFound: when there is no such webhook, or ``ctx`` isn't behind it.
    :raises Invalid: when the cluster is gone, or inputs name what is another's.
    :raises Conflict: when other actions stand in the way.
    """

    def work(session: Session) -> str:
        row = _load(session, receiver_id)
        if (row.actor_user, row.actor_project) != (ctx.user_id, ctx.project_id):
            raise exceptions.NotFound("receiver", receiver_id)
        with references.specified("cluster", row.cluster_id, "referenced"):
            cluster = clusters.find_lock(session, ctx, row.cluster_id)
        stored = deps.db.vault.unseal_secrets(row.params or {})
        asked = actions.Asked(
            kind=Kind(row.action),
            target=cluster.id,
            cluster_id=cluster.id,
            inputs={**stored, **given},
            name=f"webhook_{row.id[:8]}",
            timeout=cluster.timeout,
        )
        return raw_actions.request(session, deps, ctx, cluster, asked)

    action_id = deps.db.transact(work)
    actions.settled(deps, action_id)
    LOG.info("Webhook %s has started action %s", receiver_id, action_id)
    return action_id
