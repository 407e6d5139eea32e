"""Heat makes stacks, with a server in them, and fails those that are told to fail."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud import waiting

VERSION = {"heat_template_version": "2018-08-31"}
RANDOM = {
    **VERSION,
    "parameters": {"length": {"type": "number", "default": 16}},
    "resources": {
        "random": {
            "type": "OS::Heat::RandomString",
            "properties": {"length": {"get_param": "length"}},
        }
    },
    "outputs": {"result": {"value": {"get_attr": ["random", "value"]}}},
}
SERVER = {
    **VERSION,
    "resources": {
        "server": {
            "type": "OS::Nova::Server",
            "properties": {
                "image": "lab",
                "flavor": "lab.tiny",
                "networks": [{"network": "lab"}],
            },
        }
    },
}
FAILING = {
    **VERSION,
    "resources": {
        "test": {"type": "OS::Heat::TestResource", "properties": {"fail": True}}
    },
}


@pytest.fixture
def a_stack(member: Any, name: str) -> Iterator[Any]:
    """Make a stack, and wait until it has a status; it goes at the end."""
    made = []

    def make(template: dict[str, Any], status: str) -> Any:
        stack = member.orchestration.create_stack(
            name=name, template=template, timeout_mins=5
        )
        made.append(stack)
        waiting.until(lambda: status_of(member, stack), status.__eq__)
        return member.orchestration.get_stack(stack.id)

    yield make
    for stack in made:
        member.orchestration.delete_stack(stack)
        waiting.until(lambda stack=stack: status_of(member, stack), is_deleted)


def status_of(member: Any, stack: Any) -> str:
    """Ask without the SDK, which takes a deleted stack for one that never was."""
    answer = member.orchestration.get(f"/stacks/{stack.name}/{stack.id}")
    return str(answer.json().get("stack", {}).get("stack_status"))


def is_deleted(status: str) -> bool:
    return status in {"DELETE_COMPLETE", "None"}


def test_a_stack_has_outputs(a_stack: Any) -> None:
    stack = a_stack(RANDOM, "CREATE_COMPLETE")

    assert [len(output["output_value"]) for output in stack.outputs] == [16]


def test_a_stack_with_a_server_is_complete(member: Any, a_stack: Any) -> None:
    stack = a_stack(SERVER, "CREATE_COMPLETE")

    resource = next(member.orchestration.resources(stack))
    server = member.compute.get_server(resource.physical_resource_id)
    assert server.status == "ACTIVE"


def test_a_stack_can_be_told_to_fail(a_stack: Any) -> None:
    stack = a_stack(FAILING, "CREATE_FAILED")

    assert "Test Resource failed" in stack.status_reason
