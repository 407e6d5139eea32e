"""Asks for a server's operations, again if need be."""

import logging
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.profiles import base

LOG = logging.getLogger(__name__)


def act(
    ask: base.Ask, server_id: str, operation: str, params: Mapping[str, Any]
) -> None:
    """Start an operation on a server.

    After a cut-off try the operation may be under way: a cloud then answers
    with a conflict, and what is left to do is to wait.

    :raises CloudError: when the cloud refuses.
    """
    try:
        ask.cloud.compute.act(server_id, operation, params)
    except exceptions.CloudError as error:
        if not (ask.turn.is_retry and error.status == 409):
            raise
        LOG.info("Operation %s on server %s is under way.", operation, server_id)
