"""Puts the WSGI application together, layer by layer.

Each layer does one thing and is a plain function of the WSGI environment: the
own ones parse nothing twice. The inner ones raise errors; ``_faults`` is the one
place that turns them into answers.
"""

import logging
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from oslo_config import cfg
from oslo_middleware import cors, http_proxy_to_wsgi

from senlin_like import exceptions
from senlin_like.api import (
    auth,
    bodies,
    dialects,
    door,
    health,
    replies,
    router,
    throttle,
)
from senlin_like.api.auth import Environ, Wsgi
from senlin_like.api.call import Limits, Parts
from senlin_like.context import mark_logs
from senlin_like.operations.deps import Deps
from senlin_like.rbac import enforcer

LOG = logging.getLogger(__name__)

Layer = Callable[[Wsgi, cfg.ConfigOpts, Parts], Wsgi]


def build(deps: Deps, conf: cfg.ConfigOpts) -> Wsgi:
    """Build the application from its parts and its options.

    :raises ValueError: when an option that is needed is missing.
    """
    parts = Parts(
        deps=deps,
        access=enforcer.make(conf),
        limits=Limits(
            body_bytes=conf.senlin_api.max_json_body_size,
            open_body_bytes=conf.receiver.max_body_size,
            nesting=conf.senlin_api.max_nesting,
        ),
        throttle=throttle.Throttle(
            conf.receiver.triggers_per_second, conf.receiver.trigger_burst
        ),
    )
    app: Wsgi = router.Router(parts)
    for layer in reversed(LAYERS):
        app = layer(app, conf, parts)
    return app


def _proxy(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Believe the headers of a proxy, if it is said to be there."""
    if not conf.senlin_api.enable_proxy_headers_parsing:
        return app
    return http_proxy_to_wsgi.HTTPProxyToWSGI(
        app, {"enable_proxy_headers_parsing": True}
    )


def _request_id(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Give every request an id, and every answer the headers of all answers."""

    def identified(environ: Environ, start_response: Any) -> Any:
        request_id = environ[auth.REQUEST_ID] = f"req-{uuid.uuid4()}"
        mark_logs(request_id)
        dialect = environ[dialects.KEY] = dialects.choose(environ)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            headers.append(("x-openstack-request-id", request_id))
            headers.extend(dialect.headers(environ))
            return start_response(status, headers, *rest)

        return app(environ, start)

    return identified


def _healthcheck(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Answer load balancers."""

    def checked(environ: Environ, start_response: Any) -> Any:
        if environ["PATH_INFO"] != health.PATH:
            return app(environ, start_response)
        _only_get(environ)
        return replies.reply(environ, start_response, *health.check(parts.deps.db))

    return checked


def _size_limit(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Refuse bodies that are announced to be too large."""

    def limited(environ: Environ, start_response: Any) -> Any:
        bodies.check_size(environ, parts.limits.body_bytes)
        return app(environ, start_response)

    return limited


def _cors(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Let web pages of the configured origins in."""
    conf.register_opts(cors.CORS_OPTS, group="cors")
    if not conf.cors.allowed_origin:
        return app
    return cors.CORS(app, conf)


def _versions(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Show the version documents and find the microversion of a request."""

    def versioned(environ: Environ, start_response: Any) -> Any:
        dialect: dialects.Dialect = environ[dialects.KEY]
        shown = dialect.list_versions(environ)
        if shown is None:
            environ[auth.VERSION] = dialect.negotiate(environ)
            shown = dialect.show_version(environ)
        if shown is not None:
            _only_get(environ)
            status, document = shown
            body = replies.encode(document)
            return replies.reply(environ, start_response, status, body)
        if environ["PATH_INFO"] == router.DESCRIPTION_PATH:
            _only_get(environ)
            return replies.reply(environ, start_response, 200, router.description())
        return app(environ, start_response)

    return versioned


def _authenticate(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Find out who asks; at the door of webhooks, for whom they act."""
    return door.layer(auth.layer(app, conf), app, parts)


def _faults(app: Wsgi, conf: cfg.ConfigOpts, parts: Parts) -> Wsgi:
    """Turn errors into answers; what nobody expected gets its id and no more."""

    def guarded(environ: Environ, start_response: Any) -> Any:
        dialect: dialects.Dialect = environ[dialects.KEY]
        try:
            return app(environ, start_response)
        except exceptions.Error as error:
            fault = dialect.fault(error)
            if fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                LOG.warning("%s: %s", error.type, error.message)
        except Exception:
            LOG.exception("Request %s failed", environ[auth.REQUEST_ID])
            fault = dialect.unexpected(environ[auth.REQUEST_ID])
        headers = list(fault.headers)
        if fault.status == HTTPStatus.UNAUTHORIZED and auth.CHALLENGE in environ:
            headers.append(("WWW-Authenticate", environ[auth.CHALLENGE]))
        return replies.reply(
            environ, start_response, fault.status, fault.body, *headers
        )

    return guarded


#: From the outside in. Errors are caught twice: inside CORS, whose headers they
#: need, and outside for the layers that come before it.
LAYERS: tuple[Layer, ...] = (
    _proxy,
    _request_id,
    _faults,
    _healthcheck,
    _size_limit,
    _cors,
    _faults,
    _versions,
    _authenticate,
    _faults,
)


def _only_get(environ: Environ) -> None:
    """Refuse other methods on documents.

    :raises MethodNotAllowed: when the method isn't GET or HEAD.
    """
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        raise exceptions.MethodNotAllowed(environ["REQUEST_METHOD"], ("GET", "HEAD"))
