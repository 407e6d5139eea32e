"""The interface of profile types.

Every verb is *re-entrant*: it looks at what is there, starts the next change
and answers ``Again`` with what to wait for; when that is reached it is called
once more with the memo it left, until it answers ``Done``. No verb blocks, and
each may be cut off by a crash after any cloud call and be started over: what
it makes carries the node's mark, and it looks for that first.
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from senlin_like.domain.enums import RecoverOperation
from senlin_like.drivers import base as clouds
from senlin_like.drivers import turns
from senlin_like.drivers.base import ObjectKind

CloudWait = turns.CloudWait
Turn = turns.Turn


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeFacts:
    """What a profile type may know of a node."""

    id: str
    name: str
    index: int
    cluster_id: str
    physical_id: str | None
    status: str
    role: str | None = None
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class HostName:
    """What a spec says its objects are put on: a node, or nodes of a cluster.

    ``identity`` is an id, a short id or a name; ``key`` is the property that says
    it; ``types`` are the types of profiles that hosts can have.
    """

    key: str
    identity: str
    is_cluster: bool
    types: Collection[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Host:
    """A node that objects are put on; ``cloud`` is where its own object is."""

    node_id: str
    physical_id: str | None
    type: str
    cloud: clouds.Cloud


@dataclasses.dataclass(frozen=True, kw_only=True)
class Existing:
    """An object that is there: its own id, and the node whose mark it carries."""

    id: str
    node_id: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodePatch:
    """What changes in the node's row. ``data`` is merged; None removes a key.

    ``clear_physical_id`` forgets the physical id.
    """

    physical_id: str | None = None
    clear_physical_id: bool = False
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Done(turns.Ended):
    """The verb has ended well."""

    patch: NodePatch = NodePatch()
    #: Answer of ``check``: whether the object is as it should be.
    is_healthy: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Again(turns.Waits):
    """The verb goes on when ``wait`` has ended; memo and patch are kept at once.

    Without a wait it goes on as soon as they are kept.
    """

    wait: CloudWait | None
    patch: NodePatch = NodePatch()


Step = Done | Again


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """Times that profile types wait for things, in seconds."""

    server_timeout_s: float = 600.0
    stack_timeout_s: float = 3600.0
    container_timeout_s: float = 600.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ask:
    """What a verb works with: the cloud, the node, its spec and the limits.

    ``properties`` is the spec's checked ``properties`` map with defaults.
    ``hosts``: for types whose objects are put on other nodes, the one that was
    chosen for this node; when strays are looked for, all that could have been.
    ``since``: when the present action began, in epoch seconds.
    """

    cloud: clouds.Cloud
    node: NodeFacts
    properties: Mapping[str, Any]
    turn: Turn
    limits: Limits = Limits()
    hosts: Sequence[Host] = ()
    since: float = 0.0


class ProfileType(Protocol):
    """A type of profiles; one instance serves all profiles of the type."""

    #: Type name with version, as ``os.nova.server-1.0``.
    name: str
    #: Version → support status, as the type listing shows it.
    support: Mapping[str, list[Mapping[str, str]]]
    #: What the type needs to be looked at in bulk.
    object_kind: ObjectKind
    #: The operations by which ``recover`` can bring an object back.
    recoveries: Collection[RecoverOperation]

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""

    def operations(self) -> Mapping[str, Any]:
        """Return the operations in the clients' dialect."""

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check a whole spec and return its properties with defaults.

        :raises InvalidSpec: with the property and the reason.
        """

    def check_operation(
        self, operation: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Check an operation's parameters and return them with defaults.

        :raises Invalid: when the operation or a parameter isn't right.
        """

    def check_update(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Check that every changed property may change.

        :raises Invalid: naming the properties that can't be updated.
        """

    def shown_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return the spec as readers may see it: secrets are masked."""

    def host(self, properties: Mapping[str, Any]) -> HostName | None:
        """Return what the objects are put on; None where the cloud sees to it.

        :raises InvalidSpec: when the properties say it twice.
        """

    def images(self, properties: Mapping[str, Any]) -> list[str]:
        """Return ids or names of the images that hypervisors start objects from."""

    def validate(
        self, cloud: clouds.Cloud, properties: Mapping[str, Any], name: str
    ) -> None:
        """Check the properties of the profile ``name`` against what the cloud has.

        :raises InvalidSpec: with the bare reason.
        """

    def create(self, ask: Ask) -> Step:
        """Make the node's object."""

    def delete(self, ask: Ask, options: Mapping[str, Any]) -> Step:
        """Remove the node's object and all that was made for it.

        Finds it by the physical id and by the mark. ``options``: ``force``,
        ``timeout``.
        """

    def update(
        self, ask: Ask, new: Mapping[str, Any], config: Mapping[str, Any]
    ) -> Step:
        """Turn the object into what ``new`` properties say.

        ``config`` is the configuration of the node's cluster.
        """

    def abandon_update(self, ask: Ask, begun: Mapping[str, Any]) -> Step:
        """Let the object run again that an update which is given up has stopped.

        What was changed stays so. ``begun`` is the last memo of the update.
        """

    def check(self, ask: Ask) -> Step:
        """See whether the object is as it should be.

        :raises CloudNotFound: when the object is gone.
        """

    def recover(self, ask: Ask, options: Mapping[str, Any]) -> Step:
        """Bring the object back.

        Options: ``operation``, ``operation_params``, ``delete_timeout``,
        ``force_recreate``.
        """

    def operate(self, ask: Ask, operation: str, params: Mapping[str, Any]) -> Step:
        """Carry out one of the type's operations."""

    def join(self, ask: Ask, cluster_id: str, index: int) -> Step:
        """Mark the object as a member of a cluster."""

    def leave(self, ask: Ask) -> Step:
        """Remove the mark of the cluster, not that of the node."""

    def details(self, ask: Ask) -> dict[str, Any]:
        """Return what the cloud shows of the object."""

    def adopt(
        self,
        cloud: clouds.Cloud,
        identity: str,
        overrides: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return the properties of a spec that describes an existing object.

        :raises CloudError: when the object can't be read.
        """

    def find_existing(self, cloud: clouds.Cloud, identity: str) -> Existing:
        """Tell whose mark an object carries that is to be adopted.

        :raises CloudError: when the object can't be read.
        """

    def mark_existing(
        self, cloud: clouds.Cloud, object_id: str, node: NodeFacts
    ) -> None:
        """Give an adopted object the node's marks in place of those it carries.

        Types whose objects can't be marked without a change do nothing.

        :raises CloudError: when that isn't possible.
        """

    def locate(
        self, physical_id: str, properties: Mapping[str, Any], hosts: Sequence[Host]
    ) -> str:
        """Return the id by which ``Cloud.look`` finds an object; mostly its own.

        :raises CloudNotFound: when what it is put on is gone.
        :raises CloudError: when that can't be told.
        """

    def strays(self, ask: Ask, since: float) -> list[str]:
        """Return the ids of objects that nobody knows of.

        They carry the node's mark and aren't the node's physical id, nor in
        its data. What isn't useless without the node's object was made at or
        after ``since`` (epoch seconds).
        """

    def remove_stray(self, ask: Ask, object_id: str) -> None:
        """Delete an object that ``strays`` has named."""
