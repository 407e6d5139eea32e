"""Permissions to act for users of the simulated cloud."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.simulated_cloud import grants
from senlin_like.simulated_cloud.world import World

_KEY = "grant_id"


class SimulatedIdentity:
    """Permissions to act for a user after the request has ended."""

    def __init__(self, world: World) -> None:
        self._world = world

    def delegate(
        self,
        user: str,
        project: str,
        roles: Sequence[str],
        token: str | None,
    ) -> Mapping[str, Any]:
        """Make a permission to act for the caller; a JSON value to be stored."""
        with self._world.call("identity.delegate", project, user):
            return {_KEY: grants.make(self._world, user, project, roles)}

    def is_valid(self, credential: Mapping[str, Any]) -> bool:
        """Tell whether a stored permission can still be used."""
        grant_id = str(credential.get(_KEY, ""))
        with self._world.call("identity.is_valid", "", grant_id):
            return grants.is_valid(self._world, grant_id)

    def roles(
        self, user: str, project: str, credential: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """Return the roles that a stored permission gives now."""
        grant_id = str(credential.get(_KEY, ""))
        with self._world.call("identity.roles", project, user):
            found = grants.roles(self._world, grant_id, user, project)
            if found is None:
                raise exceptions.TrustNotFound(user, project)
            return found

    def revoke(self, credential: Mapping[str, Any]) -> None:
        """End a permission; not an error if it has ended."""
        grant_id = str(credential.get(_KEY, ""))
        with self._world.call("identity.revoke", "", grant_id):
            grants.revoke(self._world, grant_id)

    def check(self, user: str, project: str, credential: Mapping[str, Any]) -> bool:
        """Tell whether a permission lets somebody act for this user there."""
        grant_id = str(credential.get(_KEY, ""))
        with self._world.call("identity.check", project, user):
            return grants.holds(self._world, grant_id, user, project)
