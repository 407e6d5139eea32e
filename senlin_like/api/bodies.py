"""Reads the body of a request: its size, its type, its JSON.

The rules of when a body counts as absent are those of Senlin's API.
"""

import json
import logging
from typing import Any, NoReturn

from senlin_like import exceptions
from senlin_like.api import errors

LOG = logging.getLogger(__name__)

Environ = dict[str, Any]

_TYPES = ("application/json", "json", "")


class NotJson(exceptions.InvalidBody):
    """A body that begins like JSON isn't any."""


def declared_size(environ: Environ) -> int | None:
    """Read the length of the body; None when the client doesn't tell it.

    :raises InvalidBody: when the header isn't a number.
    """
    text = environ.get("CONTENT_LENGTH") or ""
    if not text:
        is_streamed = "HTTP_TRANSFER_ENCODING" in environ or environ.get(
            "wsgi.input_terminated"
        )
        return None if is_streamed else 0
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise exceptions.InvalidBody("The Content-Length header is not a number.")
    return int(text)


def check_size(environ: Environ, largest: int) -> None:
    """Refuse a request whose declared body is too large.

    :raises RequestTooLarge: when it is.
    """
    size = declared_size(environ)
    if size is not None and size > largest:
        raise _too_large(str(size), largest)


def read(environ: Environ, largest: int, deepest: int) -> dict[str, Any] | None:
    """Read the JSON object of a request; None when there is no body.

    :raises NotJson: when it isn't JSON.
    :raises InvalidBody: when it is nested deeper than ``deepest`` or holds
        characters or numbers that can't be stored.
    :raises RequestTooLarge: when it has more than ``largest`` bytes.
    """
    raw = read_bytes(environ, largest)
    if not raw.startswith(b"{") or not is_json(environ):
        if raw:
            LOG.info("A body of %s bytes counts as none: no JSON object.", len(raw))
        return None
    return parse(raw, deepest)


def parse(raw: bytes, deepest: int) -> dict[str, Any]:
    """Turn the bytes of a JSON object, which begin with its brace, into values.

    :raises NotJson: when it isn't JSON.
    :raises InvalidBody: when it is nested deeper than ``deepest`` or holds
        characters or numbers that can't be stored.
    """
    try:
        body: dict[str, Any] = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deep"
        raise NotJson(f"The request body is not valid JSON: {reason}") from error
    _check(body, deepest)
    return body


def missing() -> exceptions.InvalidBody:
    """Say that the operation needs a body."""
    return exceptions.InvalidBody(errors.GENERIC)


def read_bytes(environ: Environ, largest: int) -> bytes:
    """Read all there is, but never more than allowed.

    :raises RequestTooLarge: when there are more than ``largest`` bytes.
    :raises InvalidBody: when there are fewer than announced.
    """
    size = declared_size(environ)
    if size == 0:
        return b""
    check_size(environ, largest)
    stream = environ["wsgi.input"]
    wanted = largest + 1 if size is None else size
    parts = []
    while wanted > 0:
        part: bytes = stream.read(wanted)
        if not part:
            break
        parts.append(part)
        wanted -= len(part)
    raw = b"".join(parts)
    if len(raw) > largest:
        raise _too_large(f"more than {largest}", largest)
    if size is not None and len(raw) < size:
        raise exceptions.InvalidBody("The request body is shorter than announced.")
    return raw


def is_json(environ: Environ) -> bool:
    """Tell whether a body may be JSON by what is said of it, which may be nothing."""
    kind = media_type(environ)
    return kind in _TYPES or kind.startswith("text/plain")


def media_type(environ: Environ) -> str:
    """Return what is said of the type of a body, without its parameters."""
    content_type = environ.get("CONTENT_TYPE") or ""
    return content_type.partition(";")[0].strip().lower()


def _too_large(size: str, largest: int) -> exceptions.RequestTooLarge:
    return exceptions.RequestTooLarge(
        f"Request limit exceeded: JSON body size ({size} bytes) exceeds maximum "
        f"allowed size ({largest} bytes)."
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number.")


def _check(body: dict[str, Any], deepest: int) -> None:
    """Walk through the values, level by level.

    :raises InvalidBody: when they are nested too deep or can't be stored.
    """
    level: list[Any] = [body]
    depth = 0
    while level:
        depth += 1
        if depth > deepest:
            raise exceptions.InvalidBody(
                f"The request body is nested deeper than {deepest} levels."
            )
        below: list[Any] = []
        for container in level:
            if isinstance(container, dict):
                for key in container:
                    _check_text(key)
            inside = container.values() if isinstance(container, dict) else container
            for value in inside:
                _check_value(value, below)
        level = below


def _check_value(value: Any, below: list[Any]) -> None:
    """Check one value; put it on the list of the next level if it has an inside."""
    if isinstance(value, dict | list):
        below.append(value)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and value - value != 0:
        raise exceptions.InvalidBody("The request body holds a number out of range.")


def _check_text(value: str) -> None:
    """Refuse half a surrogate pair: it is no character, and no database takes it."""
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError:
        raise exceptions.InvalidBody(
            "The request body holds half of a surrogate pair, which is no character."
        ) from None
