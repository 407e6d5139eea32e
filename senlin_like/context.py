"""Who asks, for which project, with which roles, at which microversion."""

import dataclasses
from typing import Any

from oslo_context import context as oslo_context


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestContext:
    """The caller of one request, or the owner that an action works for.

    ``all_projects`` opens every project's rows; it is set only where a rule
    has allowed it (``global_project``, an administrator's look-up by id) and
    for the engine's own work.
    """

    user_id: str
    project_id: str
    domain_id: str | None = None
    user_name: str | None = None
    project_name: str | None = None
    roles: tuple[str, ...] = ()
    is_admin: bool = False
    all_projects: bool = False
    request_id: str = ""
    global_request_id: str | None = None
    api_version: tuple[int, int] = (1, 0)
    trust_id: str | None = dataclasses.field(default=None, repr=False)
    auth_token: str | None = dataclasses.field(default=None, repr=False)
    #: The services that the caller's token names, as JSON.
    service_catalog: str | None = dataclasses.field(default=None, repr=False)

    def widened(self) -> "RequestContext":
        """Return the same caller with sight of every project."""
        return dataclasses.replace(self, all_projects=True)

    def narrowed(self) -> "RequestContext":
        """Return the same caller with sight of its own project only."""
        return dataclasses.replace(self, all_projects=False)

    def credentials(self) -> dict[str, Any]:
        """Return the attributes that access rules are written in."""
        return {
            "user_id": self.user_id,
            "project_id": self.project_id,
            "domain_id": self.domain_id,
            "roles": list(self.roles),
            "is_admin": self.is_admin,
        }


def mark_logs(
    request_id: str,
    user_id: str = "",
    project_id: str = "",
    global_request_id: str | None = None,
) -> None:
    """Mark what this thread logs from now on with the request that it works for."""
    oslo_context.RequestContext(
        request_id=request_id,
        user_id=user_id or None,
        project_id=project_id or None,
        global_request_id=global_request_id,
        overwrite=True,
    )
