"""What the verbs take and give.

The *record* is what a binding keeps of its load balancer: ``loadbalancer``,
``listener``, ``pool`` and ``healthmonitor`` (ids), ``vip_address``, and
``preexisting`` where the load balancer is the user's own.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import base as clouds
from senlin_like.drivers.turns import CloudWait, Turn

#: Tags of members: whose they are, and which node's.
BINDING_TAG = "cluster_policy_binding"
NODE_TAG = clouds.NODE_MARK

Record = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ask:
    """What a verb works with.

    ``mark`` is unique to the binding: its id. ``properties`` are the checked
    ones of the policy's spec, ``record`` is what the verbs said to keep.
    """

    cloud: clouds.Cloud
    mark: str
    cluster_name: str
    properties: Mapping[str, Any]
    record: Record
    turn: Turn


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """A node whose server is, or is to be, a member.

    ``member_id`` is what ``Done.members`` has once said of it.
    """

    node_id: str
    name: str
    server_id: str | None
    member_id: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Again:
    """The verb goes on when ``wait`` has ended; ``record`` is kept at once."""

    wait: CloudWait
    record: Record
    memo: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Done:
    """The verb has ended; ``record`` replaces what was kept.

    ``members``: member ids of nodes that are members now; ``failed``: why
    other nodes can't be. Both by node id.
    """

    record: Record
    members: Mapping[str, str] = dataclasses.field(default_factory=dict)
    failed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    reason: str = ""


Step = Again | Done


def binding_tag(mark: str) -> str:
    """Return the tag of all members that a binding has made."""
    return f"{BINDING_TAG}={mark}"


def node_tag(node_id: str) -> str:
    """Return the tag of a node's member."""
    return f"{NODE_TAG}={node_id}"
