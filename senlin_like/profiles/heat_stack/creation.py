"""Makes a node's stack, exactly one, however often it is tried."""

import logging
import secrets
from collections.abc import Collection

from senlin_like import exceptions
from senlin_like.domain import naming
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, waits
from senlin_like.profiles.heat_stack import requests

LOG = logging.getLogger(__name__)

_FAILED = (
    "CREATE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "DELETE_COMPLETE",
    "DELETE_FAILED",
    clouds.GONE,
)


def create(ask: base.Ask, former: Collection[str] = ()) -> base.Step:
    """Make the stack of a node, or go on with the one that is being made.

    ``former`` are ids of stacks that carry the tag, but are given up.

    :raises CloudError: when the stack can't be made, with the cloud's reason.
    """
    stack_id = ask.turn.memo.get("stack")
    if stack_id is not None:
        return _await_complete(ask, stack_id)
    if ask.turn.is_retry or ask.node.physical_id or former:
        found = _find_own(ask, former)
        if found is not None:
            return _building(ask, found)
    name = naming.for_object(ask.node.name, secrets.token_hex(4))
    try:
        stack = ask.cloud.orchestration.create_stack(
            name, requests.arguments(ask.properties), requests.tags(ask.node)
        )
    except exceptions.CloudUnsure:
        found = _find_own(ask, former)
        if found is None:
            raise
        stack = found
    return _building(ask, stack)


def _building(ask: base.Ask, stack: objects.Stack) -> base.Again:
    has_begun = waits.UPDATE_BEGUN in ask.node.data
    return base.Again(
        wait=_wait(ask, stack.id),
        memo={"stack": stack.id},
        patch=base.NodePatch(
            physical_id=stack.id,
            data={waits.UPDATE_BEGUN: None} if has_begun else {},
        ),
    )


def _wait(ask: base.Ask, stack_id: str) -> base.CloudWait:
    # A stack that an earlier action has checked or updated is complete too.
    until = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "CHECK_COMPLETE")
    return requests.wait(ask, stack_id, until, _FAILED)


def _await_complete(ask: base.Ask, stack_id: str) -> base.Step:
    """See whether the stack is complete.

    :raises CloudError: when it has failed.
    """
    wait = _wait(ask, stack_id)
    if not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo=dict(ask.turn.memo))
    waits.refuse_failure(ask.turn, wait, f"Creating stack {stack_id}")
    return base.Done(reason=f"Stack {stack_id} is complete.")


def _find_own(ask: base.Ask, former: Collection[str]) -> objects.Stack | None:
    """Find the stack that an earlier try has made; delete any second one."""
    found = [
        stack
        for stack in ask.cloud.orchestration.find_tagged(requests.node_tag(ask.node))
        if stack.id not in former and not stack.status.startswith("DELETE_")
    ]
    found.sort(key=lambda stack: (stack.id != ask.node.physical_id, stack.id))
    for extra in found[1:]:
        LOG.warning("Deleting stack %s: node %s has one.", extra.id, ask.node.id)
        ask.cloud.orchestration.delete_stack(extra.id)
    return found[0] if found else None
