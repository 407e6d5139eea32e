"""Tells the cloud which zones aggregates give its hosts, and goes on until it knows.

The database has the truth; the cloud is told all of it at once, by one at a time.
"""

import logging
import uuid

from senlin_like import exceptions
from senlin_like.db import aggregates, zone_notices
from senlin_like.db.session import Session
from senlin_like.domain import aggregates as rules
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

#: Longer than a call to the cloud may take.
HOLD_S = 120.0


def tell(deps: Deps) -> None:
    """Tell the cloud if it doesn't know; what fails is left to a later time.

    Never raises, since what was asked for is stored already: engines try again.
    """
    holder = str(uuid.uuid4())
    try:
        while _tell(deps, holder):
            pass
    except exceptions.Error as error:
        LOG.warning("The cloud wasn't told of zones: %s", error.message)
    except Exception:
        LOG.exception("The cloud wasn't told of zones")


def _tell(deps: Deps, holder: str) -> bool:
    """Tell the cloud what is so now; False when there is nothing to tell."""
    with deps.db.reader() as session:
        if not zone_notices.is_wanted(session):
            return False
    wanted = deps.db.transact(lambda one: zone_notices.take(one, holder, HOLD_S))
    if wanted is None:
        return False
    try:
        with deps.db.reader() as session:
            given = rules.zones(groups(session))
        deps.driver.hosts.set_zones(given)
    except Exception:
        deps.db.transact(lambda one: zone_notices.release(one, holder))
        raise
    deps.db.transact(lambda one: zone_notices.settle(one, holder, wanted))
    return True


def groups(session: Session) -> list[rules.Group]:
    """Return all aggregates, as far as zones are concerned."""
    return [
        rules.Group(id=one.id, zone=one.zone, hosts=one.hosts)
        for one in aggregates.list_all(session)
    ]
