"""Who asks: three ways to find out, and the context made of it."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import webob.exc
from keystoneauth1 import exceptions as ksa
from keystonemiddleware import auth_token
from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.api import basic
from senlin_like.api import microversions as mv
from senlin_like.context import RequestContext, mark_logs

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Any]

CONTEXT = "senlin_like.context"
REQUEST_ID = "senlin_like.request_id"
VERSION = "senlin_like.version"
#: What a 401 says of how to prove who one is.
CHALLENGE = "senlin_like.challenge"

EVERYTHING = ("admin", "manager", "member", "reader")
_KEYSTONE_IS_AWAY = (
    ksa.ConnectFailure,
    ksa.DiscoveryFailure,
    ksa.RequestTimeout,
    auth_token.ServiceError,
)
_GLOBAL_ID = re.compile(r"req-[0-9a-fA-F-]{36}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom a strategy has recognised."""

    user_id: str
    project_id: str
    roles: tuple[str, ...]
    user_name: str | None = None
    project_name: str | None = None
    domain_id: str | None = None
    token: str | None = dataclasses.field(default=None, repr=False)
    catalogue: str | None = dataclasses.field(default=None, repr=False)


def layer(app: Wsgi, conf: cfg.ConfigOpts) -> Wsgi:
    """Put the configured check of callers in front of an application.

    :raises ValueError: when the strategy lacks what it needs.
    """
    strategy = conf.senlin_api.auth_strategy
    if strategy == "keystone":
        return _keystone(app, conf)
    if strategy == "http_basic":
        return _basic(app, conf)
    return _nobody(app)


def _keystone(app: Wsgi, conf: cfg.ConfigOpts) -> Wsgi:
    """Let keystonemiddleware check tokens; refusals are worded here."""

    def recognised(environ: Environ, start_response: Any) -> Any:
        uri = conf.keystone_authtoken.www_authenticate_uri or ""
        environ[CHALLENGE] = f'Keystone uri="{uri}"'
        environ[CONTEXT] = context(environ, _token_owner(environ))
        return app(environ, start_response)

    class Checked(auth_token.AuthProtocol):  # type: ignore[misc, unused-ignore]
        """Tells a Keystone that is away from a token that is wrong."""

        def fetch_token(self, token: str, **options: Any) -> Any:
            """Ask Keystone for what a token stands for.

            :raises InvalidToken: when Keystone doesn't know it.
            :raises ServiceUnavailable: when Keystone doesn't answer, or errs.
            """
            try:
                return super().fetch_token(token, **options)
            except (webob.exc.HTTPServiceUnavailable, ksa.EndpointNotFound) as error:
                raise _away() from error
            except auth_token.InvalidToken as error:
                # Refusals are ours, and so the library calls the token invalid.
                if isinstance(error.__context__, _KEYSTONE_IS_AWAY):
                    raise _away() from error
                raise

    return Checked(
        recognised, {"delay_auth_decision": True, "oslo_config_config": conf}
    )


def _away() -> exceptions.ServiceUnavailable:
    return exceptions.ServiceUnavailable(
        "Keystone can't be asked about the token; try again later."
    )


def _token_owner(environ: Environ) -> Caller:
    """Read whom keystonemiddleware has recognised.

    :raises NotAuthenticated: when it is nobody.
    :raises Forbidden: when the token is for no project.
    """
    if environ.get("HTTP_X_IDENTITY_STATUS") != "Confirmed":
        raise exceptions.NotAuthenticated
    project_id = environ.get("HTTP_X_PROJECT_ID")
    if not project_id:
        raise exceptions.Forbidden("The token has to be scoped to a project.")
    return Caller(
        user_id=environ["HTTP_X_USER_ID"],
        project_id=project_id,
        roles=tuple(
            role.strip()
            for role in environ.get("HTTP_X_ROLES", "").split(",")
            if role.strip()
        ),
        user_name=environ.get("HTTP_X_USER_NAME"),
        project_name=environ.get("HTTP_X_PROJECT_NAME"),
        domain_id=environ.get("HTTP_X_PROJECT_DOMAIN_ID"),
        token=environ.get("HTTP_X_AUTH_TOKEN"),
        catalogue=environ.get("HTTP_X_SERVICE_CATALOG"),
    )


def _basic(app: Wsgi, conf: cfg.ConfigOpts) -> Wsgi:
    """Check user and password against the htpasswd file."""
    path = conf.senlin_api.http_basic_auth_user_file
    if not path:
        raise ValueError("[senlin_api] http_basic_auth_user_file is not set.")
    users = basic.Users(path)
    admins = frozenset(conf.senlin_api.admin_users)

    def recognised(environ: Environ, start_response: Any) -> Any:
        environ[CHALLENGE] = 'Basic realm="clustering", charset="UTF-8"'
        user = users.recognise(environ.get("HTTP_AUTHORIZATION", ""))
        environ[CONTEXT] = context(
            environ,
            Caller(
                user_id=user,
                project_id=user,
                roles=EVERYTHING if user in admins else ("member", "reader"),
                user_name=user,
                project_name=user,
                domain_id="default",
            ),
        )
        return app(environ, start_response)

    return recognised


def _nobody(app: Wsgi) -> Wsgi:
    """Take everybody for the one user there is."""
    caller = Caller(
        user_id="admin",
        project_id="admin",
        roles=EVERYTHING,
        user_name="admin",
        project_name="admin",
        domain_id="default",
    )

    def recognised(environ: Environ, start_response: Any) -> Any:
        environ[CONTEXT] = context(environ, caller)
        return app(environ, start_response)

    return recognised


def context(environ: Environ, caller: Caller) -> RequestContext:
    """Make the context of a request, not yet knowing if it is an administrator's."""
    given = environ.get("HTTP_X_OPENSTACK_REQUEST_ID", "")
    version: mv.Version = environ[VERSION]
    global_id = given if _GLOBAL_ID.fullmatch(given) else None
    request_id = environ[REQUEST_ID]
    mark_logs(request_id, caller.user_id, caller.project_id, global_id)
    return RequestContext(
        user_id=caller.user_id,
        project_id=caller.project_id,
        domain_id=caller.domain_id,
        user_name=caller.user_name,
        project_name=caller.project_name,
        roles=caller.roles,
        request_id=request_id,
        global_request_id=global_id,
        api_version=version,
        auth_token=caller.token,
        service_catalog=caller.catalogue,
    )
