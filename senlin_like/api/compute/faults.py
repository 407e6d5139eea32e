"""What an error is in Nova's manner: its statuses, and its body with one key."""

import json

from senlin_like import exceptions
from senlin_like.api import errors
from senlin_like.rbac import enforcer

#: Status → the key of the body; others have the one of failures.
_NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    503: "serviceUnavailable",
}
_FAILURE = "computeFault"


class UnsupportedMediaType(exceptions.Invalid):
    """A request body is of a type that isn't read."""

    def __init__(self) -> None:
        super().__init__("Unsupported Content-Type")


#: Statuses that aren't this service's.
_STATUSES: dict[type[exceptions.Error], int] = {
    exceptions.RequestTooLarge: 413,
    UnsupportedMediaType: 415,
}


def fault(error: exceptions.Error) -> errors.Fault:
    """Turn an error into status, headers and JSON body."""
    if isinstance(error, exceptions.VersionNotFound):
        # What came later isn't there at all.
        error = exceptions.RouteNotFound()
    status = _STATUSES.get(type(error)) or errors.status_of(error)
    return _fault(status, _message(error), errors.headers(error))


def unexpected(request_id: str) -> errors.Fault:
    """Answer for a bug: it names the request and nothing of the inside."""
    return _fault(500, errors.bug(request_id))


def _message(error: exceptions.Error) -> str:
    """Return the text of an error; a refusal names the rule, as Nova's do."""
    if isinstance(error, enforcer.RuleForbids):
        return f"Policy doesn't allow {error.rule} to be performed."
    return error.message


def _fault(
    status: int, message: str, headers: tuple[tuple[str, str], ...] = ()
) -> errors.Fault:
    body = {_NAMES.get(status, _FAILURE): {"code": status, "message": message}}
    return errors.Fault(
        status=status, headers=headers, body=json.dumps(body, sort_keys=True).encode()
    )
