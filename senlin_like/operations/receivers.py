"""What may be asked of receivers, except to trigger or notify them."""

import contextlib
import logging
import uuid
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import clusters, projects, receivers
from senlin_like.db import identity as identities
from senlin_like.db.session import Session
from senlin_like.db.vault import SECRETS
from senlin_like.domain.enums import Kind, ReceiverType
from senlin_like.drivers import base as clouds
from senlin_like.drivers.messaging import Messaging
from senlin_like.operations import credentials as permissions
from senlin_like.operations import receiver_addresses as addresses
from senlin_like.operations import references
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

#: A receiver has a cluster already, or gets one named in each message.
REFUSED_ACTIONS = (Kind.CLUSTER_CREATE,)

Body = Mapping[str, Any]
Record = dict[str, Any]


def create(deps: Deps, ctx: RequestContext, body: Body) -> Record:
    """Make a webhook for a cluster, or a queue for messages.

    :raises Invalid: when cluster or action are missing or can't be used, or
        the name has to be unique and isn't.
    :raises Forbidden: when the cluster is another user's.
    :raises Conflict: when nobody may act for the cluster's owner.
    :raises CloudError: when the cloud can't make a queue.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    if body["type"] == ReceiverType.WEBHOOK:
        return _create_webhook(deps, ctx, body)
    return _create_message(deps, ctx, body)


def _create_webhook(deps: Deps, ctx: RequestContext, body: Body) -> Record:
    cluster = _cluster_for(deps, ctx, body)
    _see_to_permission(deps, ctx, cluster)
    row = _new_row(deps, ctx, body)
    row |= {
        "cluster_id": cluster["id"],
        "action": body["action"],
        "actor_user": cluster["user"],
        "actor_project": cluster["project"],
        "actor_domain": cluster["domain"],
    }
    told = {
        key: value
        for key, value in (body.get("params") or {}).items()
        if key not in SECRETS
    }
    row["channel"] = {
        "alarm_url": addresses.alarm_url(deps.settings, ctx, row["id"], told)
    }

    def work(session: Session) -> None:
        _check_name(session, deps, ctx, row["name"])
        with references.specified("cluster", body["cluster_id"], "referenced"):
            clusters.find_lock(session, ctx, row["cluster_id"])
        receivers.insert(session, row)

    deps.db.transact(work)
    return receivers.shown(row)


def _cluster_for(deps: Deps, ctx: RequestContext, body: Body) -> Record:
    """Find the cluster of a webhook that is wanted."""
    if not body.get("cluster_id"):
        raise exceptions.Invalid(
            "Cluster identity is required for creating webhook receiver."
        )
    if not body.get("action"):
        raise exceptions.Invalid(
            "Action name is required for creating webhook receiver."
        )
    _check_action(body["action"])
    with (
        references.specified("cluster", body["cluster_id"], "referenced"),
        deps.db.reader() as session,
    ):
        cluster = clusters.get(session, ctx, body["cluster_id"])
    if not ctx.is_admin and cluster["user"] != ctx.user_id:
        raise exceptions.Forbidden
    return cluster


def _check_action(name: str) -> None:
    if name in REFUSED_ACTIONS:
        listed = [str(one) for one in REFUSED_ACTIONS]
        raise exceptions.Invalid(f"Action name cannot be any of {listed}.")


def _see_to_permission(deps: Deps, ctx: RequestContext, cluster: Record) -> None:
    """See that somebody may act for the owner of a cluster.

    The caller's own permission is made, or made anew where it is dead.
    """
    user, project = cluster["user"], cluster["project"]
    if (user, project) == (ctx.user_id, ctx.project_id):
        with permissions.cloud_answers():
            permissions.cloud_of_caller(deps, ctx, None)
        return
    try:
        permissions.roles_of_owner(deps, user, project)
    except exceptions.TrustNotFound as error:
        raise exceptions.Conflict(
            f"Nobody may act for the owner of cluster '{cluster['id']}' any more: "
            "that has to be renewed by a request of the owner."
        ) from error


def _new_row(deps: Deps, ctx: RequestContext, body: Body) -> Record:
    """Make the row of a receiver that acts for its maker, on no cluster."""
    return {
        "id": str(uuid.uuid4()),
        "name": body["name"],
        "type": body["type"],
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "created_at": deps.clock(),
        "updated_at": None,
        "cluster_id": None,
        "action": None,
        "actor_user": ctx.user_id,
        "actor_project": ctx.project_id,
        "actor_domain": ctx.domain_id,
        "params": deps.db.vault.seal_secrets(body.get("params", {})),
    }


def _check_name(session: Session, deps: Deps, ctx: RequestContext, name: str) -> None:
    """Check the name, if names have to be unique; before any cluster is locked."""
    if not deps.settings.name_unique:
        return
    projects.lock(session, ctx.project_id)
    if identities.is_name_taken(session, receivers.NAMED, ctx.project_id, name):
        raise exceptions.Invalid(f"A receiver named '{name}' already exists.")


def _create_message(deps: Deps, ctx: RequestContext, body: Body) -> Record:
    """Make a queue, and the receiver that reads it.

    The cloud is asked first: a queue that nobody reads is deleted again, a
    receiver without a queue would be of no use to its owner.
    """
    row = _new_row(deps, ctx, body)
    queue = f"senlin-receiver-{row['id']}"

    def work(session: Session) -> None:
        _check_name(session, deps, ctx, row["name"])
        receivers.insert(session, row)

    with permissions.cloud_answers(), contextlib.ExitStack() as undo:
        messaging = permissions.cloud_of_caller(deps, ctx, None).messaging
        undo.callback(_drop_queue, messaging, queue)
        messaging.create_queue(queue)
        address = addresses.notify_url(deps.settings, ctx, row["id"])
        subscription = messaging.subscribe(queue, address)
        row["channel"] = {"queue_name": queue, "subscription": subscription}
        deps.db.transact(work)
        undo.pop_all()
    return receivers.shown(row)


def _drop_queue(messaging: Messaging, queue: str) -> None:
    """Delete a queue as well as that can be done now."""
    try:
        messaging.delete_queue(queue)
    except exceptions.CloudError as error:
        LOG.warning("Queue %s may be left over: %s", queue, error.message)


def update(deps: Deps, ctx: RequestContext, identity: str, body: Body) -> Record:
    """Change name, action or parameters of a receiver; null changes nothing.

    The address of a webhook stays as it is: its parameters aren't read.

    :raises NotFound: when there is none that the caller may see.
    :raises Invalid: when nothing would change, or the action isn't allowed.
    :raises Forbidden: when the receiver acts in another project, and the
        caller is no administrator.
    """

    def work(session: Session) -> Record:
        row = receivers.find_lock(session, ctx, identity)
        if not ctx.is_admin and row.actor_project != ctx.project_id:
            raise exceptions.Forbidden
        changes = _changes(deps, row, body)
        if not changes:
            raise exceptions.Invalid("No property needs an update.")
        changes["updated_at"] = deps.clock()
        receivers.update(session, row.id, changes)
        return receivers.shown({**row._mapping, **changes})

    return deps.db.transact(work)


def _changes(deps: Deps, row: Any, body: Body) -> Record:
    changes: Record = {}
    if body.get("name") not in (None, row.name):
        changes["name"] = body["name"]
    has_action = row.type == ReceiverType.WEBHOOK
    if has_action and body.get("action") not in (None, row.action):
        _check_action(body["action"])
        changes["action"] = body["action"]
    params = body.get("params")
    if params is not None and params != deps.db.vault.unseal_secrets(row.params):
        changes["params"] = deps.db.vault.seal_secrets(params)
    return changes


def delete(deps: Deps, ctx: RequestContext, identity: str) -> None:
    """Delete a receiver, and its queue before it.

    :raises NotFound: when there is none that the caller may see.
    :raises CloudError: when the queue can't be deleted; the receiver stays.
    :raises ServiceUnavailable: when the cloud can't be asked now.
    """
    with deps.db.reader() as session:
        row = receivers.find(session, ctx, identity)
    if row.type == ReceiverType.MESSAGE:
        _delete_queue(deps, ctx, row)
    deps.db.transact(lambda session: receivers.delete(session, row.id))


def _delete_queue(deps: Deps, ctx: RequestContext, row: Any) -> None:
    """Delete the queue, unless nobody may do that any more."""
    queue, subscription = row.channel["queue_name"], row.channel["subscription"]
    try:
        with permissions.cloud_answers():
            cloud = cloud_for(deps, ctx, row)
            cloud.messaging.delete_queue(queue, subscription)
    except exceptions.TrustNotFound:
        LOG.warning("Queue %s is left over: nobody may delete it", queue)


def cloud_for(deps: Deps, ctx: RequestContext, row: Any) -> clouds.Cloud:
    """Return the cloud as the one sees it for whom a receiver acts.

    :raises TrustNotFound: when the permission to act for him can't be used.
    """
    if (row.actor_user, row.actor_project) == (ctx.user_id, ctx.project_id):
        return permissions.cloud_of_caller(deps, ctx, None)
    return permissions.cloud_of_owner(deps, row.actor_user, row.actor_project, None)
