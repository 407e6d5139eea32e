"""Turns what goes wrong between here and a Docker engine into this service's words.

What counts is whether a call may have had an effect: one whose connection couldn't
be made had none.
"""

import contextlib
from collections.abc import Iterator
from http import HTTPStatus

import requests
import urllib3

from senlin_like import exceptions
from senlin_like.drivers import objects

#: How much of Docker's message is kept.
_LONGEST = 1000
#: The answers of somebody who has certainly done nothing.
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
#: What a proxy answers whose engine hasn't answered: it may have been at work.
_OF_PROXIES = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
#: What an answer ends with that has another shape than Docker's.
_STRANGE = (AttributeError, KeyError, RecursionError, TypeError, ValueError)
#: What a connection that couldn't be made ends with; with sockets of files, too.
_NOT_CONNECTED = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.SSLError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    BlockingIOError,
    ConnectionRefusedError,
    FileNotFoundError,
    PermissionError,
)


@contextlib.contextmanager
def told(
    host: objects.ContainerHost,
    kind: str,
    identity: str,
    *,
    changes: bool,
    makes: bool = False,
) -> Iterator[None]:
    """Translate what a call raises; ``kind`` and ``identity`` say what it is about.

    ``makes`` is for a change that makes something: when Docker fails at it, that may
    be there.

    :raises HostUnreachable: when nothing was done, or nothing is to be done by it.
    :raises CloudBusy: the same, of the cloud's own host.
    :raises CloudUnsure: when it may have been done.
    :raises CloudNotFound: when what it is about isn't there.
    :raises CloudError: when Docker refuses; the message is Docker's own.
    """
    try:
        yield
    except requests.exceptions.HTTPError as error:
        found = _refused(error, kind, identity)
        raise _judged(found, host, changes=changes, makes=makes) from error
    except (
        requests.exceptions.RequestException,
        urllib3.exceptions.HTTPError,
    ) as error:
        if changes and _may_have_arrived(error):
            raise exceptions.CloudUnsure(
                f"Docker didn't answer what was asked of {kind} {identity}."
            ) from error
        raise away(host, reason(error)) from error
    except _STRANGE as error:
        if changes:
            raise exceptions.CloudUnsure(
                f"What Docker answers of {kind} {identity} can't be understood."
            ) from error
        raise away(host, "What it answers can't be understood.") from error


def away(host: objects.ContainerHost, reason: str) -> exceptions.CloudError:
    """Return what is told of a host that can't be asked: nothing was done.

    Without its own host the whole cloud is away, and may come back.
    """
    if host == objects.OWN_HOST:
        return exceptions.CloudBusy(f"The Docker engine can't be reached: {reason}")
    return exceptions.HostUnreachable(host.address, reason)


def _refused(
    error: requests.exceptions.HTTPError, kind: str, identity: str
) -> exceptions.CloudError:
    status = 500 if error.response is None else error.response.status_code
    if status == HTTPStatus.NOT_FOUND:
        return exceptions.CloudNotFound(kind, identity)
    message = str(getattr(error, "explanation", None) or error)[:_LONGEST]
    return exceptions.CloudError(message, status)


def _judged(
    refused: exceptions.CloudError,
    host: objects.ContainerHost,
    *,
    changes: bool,
    makes: bool,
) -> exceptions.CloudError:
    """Tell a refusal from what leaves open what was done.

    To start, to stop and to remove Docker refuses with 500, too.
    """
    status = refused.status
    if status in _BUSY:
        return away(host, refused.message)
    is_error = status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED
    if not changes and (is_error or status in _OF_PROXIES):
        return away(host, refused.message)
    if status in _OF_PROXIES or (is_error and makes):
        return exceptions.CloudUnsure(refused.message, status)
    return refused


def _may_have_arrived(error: BaseException) -> bool:
    """Tell whether the request may have reached Docker before it broke off."""
    return not any(isinstance(one, _NOT_CONNECTED) for one in _within(error))


def _within(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it was made from."""
    left, known = [error], set()
    while left:
        one = left.pop()
        if id(one) in known:
            continue
        known.add(id(one))
        yield one
        inner = (*one.args, getattr(one, "reason", None), one.__cause__)
        left += [each for each in inner if isinstance(each, BaseException)]


def reason(error: BaseException) -> str:
    """Say in words what went wrong; addresses and paths are left out."""
    for one in _within(error):
        if isinstance(one, OSError) and one.strerror:
            return f"{one.strerror}."
    if any("Timeout" in type(one).__name__ for one in _within(error)):
        return "It doesn't answer in time."
    return "The connection broke off."
