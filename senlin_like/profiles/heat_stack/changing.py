"""Changes, checks and tags a stack that exists."""

import dataclasses
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, waits
from senlin_like.profiles.heat_stack import requests

LOG = logging.getLogger(__name__)

_UPDATE_FAILED = ("UPDATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", clouds.GONE)


def update(ask: base.Ask, new: Mapping[str, Any]) -> base.Step:
    """Change the stack to what new properties say.

    :raises CloudError: when the node has no stack, or the change fails.
    """
    stack_id = own(ask)
    unsure = waits.begun_properties(ask.node)
    changes = requests.changes(ask.properties, new, unsure)
    if not changes:
        return base.Done(reason="Nothing of the stack has to change.")
    # The new time holds for the change that brings it.
    timed = dataclasses.replace(ask, properties=new)
    step = _await_update(
        timed,
        stack_id,
        lambda: ask.cloud.orchestration.update_stack(stack_id, changes),
    )
    # One that fails may leave the stack with some of the changes.
    names = [name for name, to in requests.ARGUMENTS.items() if to in changes]
    noted = None if isinstance(step, base.Done) else {"properties": names}
    patch = base.NodePatch(data={waits.UPDATE_BEGUN: noted})
    return dataclasses.replace(step, patch=patch)


def retag(
    ask: base.Ask, change: Callable[[Collection[str]], Collection[str]]
) -> base.Step:
    """Change the tags of the stack, if they aren't as they should be.

    :raises CloudNotFound: when the stack is gone.
    :raises CloudError: when the change fails.
    """
    stack_id = ask.node.physical_id
    if not stack_id:
        return base.Done(reason="There is no stack to be tagged.")
    if ask.turn.memo:
        return _await_update(ask, stack_id, lambda: None)
    tags = ask.cloud.orchestration.get_stack(stack_id).tags
    wanted = list(change(tags))
    if set(wanted) == set(tags):
        return base.Done(reason=f"Stack {stack_id} is tagged already.")
    return _await_update(
        ask,
        stack_id,
        lambda: ask.cloud.orchestration.update_stack(stack_id, {}, wanted),
    )


def _await_update(ask: base.Ask, stack_id: str, start: Callable[[], None]) -> base.Step:
    """Start an update, unless that is done, and wait for its end."""
    wait = requests.wait(ask, stack_id, ("UPDATE_COMPLETE",), _UPDATE_FAILED)
    if not ask.turn.memo:
        _begin(ask, "UPDATE", start)
    elif waits.is_over(ask.turn, wait):
        waits.refuse_failure(ask.turn, wait, f"Updating stack {stack_id}")
        return base.Done(reason=f"Stack {stack_id} is updated.")
    return base.Again(wait=wait, memo={"updating": stack_id})


def check(ask: base.Ask) -> base.Step:
    """Let the cloud check what the stack is made of.

    :raises CloudNotFound: when the stack is gone.
    :raises CloudError: when the node has no stack.
    """
    stack_id = own(ask)
    wait = requests.wait(
        ask, stack_id, ("CHECK_COMPLETE",), ("CHECK_FAILED", clouds.GONE)
    )
    seen = ask.turn.seen
    if not ask.turn.memo:
        _begin(ask, "CHECK", lambda: ask.cloud.orchestration.check_stack(stack_id))
    elif seen is not None and waits.is_over(ask.turn, wait):
        if seen.status == clouds.GONE:
            raise exceptions.CloudNotFound("Stack", stack_id)
        return base.Done(
            is_healthy=seen.status == "CHECK_COMPLETE",
            reason=seen.reason or f"Stack {stack_id} is {seen.status}.",
        )
    return base.Again(wait=wait, memo={"checking": stack_id})


def abandon(ask: base.Ask) -> base.Done:
    """Let the cloud forget the stack; the node's next check will miss it.

    :raises CloudError: when the node has no stack, or the cloud refuses.
    """
    stack_id = own(ask)
    try:
        ask.cloud.orchestration.abandon_stack(stack_id)
    except exceptions.CloudNotFound:
        if not ask.turn.is_retry:
            raise
        LOG.info("Stack %s was abandoned by an earlier try.", stack_id)
    return base.Done(reason=f"Stack {stack_id} is abandoned.")


def own(ask: base.Ask) -> str:
    """Return the id of the node's stack.

    :raises CloudError: when it has none.
    """
    if not ask.node.physical_id:
        raise exceptions.CloudError("The node has no physical object.")
    return ask.node.physical_id


def _begin(ask: base.Ask, verb: str, start: Callable[[], None]) -> None:
    """Start a change; after a cut-off try it may be under way already.

    A stack can't be changed while another change is under way: that one has to
    end first.
    """
    try:
        start()
    except exceptions.CloudBusy:
        if not ask.turn.is_retry:
            raise
        stack_id = own(ask)
        seen = ask.cloud.orchestration.get_stack(stack_id).status
        if seen != f"{verb}_IN_PROGRESS":
            raise
        LOG.info("A change of stack %s is under way.", stack_id)
