"""From an authenticated request to its operation, and back to an answer."""

import dataclasses
import functools
import json
import logging
import re
from typing import Any

from senlin_like import exceptions
from senlin_like.api import auth, bodies, discovery, openapi, replies, root, tree
from senlin_like.api.auth import Environ
from senlin_like.api.call import Call, Parts
from senlin_like.context import RequestContext

LOG = logging.getLogger(__name__)

#: The description needs no authentication: it says nothing of anybody.
DESCRIPTION_PATH = "/v1/openapi.json"
_MEDIA_TYPE = re.compile(
    r"application/vnd\.openstack\.clustering-v1(\.0)?(\+json)?\s*(;|$)"
)
_ADMIN = "context_is_admin"
#: Paths whose place in the tree is remembered.
REMEMBERED_PATHS = 4096


@functools.cache
def description() -> bytes:
    """Return the OpenAPI description, encoded."""
    return json.dumps(openapi.describe(), sort_keys=True).encode()


class Router:
    """The innermost WSGI application."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._find = functools.lru_cache(maxsize=REMEMBERED_PATHS)(
            functools.partial(tree.find, root.make(parts))
        )

    def __call__(self, environ: Environ, start_response: Any) -> list[bytes]:
        """Answer one request; the context is in the environment already.

        :raises Error: for whatever is wrong with it.
        """
        path = _path(environ)
        method = environ["REQUEST_METHOD"]
        found, ids = self._find(path, method)
        call = Call(
            parts=self._parts,
            ctx=self._judged(environ[auth.CONTEXT]),
            method=method,
            path=environ["PATH_INFO"],
            base_url=replies.base_url(environ),
            query_string=environ.get("QUERY_STRING", ""),
            ids=ids,
        )
        LOG.debug("%s %s by %s", method, path, call.ctx.user_id)
        limits = self._parts.limits
        raw = (
            bodies.read(environ, limits.body_bytes, limits.nesting)
            if found.endpoint.declared.takes is not None
            else None
        )
        answer = found.endpoint.answer(found.place, call, raw)
        headers = []
        if answer.location is not None:
            headers.append(("Location", call.base_url + answer.location))
        if answer.is_empty:
            return replies.empty(start_response, answer.status, *headers)
        body = replies.encode(answer.body)
        return replies.reply(environ, start_response, answer.status, body, *headers)

    def _judged(self, ctx: RequestContext) -> RequestContext:
        """Decide whether the caller is an administrator."""
        if not self._parts.access.is_allowed(_ADMIN, ctx):
            return ctx
        return dataclasses.replace(ctx, is_admin=True)


def _path(environ: Environ) -> str:
    """Return the path as text, with its version even if that is in Accept.

    :raises RouteNotFound: when it isn't UTF-8.
    """
    try:
        path: str = environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeDecodeError:
        raise exceptions.RouteNotFound from None
    accept = environ.get("HTTP_ACCEPT", "")
    if "clustering-v1" not in accept or path.split("/", 2)[1] in discovery.ROOTS:
        return path
    if any(_MEDIA_TYPE.match(kind.strip()) for kind in accept.split(",")):
        return f"/v1{path}"
    return path
