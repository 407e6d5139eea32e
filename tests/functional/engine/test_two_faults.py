"""Two calls of the same turn go wrong: still nothing is made twice."""

import pytest

from senlin_like.operations import nodes
from tests.functional.engine.test_cancel import at_rest

LOST = [
    {"effect": "done_but_timeout", "method": method, "nth": nth}
    for method in ("compute.create_server", "network.create_port")
    for nth in (1, 2)
]
BUSY = [
    {"effect": effect, "method": method, "nth": nth}
    for effect in ("busy", "timeout")
    for method in (
        "compute.find_marked",
        "compute.create_server",
        "network.create_port",
        "network.find_ports_marked",
        "network.delete_port",
    )
    for nth in (1, 2)
]


def _word(fault: dict[str, object]) -> str:
    return f"{fault['effect']}-{fault['method']}-{fault['nth']}"


@pytest.mark.parametrize("second", BUSY, ids=_word)
@pytest.mark.parametrize("first", LOST, ids=_word)
def test_two_faults_make_nothing_twice(stage, first, second) -> None:
    for fault in (first, second):
        stage.controls.add_fault(fault)
    body = {"name": "lone", "profile_id": stage.a_profile()}
    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()

    assert [node.status for node in stage.nodes()] == ["ACTIVE"]
    assert len(stage.servers()) == 1
    assert at_rest(stage) == []

    nodes.delete(stage.deps, stage.ctx, "lone", force=False)
    stage.drain()
    assert stage.servers() == []
    assert at_rest(stage) == []
