"""Turns what goes wrong between here and the cloud into this service's words.

What counts is whether the call may have had an effect. keystoneauth has one
error for a connection that couldn't be made and for an answer that didn't come;
the error that it was made from tells them apart.
"""

import contextlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Never

import requests
import urllib3
from keystoneauth1 import exceptions as keystone

from senlin_like import exceptions

#: How much of a cloud's message is kept.
_LONGEST = 1000
#: The answers of somebody who has done nothing, the last one with conditions. With
#: the first one Neutron says that somebody else has changed the object at the same
#: time.
_BUSY = frozenset(
    {
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
#: What keystonemiddleware says in front of a service that can't check a token.
_KEYSTONE_IS_AWAY = "Keystone service is temporarily unavailable"
#: What a service's own answer has, or anybody's who tells to come later. Proxies
#: have a plain 503 too for a service that broke off after it had begun.
_SIGNS = ("x-openstack-request-id", "x-compute-request-id", "Retry-After")
#: What Keystone answers to who comes with what can't be used (any more).
TOKEN_REFUSED = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)
#: How long to leave a cloud alone at most, whatever it asks for.
_LONGEST_PAUSE_S = 300.0


class NoToken(exceptions.CloudError):
    """Keystone gives no token; nothing was done."""


@contextlib.contextmanager
def told(what: str, *, changes: bool) -> Iterator[None]:
    """Translate what a call raises on its way; ``what`` says in words what it does.

    :raises CloudBusy: when nothing was done, or nothing is to be done by it.
    :raises CloudUnsure: when it may have been done.
    :raises NoToken: when Keystone refuses a token.
    :raises CloudError: when the cloud can't be asked at all.
    """
    try:
        yield
    except keystone.ConnectionError as error:
        reason = f"{what}: {_trouble(error)}."
        if changes and _may_have_arrived(error):
            raise exceptions.CloudUnsure(reason) from error
        raise exceptions.CloudBusy(reason) from error
    except keystone.EndpointNotFound as error:
        raise exceptions.CloudError(
            f"{what}: the cloud has no such service in this region.",
            HTTPStatus.BAD_REQUEST,
        ) from error
    except keystone.HttpError as error:
        # What a service answers isn't raised: this is Keystone, asked for a token.
        status = int(error.http_status)
        message = f"{what}: no token could be had: {error.message}"[:_LONGEST]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _BUSY:
            raise exceptions.CloudBusy(message, _pause(error.response)) from error
        raise NoToken(message, status) from error
    except keystone.DiscoveryFailure as error:
        reason = f"{what}: the service doesn't tell which versions it has."
        raise exceptions.CloudBusy(reason) from error
    except keystone.ClientException as error:
        raise exceptions.CloudError(f"{what}: {error}"[:_LONGEST]) from error


def _trouble(error: keystone.ConnectionError) -> str:
    """Say in words what is wrong with a connection, without naming its address."""
    if isinstance(error, keystone.SSLError):
        return "the cloud's certificate isn't trusted, or TLS failed"
    if isinstance(error, keystone.ConnectTimeout):
        return "the cloud didn't answer in time"
    if _may_have_arrived(error):
        return "the connection to the cloud broke off"
    return "the cloud can't be reached"


def _may_have_arrived(error: BaseException) -> bool:
    """Tell whether the request may have reached the cloud before it broke off."""
    cause = error.__cause__ or error.__context__
    if isinstance(error, keystone.SSLError):
        return "CERTIFICATE_VERIFY_FAILED" not in str(error)
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return False
    if isinstance(cause, requests.exceptions.ConnectionError) and cause.args:
        reason = getattr(cause.args[0], "reason", cause.args[0])
        return not isinstance(reason, urllib3.exceptions.NewConnectionError)
    return True


def check(what: str, response: Any, *, changes: bool) -> None:
    """Raise what a service has answered, unless it is well.

    :raises CloudBusy: when nothing was done, or nothing is to be done by it.
    :raises CloudUnsure: when it may have been done.
    :raises CloudError: when the cloud refuses; the message is the service's own.
    """
    status = int(response.status_code)
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    message = f"{what}: {reason_of(response)}"[:_LONGEST]
    # What can be followed elsewhere has been: this is no service's answer.
    if status < HTTPStatus.BAD_REQUEST or _is_left(response):
        raise exceptions.CloudBusy(message, _pause(response))
    if status == HTTPStatus.NOT_IMPLEMENTED:
        raise exceptions.CloudError(message, status)
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.BAD_GATEWAY:
        _unclear(message, response, status, changes=changes)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not changes:
        raise exceptions.CloudBusy(message, _pause(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise exceptions.CloudUnsure(message, status)
    raise exceptions.CloudError(message, status)


def _is_left(response: Any) -> bool:
    """Tell whether it is certain that nothing was done, for now.

    Only what makes something may not be repeated after an uncertain answer.
    """
    if response.status_code not in _BUSY:
        return False
    if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
        return True
    is_own = any(sign in response.headers for sign in _SIGNS)
    return is_own or response.request.method != "POST" or is_without_keystone(response)


def is_without_keystone(response: Any) -> bool:
    """Tell whether a service can't check tokens now."""
    is_away = response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    return is_away and _KEYSTONE_IS_AWAY in response.text


def _unclear(message: str, response: Any, status: int, *, changes: bool) -> Never:
    if changes:
        raise exceptions.CloudUnsure(message, status)
    raise exceptions.CloudBusy(message, _pause(response))


def hide(error: exceptions.CloudError, secret: str | None) -> None:
    """Take a secret out of the message of an error, where the cloud has put it."""
    if secret and secret in error.message:
        error.message = error.message.replace(secret, "***")
        error.args = (error.message,)


def reason_of(response: Any) -> str:
    """Return what a service says in its answer, with the id of the request."""
    text = _said(response) or response.reason or f"status {response.status_code}"
    request_id = response.headers.get("x-openstack-request-id", "")
    return f"{text} ({request_id})" if request_id else str(text)


def _said(response: Any) -> str:
    """Find the words in an error's body; the services each have their own form."""
    try:
        body = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    for inner in (*body.values(), body):
        if isinstance(inner, dict):
            for key in ("message", "faultstring", "detail"):
                if isinstance(inner.get(key), str) and inner[key]:
                    return str(inner[key]).strip()
    for key in ("NeutronError", "explanation", "title", "description"):
        if isinstance(body.get(key), str) and body[key]:
            return str(body[key]).strip()
    return ""


def _pause(response: Any) -> float | None:
    """Read Retry-After, in seconds; dates are left to our own pace."""
    if response is None:
        return None
    try:
        asked = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(asked, _LONGEST_PAUSE_S) if asked > 0 else None
