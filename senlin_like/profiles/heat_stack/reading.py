"""Shows a stack, and describes one that somebody else has made."""

from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base


def describe(stack: objects.Stack) -> dict[str, Any]:
    """Return what is shown of a stack, by sorted names."""
    shown = dict(stack.details) | {
        "id": stack.id,
        "stack_name": stack.name,
        "stack_status": stack.status,
        "stack_status_reason": stack.reason,
        "tags": list(stack.tags),
    }
    if stack.outputs:
        shown["outputs"] = [
            {"output_key": key, "output_value": value}
            for key, value in sorted(stack.outputs.items())
        ]
    return dict(sorted(shown.items()))


def adopt(
    cloud: clouds.Cloud, identity: str, overrides: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the properties that an existing stack was made with.

    What the overrides say goes first. Parameters that the cloud itself adds
    (``OS::…``) are left out.

    :raises CloudError: when the stack can't be read.
    """
    told = cloud.orchestration.export_stack(identity)
    properties = {
        "template": dict(told.get("template") or {}),
        "environment": dict(told.get("environment") or {}),
        "files": dict(told.get("files") or {}),
        "parameters": {
            key: value
            for key, value in (told.get("parameters") or {}).items()
            if not key.startswith("OS::")
        },
        "disable_rollback": bool(told.get("disable_rollback", True)),
    }
    if told.get("timeout_mins") is not None:
        properties["timeout"] = told["timeout_mins"]
    return properties | dict(overrides)


def find(cloud: clouds.Cloud, identity: str) -> base.Existing:
    """Tell whose tag a stack carries.

    :raises CloudError: when the stack can't be read.
    """
    stack = cloud.orchestration.get_stack(identity)
    pairs = dict(tag.split("=", 1) for tag in stack.tags if "=" in tag)
    return base.Existing(id=stack.id, node_id=pairs.get(clouds.NODE_MARK))
