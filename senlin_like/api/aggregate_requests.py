"""What is asked of host aggregates, once for both modes of the API."""

from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.api import aggregate_bodies as bodies
from senlin_like.api.bodies import missing
from senlin_like.api.call import Call
from senlin_like.operations import aggregates, image_caching
from senlin_like.operations.aggregates import Key
from senlin_like.rbac import aggregates as rules

Record = dict[str, Any]

#: Name of an action → the access rule of it.
ACTION_RULES: Mapping[str, str] = {
    "add_host": rules.ADD_HOST,
    "remove_host": rules.REMOVE_HOST,
    "set_metadata": rules.SET_METADATA,
}


def create(call: Call) -> Record:
    """Make an aggregate; what a new one can't have is left out of the answer."""
    given = _checked(bodies.CREATE, call.body)["aggregate"]
    made = aggregates.create(
        call.deps, call.ctx, name=given["name"], zone=given.get("availability_zone")
    )
    return {
        name: value for name, value in made.items() if name not in ("hosts", "metadata")
    }


def update(call: Call, key: Key) -> Record:
    """Change name or zone; blanks around a name don't count."""
    changes = dict(_checked(bodies.UPDATE, call.body)["aggregate"])
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    return aggregates.update(call.deps, call.ctx, key, changes)


def act(call: Call, key: Key) -> Record:
    """Do the one action that the body names.

    :raises InvalidBody: when it names none, several, or one that isn't known.
    """
    body = call.body
    if body is None:
        raise missing()
    if len(body) != 1:
        raise exceptions.InvalidBody("Malformed request body")
    [name] = body
    if name not in _ACTIONS:
        raise exceptions.InvalidBody(f"There is no such action: {name[:100]}")
    return _ACTIONS[name](call, key)


def cache_images(call: Call, key: Key) -> str:
    """Have images brought to the hosts of an aggregate; returns the action's id."""
    asked = _checked(bodies.IMAGES, call.body)["cache"]
    ids = [bodies.canonical_uuid(one["id"]) for one in asked]
    if len(set(ids)) < len(ids):
        raise exceptions.InvalidBody("Duplicate images in request")
    return image_caching.ask(call.deps, call.ctx, key, ids)


def _add_host(call: Call, key: Key) -> Record:
    host = _checked(bodies.ADD_HOST, call.body)["add_host"]["host"]
    return aggregates.add_host(call.deps, call.ctx, key, host)


def _remove_host(call: Call, key: Key) -> Record:
    host = _checked(bodies.REMOVE_HOST, call.body)["remove_host"]["host"]
    return aggregates.remove_host(call.deps, call.ctx, key, host)


def _set_metadata(call: Call, key: Key) -> Record:
    metadata = _checked(bodies.SET_METADATA, call.body)["set_metadata"]["metadata"]
    return aggregates.set_metadata(call.deps, call.ctx, key, metadata)


def _checked(schema: bodies.Schema, body: Any) -> Any:
    if body is None:
        raise missing()
    return bodies.check(schema, body)


_ACTIONS: Mapping[str, Callable[[Call, Key], Record]] = {
    "add_host": _add_host,
    "remove_host": _remove_host,
    "set_metadata": _set_metadata,
}
