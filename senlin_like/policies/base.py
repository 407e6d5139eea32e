"""The interface of policy types.

A policy type answers with values and asks nobody: what its spec says, what is
wrong with it, and what it names in the cloud. Who asks looks those things up.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

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


class PolicyType(Protocol):
    """A type of policies; one instance serves all policies of the type.

    All versions of a type have one schema: a version is a label that says
    since when something is there.
    """

    #: Type name without version, as ``senlin.policy.scaling``.
    name: str
    #: The versions that there are, and how far each is supported.
    support: Mapping[str, Statuses]

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
