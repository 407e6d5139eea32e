"""What is known of the clusters of a round of health checks, and of their nodes."""

import functools
from collections.abc import Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.db import hosts
from senlin_like.domain import plan
from senlin_like.domain.actions import CLUSTER_KINDS
from senlin_like.domain.enums import Kind, NodeStatus
from senlin_like.engine.detection import Watched
from senlin_like.flows import hosting
from senlin_like.flows.workbench import Recipe, Workbench
from senlin_like.policies.balancing.hooks import MEMBER

#: A node that is at one of these is somebody's work, action or not.
_AT_WORK = frozenset(
    {
        NodeStatus.INIT,
        NodeStatus.CREATING,
        NodeStatus.UPDATING,
        NodeStatus.DELETING,
        NodeStatus.RECOVERING,
        NodeStatus.OPERATING,
    }
)


class Facts:
    """What was read for all clusters of a round."""

    def __init__(
        self,
        *,
        bench: Workbench,
        work: Sequence[Any],
        members: Sequence[Any],
        profiles: Sequence[Any],
        told: Sequence[Any] | None = None,
    ) -> None:
        """``told`` are notices of nodes; None: the cloud is asked for them."""
        self.bench = bench
        self.now = bench.deps.clock()
        self.busy = {one.target for one in work}
        self.in_repair = {one.target for one in work if one.action == Kind.NODE_RECOVER}
        self.changing = {one.cluster_id for one in work if one.action in CLUSTER_KINDS}
        self.members: dict[str, list[Any]] = {}
        for one in members:
            self.members.setdefault(one.cluster_id, []).append(one)
        self.asks_events = told is None
        self.told: dict[str, list[Any]] = {}
        for one in told or ():
            self.told.setdefault(one.cluster_id, []).append(one)
        self._profiles = {one.id: one for one in profiles}
        self._hosts: dict[str | None, Any] | None = None

    def recipe(self, profile_id: str) -> Recipe:
        """Return a profile as engines use it."""
        row = self._profiles[profile_id]
        return self.bench.recipe(row.id, row.type, row.sealed_spec)

    def is_at_work(self, row: Any) -> bool:
        """Tell whether something is being done to a node."""
        return row.id in self.busy or row.status in _AT_WORK

    def watched(self, row: Any) -> Watched:
        """Return what is looked at of a node."""
        recipe = self.recipe(row.profile_id)
        region = plan.region_of(row.data, recipe.region)
        return Watched(
            id=row.id,
            name=row.name,
            object_id=row.physical_id,
            status=row.status,
            account=(row.user, row.project, region),
            kind=recipe.type.object_kind,
            is_idle=not self.is_at_work(row),
            member_id=(row.data or {}).get(MEMBER),
            locate=None
            if recipe.type.host(recipe.properties) is None
            else functools.partial(self._locate, row, recipe),
        )

    def _locate(self, row: Any, recipe: Recipe) -> str:
        """Return by what an object is found that is put on a host.

        The hosts of all nodes are read with one statement; only the node's own is
        opened, for others may be of owners whose permission is gone.
        """
        if self._hosts is None:
            rows = [one for some in self.members.values() for one in some]
            ids = {one for one in map(_host_id, rows) if one is not None}
            with self.bench.deps.db.reader() as session:
                self._hosts = {one.id: one for one in hosts.load(session, ids)}
        host = self._hosts.get(_host_id(row))
        try:
            opened = hosting.opened(self.bench, [] if host is None else [host])
        except exceptions.CloudNotFound as error:
            # That says of the cloud something, not of the object.
            raise exceptions.CloudError(error.message) from error
        return recipe.type.locate(row.physical_id, recipe.properties, opened)


def _host_id(row: Any) -> str | None:
    """Return the node that a node's object is put on, if it is on one."""
    return (row.data or {}).get(hosts.KEY)
