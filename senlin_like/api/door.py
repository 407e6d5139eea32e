"""The one door without authentication: triggers of webhooks.

A request passes when it names a webhook by its full id, comes not too often, and
the one for whom the webhook acts still lets it. Nothing is read of its body before
that, and a wrong id is answered like any other thing that isn't there.
"""

import re

from senlin_like import exceptions
from senlin_like.api import auth, paths, queries
from senlin_like.api.auth import Environ, Wsgi
from senlin_like.api.call import Parts
from senlin_like.context import RequestContext
from senlin_like.operations import webhooks

#: The parameter that every trigger has to have.
FORM = "V"
_TRIGGER = re.compile(r"/v1(?:\.0)?/webhooks/([^/]+)/trigger")


def layer(locked: Wsgi, opened: Wsgi, parts: Parts) -> Wsgi:
    """Let triggers through to ``opened``, and all else to ``locked``.

    Whatever a trigger says of who sends it doesn't count.
    """

    def chosen(environ: Environ, start_response: object) -> object:
        receiver_id = _asked_for(environ)
        if receiver_id is None:
            return locked(environ, start_response)
        environ[auth.CONTEXT] = _admit(parts, environ, receiver_id)
        return opened(environ, start_response)

    return chosen


def forms(query: queries.Query) -> list[str]:
    """Return the values of the parameter that every trigger has to have."""
    return [value for value in query.get(FORM, []) if value]


def _asked_for(environ: Environ) -> str | None:
    """Return the receiver that a request wants to trigger, None for no trigger."""
    if environ["REQUEST_METHOD"] != "POST" or "webhooks/" not in environ["PATH_INFO"]:
        return None
    found = _TRIGGER.fullmatch(paths.read(environ))
    return None if found is None else found[1]


def _admit(parts: Parts, environ: Environ, receiver_id: str) -> RequestContext:
    """Return the context of the one for whom the webhook acts.

    :raises InvalidBody: when the query isn't right.
    :raises NotFound: when there is no such webhook.
    :raises TooManyRequests: when it is triggered too often.
    :raises Forbidden: when the permission to act for its owner can't be used.
    """
    if not forms(queries.parse(environ.get("QUERY_STRING", ""))):
        raise exceptions.InvalidBody(
            f"{FORM} query parameter is required in webhook trigger URL"
        )
    receiver = webhooks.find(parts.deps, receiver_id)
    parts.throttle.take(receiver.id)
    caller = auth.Caller(
        user_id=receiver.actor_user,
        project_id=receiver.actor_project,
        roles=webhooks.roles_behind(parts.deps, receiver),
        domain_id=receiver.actor_domain,
    )
    return auth.context(environ, caller)
