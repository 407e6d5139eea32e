"""Asks for a server's operations, again if need be."""

import logging
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.profiles import base

LOG = logging.getLogger(__name__)

#: Operations after which a server is as before, as far as its status tells.
TOLD_BY_NOTHING = frozenset({"reboot", "rebuild", "evacuate"})


def act(
    ask: base.Ask, server_id: str, operation: str, params: Mapping[str, Any]
) -> None:
    """Start an operation on a server.

    After a cut-off try the operation may be under way, or over: then what is left
    to do is to wait. What hasn't begun as far as the cloud knows, and is refused
    with a conflict, was under way all the same.

    :raises CloudError: when the cloud refuses.
    """
    if operation in TOLD_BY_NOTHING and _has_begun(ask, server_id, operation):
        LOG.info("Operation %s on server %s has begun.", operation, server_id)
        return
    try:
        ask.cloud.compute.act(server_id, operation, params)
    except exceptions.CloudError as error:
        if not (ask.turn.is_retry and error.status == 409):
            raise
        LOG.info("Operation %s on server %s is under way.", operation, server_id)


def _has_begun(ask: base.Ask, server_id: str, operation: str) -> bool:
    """Look whether a cut-off try has come through: a second one would do harm."""
    if not ask.turn.is_retry:
        return False
    return operation in ask.cloud.compute.find_operations(server_id, ask.since)
