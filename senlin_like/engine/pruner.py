"""Deletes finished actions and events that are older than operators want.

And what the cloud has told of nodes, if no check wants to know it any more.
"""

import datetime
import logging

from senlin_like.db import notices, purge
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

EVERY_S = 3600.0
#: Seconds in which a check has seen what the cloud has told, or never will.
NOTICES_S = 3600.0


def prune(deps: Deps, *, action_days: int, event_days: int) -> tuple[int, int]:
    """Delete what is too old; 0 days keeps everything. Returns both counts."""
    deps.db.transact(lambda session: notices.forget_old(session, NOTICES_S))
    now = deps.clock()
    actions = events = 0
    if action_days:
        actions = purge.actions(deps.db, now - datetime.timedelta(days=action_days))
    if event_days:
        events = purge.events(deps.db, now - datetime.timedelta(days=event_days))
    if actions or events:
        LOG.info("Purged %s actions and %s events", actions, events)
    return actions, events
