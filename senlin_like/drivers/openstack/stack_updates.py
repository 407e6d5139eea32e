"""Says in Heat's words what of a stack is to change."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions

#: Reads a part of what the stack was made from: ``template``, ``environment``.
Read = Callable[[str], dict[str, Any]]

_ENCRYPTED = "encrypted_param_names"


def said(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments without those that say nothing."""
    return {
        name: value for name, value in arguments.items() if value not in (None, "", {})
    }


def readable(environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return an environment as a user would write it: without what is empty."""
    kept = {name: value for name, value in environment.items() if value}
    if kept.get("resource_registry") == {"resources": {}}:
        del kept["resource_registry"]
    kept.pop(_ENCRYPTED, None)
    return kept


def partial(read: Read, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a PATCH, to which Heat adds what it has.

    Takes a read where parameters have to be cleared that aren't given any more.
    """
    body = said(arguments)
    if "parameters" in arguments:
        given = arguments["parameters"] or {}
        former = read("environment").get("parameters") or {}
        cleared = sorted(set(former) - set(given))
        if cleared:
            body["clear_parameters"] = cleared
    return body


def whole(read: Read, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a PUT with another environment; what it lacks is read.

    :raises CloudError: when a parameter has to be kept that can't be read.
    """
    body = said(arguments)
    if not {"template", "template_url"} & set(body):
        body["template"] = read("template")
    if "files" not in arguments:
        body |= said({"files": read("files")})
    if "parameters" not in arguments:
        body |= said({"parameters": _kept(read, arguments["environment"] or {})})
    return body


def _kept(read: Read, environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a stack that a new environment doesn't set.

    :raises CloudError: when one of them is encrypted.
    """
    former = read("environment")
    parameters = {
        name: value
        for name, value in (former.get("parameters") or {}).items()
        if name not in (environment.get("parameters") or {})
    }
    hidden = sorted(set(former.get(_ENCRYPTED) or ()) & set(parameters))
    if hidden:
        raise exceptions.CloudError(
            f"The stack's parameters {', '.join(hidden)} are encrypted: they have to "
            "be given together with an environment.",
            HTTPStatus.BAD_REQUEST,
        )
    return parameters
