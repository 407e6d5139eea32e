"""The interface of policy types.

A policy type answers with values and asks nobody: what its spec says, what is
wrong with it, and what it names in the cloud. Who asks looks those things up.

Some make something in the cloud for each cluster: those have *hooks*. Like the
verbs of profile types these work in turns, may be cut off after any call, and
look for what an earlier try has made.
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from senlin_like.domain import plan
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.drivers import base as clouds
from senlin_like.drivers import turns
from senlin_like.policies.references import Reference

#: How far a version is supported, each with the release since when; oldest first.
Statuses = list[Mapping[str, str]]
#: The checked ``properties`` map of a spec, with defaults.
Properties = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """What the operator allows policies to say."""

    #: Shortest time between two health checks, in seconds.
    check_interval_min_s: int = 60


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeFacts:
    """What a hook may know of a member of the cluster."""

    id: str
    name: str
    physical_id: str | None
    status: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClusterFacts:
    """What a hook may know of the cluster, its profile and its members."""

    id: str
    name: str
    profile_type: str
    profile_properties: Mapping[str, Any]
    data: Mapping[str, Any]
    nodes: Sequence[NodeFacts]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Patch:
    """What changes in rows. Maps are merged; None removes a key.

    ``data`` is the binding's, sealed at rest; ``cluster`` is for the cluster's
    data, ``nodes`` for the data of nodes, by id.
    """

    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    cluster: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    nodes: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Done(turns.Ended):
    """The hook has ended well.

    ``failed``: why some nodes can't be members, by id; ``members``: ids of
    nodes that are.
    """

    patch: Patch = Patch()
    failed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    members: Collection[str] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Again(turns.Waits):
    """The hook goes on when ``wait`` has ended, at once if there is none.

    ``patch`` is kept before anything else is called.
    """

    patch: Patch = Patch()


Step = Done | Again


@dataclasses.dataclass(frozen=True, kw_only=True)
class HookAsk:
    """What a hook works with; ``data`` is what it has kept in its binding.

    ``leaving``: ids of nodes that are about to go; ``present``: of nodes that
    are there, although their status doesn't say so yet.
    """

    cloud: clouds.Cloud
    binding_id: str
    policy_id: str
    data: Mapping[str, Any]
    properties: Properties
    cluster: ClusterFacts
    turn: turns.Turn
    leaving: Collection[str] = ()
    present: Collection[str] = ()


class PolicyType(Protocol):
    """A type of policies; one instance serves all policies of the type.

    All versions of a type have one schema: a version is a label that says
    since when something is there. ``Plain`` has what most types say alike.
    """

    #: Type name without version, as ``senlin.policy.scaling``.
    name: str
    #: The versions that there are, and how far each is supported.
    support: Mapping[str, Statuses]
    #: Types are asked in this order, the lowest first.
    priority: int
    #: Whether a cluster has one policy of the type at most, of any version.
    is_singleton: bool
    #: Whether ``attach`` and ``detach`` have anything to do.
    has_hooks: bool
    #: Whether nodes are its members in the cloud, so that it is told who comes
    #: and who goes.
    has_members: bool
    #: The actions that the type is asked about before they begin.
    targets: frozenset[Kind]
    #: Whether it decides how many nodes come or go; such types are asked first.
    is_sizing: bool
    #: Whether it has to know where the members are, and, when nodes come, which
    #: of the places that it refers to can be used.
    wants_places: bool

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        :raises InvalidSpec: with the bare reason.
        """

    def problem(self, properties: Properties, limits: Limits) -> str | None:
        """Tell why properties of the right shape make no sense, None if they do."""

    def references(self, properties: Properties) -> Sequence[Reference]:
        """Return what the properties name in the cloud, in the order to look."""

    def misfit(self, properties: Properties, profile_type: str) -> str | None:
        """Tell why clusters of a profile type can't have the policy, or None."""

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Decide on an action that is about to begin; changes nothing."""

    def cooldown_s(self, properties: Properties, kind: Kind) -> int:
        """Return how long no action of a kind may follow a scaling, in seconds."""

    def attach(self, ask: HookAsk) -> Step:
        """Make what the policy needs for a cluster."""

    def detach(self, ask: HookAsk) -> Step:
        """Remove what was made for a cluster, found by looking for it."""

    def strays(self, ask: HookAsk, since: float) -> Sequence[str]:
        """Return ids of what was made for the binding but isn't what it uses.

        ``since``: epoch seconds; what is older is left alone, as is what
        might be somebody else's. A binding that is gone keeps nothing
        (``data`` is empty): all that carries its mark is a stray. Of the cluster
        only the id is known.
        """

    def remove_stray(self, ask: HookAsk, object_id: str) -> None:
        """Ask for the removal of what ``strays`` has named."""

    def drain(self, ask: HookAsk) -> Step:
        """Send nothing new to the nodes that are about to go."""

    def leave(self, ask: HookAsk) -> Step:
        """Take the nodes out that are about to go."""

    def join(self, ask: HookAsk) -> Step:
        """Let exactly the nodes that stay be members, each as it should be."""

    def drifted(self, ask: HookAsk) -> str | None:
        """Tell in a sentence what ``join`` would change, None if nothing.

        Only looks.

        :raises CloudNotFound: when what has the members is gone.
        """


class Plain:
    """What a type says that decides nothing and makes nothing in the cloud."""

    #: What specs of the type may say.
    spec_schema: specs.Schema
    is_singleton = True
    has_hooks = False
    has_members = False
    targets: frozenset[Kind] = frozenset()
    is_sizing = False
    wants_places = False
    #: The profile types that its clusters may have; none means any.
    profile_types: tuple[str, ...] = ()

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(self.spec_schema)

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        :raises InvalidSpec: with the bare reason.
        """
        return specs.read_spec(self.spec_schema, spec, may_describe=True)

    def misfit(self, properties: Properties, profile_type: str) -> str | None:
        """Tell that the profile type isn't one of those that fit."""
        if not self.profile_types or profile_type in self.profile_types:
            return None
        return (
            f"Policy not applicable on profile type: {profile_type} "
            f"(applicable: {', '.join(self.profile_types)})."
        )

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Decide nothing."""
        return plan.Decision()

    def cooldown_s(self, properties: Properties, kind: Kind) -> int:
        """Let anything follow."""
        return 0

    def attach(self, ask: HookAsk) -> Step:
        """Do nothing."""
        return Done()

    def detach(self, ask: HookAsk) -> Step:
        """Do nothing."""
        return Done()

    def strays(self, ask: HookAsk, since: float) -> Sequence[str]:
        """Find nothing."""
        return ()

    def remove_stray(self, ask: HookAsk, object_id: str) -> None:
        """Do nothing."""

    def drain(self, ask: HookAsk) -> Step:
        """Do nothing."""
        return Done()

    def leave(self, ask: HookAsk) -> Step:
        """Do nothing."""
        return Done()

    def join(self, ask: HookAsk) -> Step:
        """Do nothing."""
        return Done()

    def drifted(self, ask: HookAsk) -> str | None:
        """Find nothing."""
        return None


def supported(since: str) -> Statuses:
    """Give the support of a version that was good from its beginning."""
    return [{"status": "SUPPORTED", "since": since}]


def experimental(since: str, supported_since: str = "") -> Statuses:
    """Give the support of a version that began as a trial.

    ``supported_since`` is the release that ended the trial, if one has.
    """
    trial = {"status": "EXPERIMENTAL", "since": since}
    return [trial, *(supported(supported_since) if supported_since else ())]


def too_small(
    values: Mapping[str, Any], least: Mapping[str, int], owner: str = ""
) -> str | None:
    """Tell which of some numbers is smaller than it may be, None if none is.

    ``least`` has the bounds by name; ``owner`` is the map that the values are
    in. Numbers that aren't given are fine.
    """
    where = f" for '{owner}'" if owner else ""
    for name, bound in least.items():
        value = values.get(name)
        if value is not None and value < bound:
            return f"the '{name}'{where} must be >= {bound}"
    return None
