"""Two calls of the same turn go wrong: still no stack or container is made twice."""

import pytest

from senlin_like.operations import node_actions, nodes
from tests.functional.engine.test_cancel import at_rest
from tests.torture import kinds

EFFECTS = ("busy", "timeout")
STACK_CALLS = ("create_stack", "find_tagged", "delete_stack")
BOX_CALLS = ("create_container", "start", "find_labelled", "remove_container")


def faults(home, calls, effects, times=(1, 2)):
    return [
        {"effect": effect, "method": f"{home}.{call}", "nth": nth}
        for effect in effects
        for call in calls
        for nth in times
    ]


def word(fault):
    return f"{fault['effect']}-{fault['method']}-{fault['nth']}"


LOST = ("done_but_timeout",)
LOST_STACKS = faults("orchestration", ["create_stack"], LOST, [1])
LOST_BOXES = faults("containers", ["create_container", "start"], LOST, [1])


@pytest.mark.parametrize(
    "second", faults("orchestration", STACK_CALLS, EFFECTS), ids=word
)
@pytest.mark.parametrize("first", LOST_STACKS, ids=word)
@pytest.mark.parametrize("action", ["create", "recover"])
def test_two_faults_make_no_second_stack(stage, action, first, second) -> None:
    profile = kinds.a_profile(stage, "stack", kinds.STACK, template=kinds.TEMPLATE)

    play(stage, profile, action, first, second)


@pytest.mark.parametrize("second", faults("containers", BOX_CALLS, EFFECTS), ids=word)
@pytest.mark.parametrize("first", LOST_BOXES, ids=word)
@pytest.mark.parametrize("action", ["create", "recover"])
def test_two_faults_make_no_second_container(stage, action, first, second) -> None:
    kinds.make_hosts(stage, 1)

    play(stage, "box", action, first, second)


def play(stage, profile, action, first, second) -> None:
    if action == "recover":
        kinds.a_node(stage, "lone", profile)
        stage.drain()
    for fault in (first, second):
        stage.controls.add_fault(fault)
    if action == "recover":
        node_actions.ask(stage.deps, stage.ctx, "lone", "recover", {})
    else:
        kinds.a_node(stage, "lone", profile)
    stage.drain()

    [node] = [node for node in stage.nodes() if node.name == "lone"]
    assert node.status == "ACTIVE"
    assert at_rest(stage) == []

    nodes.delete(stage.deps, stage.ctx, "lone", force=False)
    stage.drain()
    assert [one.name for one in stage.nodes() if one.name == "lone"] == []
    assert at_rest(stage) == []
