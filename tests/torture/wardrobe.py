"""The profiles and policies of the torture's clusters, and who wears which."""

import argparse
import dataclasses
import random
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.context import RequestContext
from senlin_like.operations import policies, profiles
from senlin_like.operations.deps import Deps
from tests.torture import ushers

WEBHOOKS = "webhooks"
HEALTH = "health"
BALANCING = "balancing"
HOOKS = "hooks"
AGGREGATES = "aggregates"
#: Kinds of the same type of policy, of which a cluster has one.
RIVALS = ("deletion", HOOKS)
#: Stands for an address that is known when the torture has begun.
EAR = "http://ear/"

_SUBNET = {"subnet": "private-subnet"}
_UNLIMITED = {"max_unhealthy_percent": 100, "max_repairs_in_flight": 2}


def _scaling(event: str, cooldown_s: int) -> dict[str, Any]:
    adjustment = {"number": 1, "best_effort": True, "cooldown": cooldown_s}
    return {"event": event, "adjustment": adjustment}


def _health(mode: str, operation: str, **limits: int) -> dict[str, Any]:
    return {
        "detection": {
            "detection_modes": [{"type": mode}],
            "interval": 2,
            "node_update_timeout": 2,
        },
        "recovery": {"actions": [{"name": operation}], **limits},
    }


def _hooked(timeout_s: int, **properties: Any) -> dict[str, Any]:
    """Give a deletion policy that is told by a queue."""
    hook = {"type": "zaqar", "timeout": timeout_s, "params": {"queue": "going"}}
    return {"hooks": hook, **properties}


def _called(timeout_s: int, **properties: Any) -> dict[str, Any]:
    """Give a deletion policy that is told by a webhook."""
    hook = {"type": "webhook", "timeout": timeout_s, "params": {"url": EAR}}
    return {"hooks": hook, **properties}


#: Kind → sets of policies of which a cluster wears one: name, type, properties.
Set = Mapping[str, tuple[str, dict[str, Any]]]
SETS: Mapping[str, Sequence[Set]] = {
    "scaling": [
        {
            "more": ("scaling-1.0", _scaling("CLUSTER_SCALE_OUT", 4)),
            "less": ("scaling-1.0", _scaling("CLUSTER_SCALE_IN", 3)),
        }
    ],
    HEALTH: [
        {"heal": ("health-1.3", _health("NODE_STATUS_POLLING", "RECREATE"))},
        {
            "renew": (
                "health-1.3",
                _health("NODE_STATUS_POLLING", "RECREATE", **_UNLIMITED),
            )
        },
        {
            "listen": (
                "health-1.3",
                _health("LIFECYCLE_EVENTS", "RECREATE", **_UNLIMITED),
            )
        },
        {
            "rebuild": (
                "health-1.3",
                _health("NODE_STATUS_POLLING", "REBUILD", **_UNLIMITED),
            )
        },
    ],
    "deletion": [
        {"old": ("deletion-1.0", {"criteria": "OLDEST_FIRST", "grace_period": 1})},
        {"young": ("deletion-1.0", {"criteria": "YOUNGEST_FIRST"})},
        {"free": ("deletion-1.0", {"destroy_after_deletion": False})},
    ],
    HOOKS: [
        {"told": ("deletion-1.1", _hooked(ushers.TIMEOUT_S))},
        {"warned": ("deletion-1.1", _hooked(0, criteria="OLDEST_FIRST"))},
        {"called": ("deletion-1.1", _called(ushers.TIMEOUT_S))},
        {
            "released": (
                "deletion-1.1",
                _called(ushers.TIMEOUT_S, destroy_after_deletion=False),
            )
        },
    ],
    "batch": [
        {
            "batch": (
                "batch-1.0",
                {"min_in_service": 1, "max_batch_size": 1, "pause_time": 1},
            )
        },
        {"pairs": ("batch-1.0", {"max_batch_size": 2, "pause_time": 0})},
    ],
    "affinity": [
        {
            "apart": (
                "affinity-1.0",
                {"servergroup": {"policies": "soft-anti-affinity"}},
            )
        }
    ],
    "zones": [
        {"zones": ("zone_placement-1.0", {"zones": [{"name": n} for n in zones]})}
        for zones in (("nova", "ZONE1"),)
    ],
    BALANCING: [
        {
            "balance": (
                "loadbalance-1.3",
                {"pool": _SUBNET, "vip": _SUBNET, "lb_status_timeout": 60},
            )
        },
        {
            "monitor": (
                "loadbalance-1.3",
                {
                    "pool": _SUBNET,
                    "vip": _SUBNET,
                    "health_monitor": {"type": "TCP"},
                    "lb_status_timeout": 60,
                },
            )
        },
    ],
}
KINDS = (*SETS, WEBHOOKS, AGGREGATES)
#: What may be switched off and on without anything being made up for.
SWITCHABLE = frozenset({"scaling", HEALTH, "batch"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Garment:
    """A stored policy."""

    kind: str
    name: str
    id: str
    properties: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wardrobe:
    """All stored policies by kind; each item of a kind is worn as a whole."""

    sets: Mapping[str, Sequence[Sequence[Garment]]]
    has_webhooks: bool
    has_aggregates: bool
    share: float

    def everything(self) -> dict[str, Garment]:
        """Return all policies by id."""
        return {
            one.id: one for of in self.sets.values() for items in of for one in items
        }

    def choose(self, dice: random.Random) -> list[Garment]:
        """Choose what a new cluster wears; nothing for some of them."""
        if not self.sets or dice.random() >= self.share:
            return []
        kinds = [kind for kind in self.sets if dice.random() < 0.5]
        kinds = kinds or [dice.choice(list(self.sets))]
        if all(rival in kinds for rival in RIVALS):
            kinds.remove(dice.choice(RIVALS))
        return [one for kind in kinds for one in dice.choice(self.sets[kind])]


def fill(
    deps: Deps, ctx: RequestContext, arguments: argparse.Namespace, ear: str
) -> Wardrobe:
    """Store the policies of those kinds that are asked for.

    ``ear`` is the address of webhooks that are told of nodes.
    """
    kinds = arguments.kinds
    stored = {
        kind: [
            [
                _store(deps, ctx, kind, name, *_heard(one, ear))
                for name, one in items.items()
            ]
            for items in SETS[kind]
        ]
        for kind in kinds
        if kind in SETS
    }
    return Wardrobe(
        sets=stored,
        has_webhooks=WEBHOOKS in kinds,
        has_aggregates=AGGREGATES in kinds,
        share=arguments.share,
    )


def store_profile(deps: Deps, ctx: RequestContext, name: str, flavor: str) -> str:
    """Store a profile of servers; returns its id."""
    spec = {
        "type": "os.nova.server",
        "version": "1.0",
        "properties": {
            "flavor": flavor,
            "image": "cirros-0.4.0-x86_64-disk",
            "networks": [{"network": "private"}],
            "metadata": {"release": name},
        },
    }
    made = profiles.create(deps, ctx, name=name, spec=spec, metadata={})
    return str(made["id"])


def _heard(item: tuple[str, dict[str, Any]], ear: str) -> tuple[str, dict[str, Any]]:
    """Return a type and its properties with the address that is known now."""
    of, properties = item
    hook = properties.get("hooks", {})
    if hook.get("type") != "webhook":
        return item
    return of, {**properties, "hooks": {**hook, "params": {"url": ear}}}


def _store(
    deps: Deps,
    ctx: RequestContext,
    kind: str,
    name: str,
    type_: str,
    properties: Mapping[str, Any],
) -> Garment:
    of, _, version = type_.partition("-")
    spec = {
        "type": f"senlin.policy.{of}",
        "version": version,
        "properties": dict(properties),
    }
    made = policies.create(deps, ctx, name=name, spec=spec)
    return Garment(kind=kind, name=name, id=str(made["id"]), properties=properties)
