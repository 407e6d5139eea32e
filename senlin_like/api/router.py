"""From an authenticated request to its operation, and back to an answer."""

import dataclasses
import functools
import json
import logging
from typing import Any

from senlin_like.api import auth, dialects, openapi, replies, root, tree
from senlin_like.api.auth import Environ
from senlin_like.api.call import Call, Parts
from senlin_like.context import RequestContext

LOG = logging.getLogger(__name__)

#: The description needs no authentication: it says nothing of anybody.
DESCRIPTION_PATH = "/v1/openapi.json"
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
        dialect: dialects.Dialect = environ[dialects.KEY]
        path = dialect.path(environ)
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
        limits, declared = self._parts.limits, found.endpoint.declared
        largest = limits.open_body_bytes if declared.is_open else limits.body_bytes
        raw = (
            dialect.read_body(environ, largest, limits)
            if declared.takes is not None
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
