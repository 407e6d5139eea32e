"""Deletes a node's stacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, waits
from senlin_like.profiles.heat_stack import requests


def delete(ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
    """Delete all stacks of a node.

    Going by the tag costs a call, so it's done when the node's row may not
    tell everything.

    :raises CloudError: when a stack can't be deleted.
    """
    memo = ask.turn.memo
    if "objects" in memo:
        return _go_on(ask, options, list(memo["objects"]))
    stacks = [ask.node.physical_id] if ask.node.physical_id else []
    if waits.may_have_strays(ask):
        tag = requests.node_tag(ask.node)
        found = ask.cloud.orchestration.find_tagged(tag)
        stacks += [stack.id for stack in found if stack.id not in stacks]
    for stack_id in stacks:
        ask.cloud.orchestration.delete_stack(stack_id)
    return _await_gone(ask, options, stacks) if stacks else _gone()


def _gone() -> base.Done:
    patch = base.NodePatch(clear_physical_id=True, data={waits.LEFT_BEHIND: None})
    return base.Done(patch=patch, reason="The stack is gone.")


def _wait(ask: base.Ask, options: Mapping[str, Any], stack_id: str) -> base.CloudWait:
    return requests.wait(
        ask,
        stack_id,
        (clouds.GONE, "DELETE_COMPLETE"),
        ("DELETE_FAILED",),
        waits.timeout_of(options, "timeout"),
    )


def _await_gone(
    ask: base.Ask, options: Mapping[str, Any], stacks: Sequence[str]
) -> base.Again:
    """Wait until the first of the stacks is gone."""
    return base.Again(
        wait=_wait(ask, options, stacks[0]), memo={"objects": list(stacks)}
    )


def _go_on(ask: base.Ask, options: Mapping[str, Any], stacks: list[str]) -> base.Step:
    """See whether the first stack is gone, and wait for the next one."""
    wait = _wait(ask, options, stacks[0])
    if not waits.is_over(ask.turn, wait):
        return _await_gone(ask, options, stacks)
    waits.refuse_failure(ask.turn, wait, f"Deleting stack {stacks[0]}")
    return _await_gone(ask, options, stacks[1:]) if stacks[1:] else _gone()


def strays(ask: base.Ask, since: float) -> list[str]:
    """Return the ids of tagged stacks that aren't the node's.

    A stack whose time of creation isn't known, or is before ``since`` (epoch
    seconds), isn't named.
    """
    found = ask.cloud.orchestration.find_tagged(requests.node_tag(ask.node))
    return sorted(
        stack.id
        for stack in found
        if stack.id != ask.node.physical_id and _made_at(stack) >= since
    )


def _made_at(stack: objects.Stack) -> float:
    """Return when a stack was made, in epoch seconds; 0 if that isn't known."""
    made = requests.moment(stack.details.get("creation_time"))
    return made.timestamp() if made is not None else 0.0


def remove_stray(ask: base.Ask, stack_id: str) -> None:
    """Delete a stack that carries the node's tag and isn't the node's.

    :raises CloudError: when the stack is the node's own, or not tagged.
    """
    found = ask.cloud.orchestration.find_tagged(requests.node_tag(ask.node))
    if stack_id == ask.node.physical_id or stack_id not in {one.id for one in found}:
        raise exceptions.CloudError(
            f"Stack {stack_id} isn't a stray of node {ask.node.id}.", 409
        )
    ask.cloud.orchestration.delete_stack(stack_id)
