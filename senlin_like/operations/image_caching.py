"""Bringing images to the hosts of an aggregate before servers need them there.

Neither hosts nor images are looked at here: an action asks the hosts, with the
service's own permission, and tells what came of it. An aggregate without hosts has
an action too, which has nothing to do.
"""

import logging
from collections.abc import Sequence

from senlin_like.context import RequestContext
from senlin_like.db import aggregates, image_tasks
from senlin_like.db.session import Session
from senlin_like.domain.enums import Kind
from senlin_like.domain.image_caching import Counts
from senlin_like.operations import actions
from senlin_like.operations.aggregates import Key, find
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)


def ask(deps: Deps, ctx: RequestContext, key: Key, image_ids: Sequence[str]) -> str:
    """Let images be brought to the present hosts; returns the id of the action.

    It is one that is at it already, whoever asked for that, if it has all of the
    images and hosts; other ones of the aggregate have their turn before it.

    :raises AggregateNotFound: when there is no such aggregate.
    """
    action_id = deps.db.transact(
        lambda session: request(session, deps, ctx, key, image_ids)
    )
    actions.settled(deps, action_id)
    return action_id


def request(
    session: Session,
    deps: Deps,
    ctx: RequestContext,
    key: Key,
    image_ids: Sequence[str],
) -> str:
    """Do so within a transaction; call ``actions.settled`` after it.

    :raises AggregateNotFound: when there is no such aggregate.
    """
    images = list(dict.fromkeys(image_ids))
    aggregates.lock(session)
    record = find(aggregates.list_all(session), key)
    running = image_tasks.find_running(session, record.uuid, record.hosts, images)
    if running is not None:
        return running
    action_id = actions.request(session, deps, ctx, _asked(deps, record, images))
    image_tasks.insert(session, action_id, record.hosts, images)
    LOG.info("Action %s brings images, asked for by %s", action_id, ctx.user_id)
    return action_id


def _asked(
    deps: Deps, record: aggregates.Record, images: Sequence[str]
) -> actions.Asked:
    kind = Kind.AGGREGATE_CACHE_IMAGES
    return actions.Asked(
        kind=kind,
        target=record.uuid,
        cluster_id="",
        inputs={
            "images": list(images),
            "aggregate": {"id": record.id, "name": record.name},
        },
        name=f"{kind.lower()}_{record.uuid[:8]}",
        timeout=deps.settings.default_action_timeout,
        data={"hosts": Counts(left=len(record.hosts)).shown(), "images": list(images)},
    )
