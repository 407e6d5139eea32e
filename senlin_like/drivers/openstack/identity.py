"""Permissions to act for users: Keystone's trusts.

The service user is the trustee. It acts as the trustor, with the roles that the
trustor had when the trust was made, until the trust is deleted or the trustor
loses one of them. keystonemiddleware keeps what it knows of a token for some
minutes: services may go on taking tokens of a trust that has been revoked.
"""

import contextlib
import datetime
import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base
from senlin_like.drivers.openstack import errors
from senlin_like.drivers.openstack.account import (
    MESSAGING_TRUST,
    TRUST,
    AccountView,
)
from senlin_like.drivers.openstack.sessions import Sessions

LOG = logging.getLogger(__name__)

_TRUSTS = "/OS-TRUST/trusts"
_MAKE = "Make a trust"
_REVOKE = "Revoke a trust"
#: Trusts for messaging end by themselves within so many seconds of this time. Keystone
#: (2026.1) fails to make a trust that ends, as Zaqar's do, out of one that doesn't; and
#: takes no two of the same people in a project that end at the same time, even if the
#: first is deleted. Heat makes a trust for each stack, which ends when that does which
#: it is made of: so all else is done with a trust that doesn't end.
_END = datetime.datetime(2900, 1, 1, tzinfo=datetime.UTC)
_END_SPREAD_S = 3_000_000_000


class OpenStackIdentity:
    """Permissions to act for a user after the request has ended."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def delegate(
        self, user: str, project: str, roles: Sequence[str], token: str | None
    ) -> Mapping[str, Any]:
        """Make a permission to act for the caller; a JSON value to be stored.

        Heat and Zaqar make trusts of their own out of it, where Keystone allows
        that.

        :raises CloudError: 403 when Keystone lets the caller's token make no trust
            with these roles. Those of trusts and of restricted application
            credentials never may.
        """
        if not token:
            raise exceptions.CloudError(
                f"{_MAKE}: only the user's own token can do that.", HTTPStatus.FORBIDDEN
            )
        with errors.told(_MAKE, changes=False):
            service = self._sessions.service
            trustee = service.get_user_id()
        trust = {
            "trustor_user_id": user,
            "trustee_user_id": trustee,
            "project_id": project,
            "impersonation": True,
            "roles": [{"name": role} for role in roles],
        }
        credential = {TRUST: self._hand_on(trust, token), "user": user}
        credential["project"] = project
        if AccountView(self._sessions, None, self._sessions.region).has("messaging"):
            ending = {**trust, "expires_at": _end()}
            try:
                credential[MESSAGING_TRUST] = self._hand_on(ending, token)
            except exceptions.CloudError as error:
                LOG.warning("User %s can't use message queues: %s", user, error.message)
        return credential

    def _hand_on(self, trust: Mapping[str, Any], token: str) -> str:
        """Make a trust that others can be made of, if that may be; return its id."""
        response = self._make({**trust, "allow_redelegation": True}, token)
        if response.status_code == HTTPStatus.FORBIDDEN:
            response = self._make(trust, token)
        if response.status_code in errors.TOKEN_REFUSED:
            roles = ", ".join(role["name"] for role in trust["roles"])
            reason = errors.reason_of(response)
            raise exceptions.CloudError(
                f"{_MAKE} with the roles {roles}: Keystone refuses it: {reason}",
                HTTPStatus.FORBIDDEN,
            )
        errors.check(_MAKE, response, changes=True)
        return str(response.json()["trust"]["id"])

    def is_valid(self, credential: Mapping[str, Any]) -> bool:
        """Tell whether a stored permission can still be used."""
        try:
            self._view(credential).renew()
        except exceptions.TrustNotFound:
            return False
        return True

    def roles(
        self, user: str, project: str, credential: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """Return the roles that a stored permission gives now.

        :raises TrustNotFound: when it can't be used to act for this user there.
        """
        account = base.Account(user=user, project=project, credential=credential)
        return AccountView(self._sessions, account, None).renew()

    def revoke(self, credential: Mapping[str, Any]) -> None:
        """End a permission; not an error if it has ended.

        That is done as the trustor. Where the trust gives no token, since the
        trustor has lost a role, the service has to be an administrator.

        :raises CloudError: 403 when it isn't.
        """
        for key in (MESSAGING_TRUST, TRUST):
            if credential.get(key):
                self._revoke({**credential, TRUST: credential[key]})

    def _revoke(self, credential: Mapping[str, Any]) -> None:
        try:
            view = self._view(credential)
        except exceptions.TrustNotFound:
            return
        trust_id = str(credential[TRUST])
        tried = [self._sessions.service]
        with contextlib.suppress(exceptions.TrustNotFound):
            view.renew()
            tried.insert(0, self._sessions.of_trust(trust_id))
        with view.told(_REVOKE, changes=False):
            for session in tried:
                response = self._send(session, "DELETE", f"{_TRUSTS}/{trust_id}")
                if response.status_code != HTTPStatus.FORBIDDEN:
                    break
            self._sessions.forget(trust_id)
            if response.status_code != HTTPStatus.NOT_FOUND:
                errors.check(_REVOKE, response, changes=False)

    def _view(self, credential: Mapping[str, Any]) -> AccountView:
        account = base.Account(
            user=str(credential.get("user")),
            project=str(credential.get("project")),
            credential=credential,
        )
        return AccountView(self._sessions, account, None)

    def _make(self, trust: Mapping[str, Any], token: str) -> Any:
        """Ask for a trust as the one whose token it is."""
        with errors.told(_MAKE, changes=True):
            return self._send(
                self._sessions.service,
                "POST",
                _TRUSTS,
                json={"trust": trust},
                headers={"X-Auth-Token": token},
                authenticated=False,
            )

    def _send(self, session: Any, method: str, path: str, **how: Any) -> Any:
        """Ask Keystone, with nothing of it in the log: ids of trusts are secret."""
        return session.request(
            f"{self._sessions.auth_url}{path}",
            method,
            raise_exc=False,
            log=False,
            **how,
        )


def _end() -> str:
    end = _END + datetime.timedelta(seconds=secrets.randbelow(_END_SPREAD_S))
    return end.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
