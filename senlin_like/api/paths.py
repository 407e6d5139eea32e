"""The path of a request, with its version wherever that is said."""

import re

from senlin_like import exceptions
from senlin_like.api import discovery
from senlin_like.api.auth import Environ

_MEDIA_TYPE = re.compile(
    r"application/vnd\.openstack\.clustering-v1(\.0)?(\+json)?\s*(;|$)"
)


def decode(environ: Environ) -> str:
    """Return the path as text.

    :raises RouteNotFound: when it isn't UTF-8.
    """
    try:
        path: str = environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeDecodeError:
        raise exceptions.RouteNotFound from None
    return path


def read(environ: Environ) -> str:
    """Return the path as text, with its version even if that is in Accept.

    :raises RouteNotFound: when it isn't UTF-8.
    """
    path = decode(environ)
    accept = environ.get("HTTP_ACCEPT", "")
    if "clustering-v1" not in accept or path.split("/", 2)[1] in discovery.ROOTS:
        return path
    if any(_MEDIA_TYPE.match(kind.strip()) for kind in accept.split(",")):
        return f"/v1{path}"
    return path
