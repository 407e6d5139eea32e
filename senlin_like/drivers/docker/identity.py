"""Permissions to act for users, where the cloud has no users.

The service keeps what is made here, encrypted, one for each user and project. That
record is the permission: it says who may act where with which roles, and is looked at
whenever it is used. Without it nobody is let in; to forget it is to revoke it.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions

_ID, _USER, _PROJECT, _ROLES = "grant_id", "user", "project", "roles"
#: Revoked permissions that are remembered.
_MOST = 10_000


class DockerIdentity:
    """Makes and judges the records. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revoked: OrderedDict[str, None] = OrderedDict()

    def delegate(
        self, user: str, project: str, roles: Sequence[str], token: str | None
    ) -> Mapping[str, Any]:
        """Make a permission to act for the caller; a JSON value to be stored."""
        return {
            _ID: secrets.token_hex(16),
            _USER: user,
            _PROJECT: project,
            _ROLES: sorted(roles),
        }

    def is_valid(self, credential: Mapping[str, Any]) -> bool:
        """Tell whether a stored permission can still be used."""
        with self._lock:
            is_revoked = credential.get(_ID) in self._revoked
        return not is_revoked and {_ID, _USER, _PROJECT, _ROLES} <= set(credential)

    def roles(
        self, user: str, project: str, credential: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """Return the roles that a stored permission gives.

        :raises TrustNotFound: when it can't be used to act for this user there.
        """
        self.check(user, project, credential)
        return tuple(credential[_ROLES])

    def revoke(self, credential: Mapping[str, Any]) -> None:
        """End a permission in this process; for all, the service forgets it."""
        with self._lock:
            self._revoked[str(credential.get(_ID, ""))] = None
            while len(self._revoked) > _MOST:
                self._revoked.popitem(last=False)

    def check(
        self, user: str, project: str, credential: Mapping[str, Any] | None
    ) -> None:
        """See to it that a permission lets somebody act for this user there.

        :raises TrustNotFound: when it doesn't, or there is none.
        """
        if credential is None or not self.is_valid(credential):
            raise exceptions.TrustNotFound(user, project)
        if (credential[_USER], credential[_PROJECT]) != (user, project):
            raise exceptions.TrustNotFound(user, project)
