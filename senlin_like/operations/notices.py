"""Messages for receivers: each one that makes sense becomes an action."""

import json
import logging
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import actions as rows
from senlin_like.db import clusters, receivers
from senlin_like.db.session import Session
from senlin_like.domain.actions import CLUSTER_KINDS
from senlin_like.domain.enums import Kind, ReceiverType
from senlin_like.drivers import objects
from senlin_like.operations import actions, raw_actions
from senlin_like.operations import credentials as permissions
from senlin_like.operations.deps import Deps
from senlin_like.operations.receivers import REFUSED_ACTIONS, cloud_for

LOG = logging.getLogger(__name__)

#: Messages that are claimed at once, for so many seconds.
CLAIMED = 20
CLAIM_S = 120
#: Claims in one request; who sends more than they hold has to notify again.
MOST_CLAIMS = 10
#: Key in an action's data that tells from which message it is.
MESSAGE = "message_id"


def notify(deps: Deps, ctx: RequestContext, identity: str) -> None:
    """Let a receiver take what is in its queue.

    A message that is wrong, or whose action is refused, is logged and deleted,
    as a webhook's request isn't kept either. A message that comes twice, since
    its deletion failed, starts one action.

    :raises NotFound: when there is no such receiver for the caller.
    :raises Forbidden: when it is another user's.
    :raises Invalid: when it has no queue.
    :raises CloudError: when the queue can't be read.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    with deps.db.reader() as session:
        row = receivers.find(session, ctx, identity)
    if row.user != ctx.user_id and not ctx.is_admin:
        raise exceptions.Forbidden
    if row.type != ReceiverType.MESSAGE:
        raise exceptions.Invalid("Notifying non-message receiver is not allowed.")
    actor = RequestContext(
        user_id=row.actor_user,
        project_id=row.actor_project,
        domain_id=row.actor_domain,
        request_id=ctx.request_id,
    )
    queue = row.channel["queue_name"]
    with permissions.cloud_answers():
        messaging = cloud_for(deps, ctx, row).messaging
        for _ in range(MOST_CLAIMS):
            claimed = messaging.claim(queue, limit=CLAIMED, seconds=CLAIM_S)
            for message in claimed:
                _take(deps, actor, row.id, message)
                messaging.delete_message(queue, message)
            if len(claimed) < CLAIMED:
                return


def _take(
    deps: Deps, actor: RequestContext, receiver_id: str, message: objects.Message
) -> None:
    """Start what a message asks for, or say in the log why not."""
    try:
        action_id = _start(deps, actor, receiver_id, message)
    except (exceptions.Invalid, exceptions.NotFound, exceptions.Conflict) as error:
        LOG.warning(
            "Message %s to receiver %s is dropped: %s",
            message.id,
            receiver_id,
            error.message,
        )
        return
    if action_id is not None:
        actions.settled(deps, action_id)


def _start(
    deps: Deps, actor: RequestContext, receiver_id: str, message: objects.Message
) -> str | None:
    """Make the action of a message; None if it has been made before."""
    identity, kind, params = _read(message.body)
    name = f"receiver_{receiver_id[:8]}_{message.id[:8]}"

    def work(session: Session) -> str | None:
        cluster = clusters.find_lock(session, actor, identity)
        noted = rows.data_of_named(session, cluster.id, name)
        if any(data.get(MESSAGE) == message.id for data in noted):
            return None
        asked = actions.Asked(
            kind=kind,
            target=cluster.id,
            cluster_id=cluster.id,
            inputs=params,
            name=name,
            timeout=cluster.timeout,
            data={MESSAGE: message.id},
        )
        return raw_actions.request(session, deps, actor, cluster, asked)

    return deps.db.transact(work)


def _read(body: Any) -> tuple[str, Kind, dict[str, Any]]:
    """Read a message: which cluster, what to do, with which parameters.

    :raises Invalid: when it isn't of this form, or can't be stored.
    """
    if not isinstance(body, dict):
        raise exceptions.Invalid("A message has to be a map.")
    identity, name, params = (body.get(key) for key in ("cluster", "action", "params"))
    if not isinstance(identity, str):
        raise exceptions.Invalid("The 'cluster' of a message has to be a text.")
    if name not in list(CLUSTER_KINDS - set(REFUSED_ACTIONS)):
        raise exceptions.Invalid("The 'action' of a message can't be started.")
    if params is not None and not isinstance(params, dict):
        raise exceptions.Invalid("The 'params' of a message have to be a map.")
    try:
        json.dumps(params, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise exceptions.Invalid("The 'params' of a message aren't JSON.") from error
    return identity, Kind(name), params or {}
