"""What an error of ours is in HTTP: one table, one body.

The only place that knows both the exceptions and the statuses.
"""

import dataclasses
import json
import re
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions

#: Class of error → HTTP status; a subclass without a line is like its parent.
STATUSES: dict[type[exceptions.Error], int] = {
    exceptions.Error: 500,
    exceptions.Invalid: 400,
    exceptions.InvalidBody: 400,
    exceptions.InvalidSpec: 400,
    exceptions.InvalidAggregate: 400,
    exceptions.RequestTooLarge: 400,
    exceptions.MultipleChoices: 400,
    exceptions.VersionNotFound: 400,
    exceptions.VersionOutOfRange: 406,
    exceptions.NotAuthenticated: 401,
    exceptions.Forbidden: 403,
    exceptions.OverQuota: 403,
    exceptions.NotFound: 404,
    exceptions.BindingNotFound: 404,
    exceptions.AggregateNotFound: 404,
    exceptions.HostNotFound: 404,
    exceptions.RouteNotFound: 404,
    exceptions.MethodNotAllowed: 405,
    exceptions.Conflict: 409,
    exceptions.ActionConflict: 409,
    exceptions.ActionCooldown: 409,
    exceptions.ResourceIsLocked: 409,
    exceptions.ActionInProgress: 409,
    exceptions.ActionImmutable: 409,
    exceptions.FeatureNotSupported: 409,
    exceptions.ResourceInUse: 409,
    exceptions.AggregateNameExists: 409,
    exceptions.AggregateHostExists: 409,
    exceptions.ZoneConflict: 409,
    exceptions.TooManyRequests: 429,
    exceptions.ServiceUnavailable: 503,
    # Somebody else's failure, that may pass; see ``status_of`` for refusals.
    exceptions.CloudError: 503,
    # A cloud object that a request named: the request is wrong.
    exceptions.CloudNotFound: 400,
    exceptions.HostUnreachable: 503,
    exceptions.CloudBusy: 503,
    exceptions.CloudUnsure: 503,
    exceptions.TrustNotFound: 403,
    exceptions.SpecUnreadable: 500,
}

GENERIC = (
    "The server could not comply with the request since it is either malformed or "
    "otherwise incorrect."
)
#: Fixed texts per status, those of Senlin's API where it has the status.
EXPLANATIONS = {
    400: GENERIC,
    401: "The request you have made requires authentication.",
    403: "Access was denied to this resource.",
    404: "The resource could not be found.",
    405: "The method is not allowed for this resource.",
    406: GENERIC,
    409: "There was a conflict when trying to complete your request.",
    429: "Too many requests were sent in a short time.",
    500: "The server has either erred or is incapable of performing the requested "
    "operation.",
    503: "The server is currently unavailable. Please try again at a later time.",
}

_TRAILING_DOTS = re.compile(r"\.{2,}$")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fault:
    """An error as it goes over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def status_of(error: exceptions.Error) -> int:
    """Look up the HTTP status of an error by its class or nearest parent.

    A cloud that calls what it was asked wrong means that the request is wrong,
    and one that forbids it forbids it to the caller, for whom it was asked.
    """
    if type(error) is exceptions.CloudError:
        if error.blames_request:
            return 400
        if error.status == HTTPStatus.FORBIDDEN:
            return 403
    for cls in type(error).__mro__:
        if cls in STATUSES:
            return STATUSES[cls]
    return 500


def fault(error: exceptions.Error) -> Fault:
    """Turn an error into status, headers and JSON body."""
    status = status_of(error)
    details: dict[str, Any] = {
        "code": status,
        "error_code": error.code,
        "message": _TRAILING_DOTS.sub(".", error.message),
        "type": error.type,
    }
    if status == 401:
        details["title"] = HTTPStatus(status).phrase
    return Fault(status=status, headers=headers(error), body=_body(status, details))


def unexpected(request_id: str) -> Fault:
    """Answer for a bug: it names the request and nothing of the inside."""
    return Fault(
        status=500,
        headers=(),
        body=_body(
            500,
            {
                "code": 500,
                "error_code": "clustering.internal",
                "message": bug(request_id),
                "type": "InternalError",
            },
        ),
    )


def bug(request_id: str) -> str:
    """Say that something is wrong here; the request's id is all that helps."""
    return f"An unexpected error occurred; its request id is {request_id}."


def headers(error: exceptions.Error) -> tuple[tuple[str, str], ...]:
    """Give the headers that an error needs beside its body."""
    if isinstance(error, exceptions.ServiceUnavailable | exceptions.TooManyRequests):
        return (("Retry-After", str(error.retry_after_s)),)
    if isinstance(error, exceptions.CloudError) and status_of(error) == 503:
        wait_s = getattr(error, "retry_after_s", None) or 5
        return (("Retry-After", str(int(wait_s))),)
    if isinstance(error, exceptions.MethodNotAllowed):
        return (("Allow", ", ".join(error.allowed)),)
    return ()


def _body(status: int, details: dict[str, Any]) -> bytes:
    """Write the body with the four keys that clients of Senlin's API expect."""
    return json.dumps(
        {
            "code": status,
            "error": details,
            "explanation": EXPLANATIONS[status],
            "title": HTTPStatus(status).phrase,
        },
        sort_keys=True,
    ).encode()
