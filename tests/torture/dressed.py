"""Clients whose clusters wear policies, are scaled by webhooks and wait for images.

process test: polls
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from senlin_like.operations import clusters, nodes, receivers
from tests.torture import workload
from tests.torture.keepers import Keeper
from tests.torture.triggers import Door
from tests.torture.wardrobe import HOOKS, SWITCHABLE, Garment, Wardrobe

#: How many of the clusters stop nodes before these go.
STOPS_FIRST = 0.3
SCALINGS = ("CLUSTER_SCALE_OUT", "CLUSTER_SCALE_IN")
#: Nodes in no cluster that a client has at most.
SPARES = 2


@dataclasses.dataclass(kw_only=True)
class Outfit:
    """What a cluster wears, and is still to get."""

    worn: list[Garment] = dataclasses.field(default_factory=list)
    coming: list[Garment] = dataclasses.field(default_factory=list)
    hooks: list[str] = dataclasses.field(default_factory=list)
    #: Names of actions that are to have a webhook.
    wanted_hooks: list[str] = dataclasses.field(default_factory=list)
    profile: int = 0


class DressedClient(workload.Client):
    """A client that asks for all that policies have a say in, too."""

    most = 5

    def __init__(
        self, *given: object, wardrobe: Wardrobe, door: Door, profiles: list[str]
    ) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.wardrobe = wardrobe
        self.door = door
        self.profiles = profiles
        self.keeper = Keeper(self.deps, self.ctx, self.dice)
        self._outfits: dict[str, Outfit] = {}
        #: Nodes that are in no cluster, or soon will be.
        self._spares: list[str] = []

    def promised(self) -> set[str]:
        """Add what aggregates were asked for, where the rest of a move was refused."""
        return super().promised() | set(self.keeper.promised)

    def _choose(self) -> Callable[[str], str | None]:
        """Dress first, most of the time; then anything."""
        if self._undressed() and self.dice.random() < 0.6:
            return self._dress
        moves = [
            (self._scale_by_policy, 4),
            (self._resize, 3),
            (self._scale, 2),
            (self._update, 2),
            (self._delete_cluster, 1),
            (self._delete_node, 2),
            (self._drop_node, 2),
            (self._check, 1),
            (self._recover, 1),
            (self._recover_cluster, 1),
            (self._replace, 2),
            (self._detach, 2),
            (self._switch, 1),
            (self._cancel, 1),
            *([(self._trigger, 6)] if self.wardrobe.has_webhooks else []),
        ]
        if self.wardrobe.has_aggregates:
            moves += [(self._grow_warm, 3), (self._update_warm, 1)]
            moves += self.keeper.moves()
        return self.dice.choices(
            [move for move, _ in moves], [weight for _, weight in moves]
        )[0]

    def _undressed(self) -> list[str]:
        return [
            name
            for name in self._names
            if self._outfits[name].coming or self._outfits[name].wanted_hooks
        ]

    def _create(self, name: str) -> str:
        made = super()._create(name)
        outfit = Outfit(coming=self.wardrobe.choose(self.dice))
        if self.wardrobe.has_webhooks and outfit.coming:
            outfit.wanted_hooks = list(SCALINGS)
        self._outfits[self._names[-1]] = outfit
        return made

    def _more(self) -> dict[str, Any]:
        """Let some clusters stop their nodes before these go, if hooks know of it."""
        if HOOKS not in self.wardrobe.sets or self.dice.random() >= STOPS_FIRST:
            return {}
        return {"config": {"cluster.stop_node_before_delete": True}}

    def _dress(self, _name: str) -> str | None:
        """Make the next webhook, or attach the next policy, of some cluster."""
        name = self.dice.choice(self._undressed())
        outfit = self._outfits[name]
        if outfit.wanted_hooks:
            body = {
                "name": f"{name}-{len(outfit.hooks)}",
                "type": "webhook",
                "cluster_id": name,
                "action": outfit.wanted_hooks[0],
                "params": {},
            }
            made = receivers.create(self.deps, self.ctx, body)
            outfit.hooks.append(str(made["id"]))
            del outfit.wanted_hooks[0]
            return None
        action = self._ask(name, "policy_attach", policy_id=outfit.coming[0].id)
        outfit.worn.append(outfit.coming.pop(0))
        return action

    def _scale_by_policy(self, name: str) -> str:
        """Let the policies say by how much."""
        return self._ask(name, self.dice.choice(["scale_in", "scale_out"]))

    def _trigger(self, name: str) -> str | None:
        hooks = self._outfits[name].hooks
        if not hooks:
            return None
        answered = self.door.trigger(self.dice.choice(hooks))
        if answered.status >= 500:
            self.refused[f"webhook {answered.status}"] += 1
        return answered.action

    def _grow_warm(self, name: str) -> str:
        """Let a cluster grow when its image is on the hosts of an aggregate."""
        aggregate = {"precache_aggregate": self.keeper.some()}
        if self.dice.random() < 0.3:
            number = self.dice.randint(1, 2)
            change = {"adjustment_type": "CHANGE_IN_CAPACITY", "number": number}
            return self._ask(name, "resize", **change, **aggregate)
        return self._ask(name, "scale_out", count=1, **aggregate)

    def _update_warm(self, name: str) -> str:
        return self._update(name, precache_aggregate=self.keeper.some())

    def _update(self, name: str, **more: str) -> str:
        """Give a cluster the other profile."""
        outfit = self._outfits[name]
        following = (outfit.profile + 1) % len(self.profiles)
        body = {"profile_id": self.profiles[following], **more}
        action = clusters.update(self.deps, self.ctx, name, body).action_id
        outfit.profile = following
        return str(action)

    def _drop_node(self, name: str) -> str | None:
        """Take a node out of its cluster; policies say whether it stays."""
        node = self._a_node(name)
        return node and self._ask(
            name, "del_nodes", nodes=[node], destroy_after_deletion=True
        )

    def _replace(self, name: str) -> str | None:
        """Let a node take the place of another one; first have some to spare."""
        if not self._spares or len(self._spares) > SPARES:
            return self._settle_spares()
        spare = self._spares.pop(0)
        node = self._a_node(name)
        if node is None:
            return None
        action = self._ask(name, "replace_nodes", nodes={node: spare})
        self._spares.append(node)
        return action

    def _settle_spares(self) -> str:
        """Make a node that is in no cluster, or delete one where there are many."""
        if self._spares:
            spare = self._spares.pop(0)
            return nodes.delete(self.deps, self.ctx, spare, force=False)
        self._made += 1
        name = f"{self.name}-spare-{self._made}"
        body = {"name": name, "profile_id": self.profile}
        made = nodes.create(self.deps, self.ctx, body)
        self._spares.append(str(made.record["id"]))
        return made.action_id

    def _recover_cluster(self, name: str) -> str:
        return self._ask(name, "recover", check=True)

    def _detach(self, name: str) -> str | None:
        """Take a policy away; it comes back later."""
        outfit = self._outfits[name]
        if not outfit.worn:
            return None
        garment = self.dice.choice(outfit.worn)
        action = self._ask(name, "policy_detach", policy_id=garment.id)
        outfit.worn.remove(garment)
        outfit.coming.append(garment)
        return action

    def _switch(self, name: str) -> str | None:
        """Switch a policy off or on."""
        worn = [
            one
            for one in self._outfits[name].worn
            if one.kind in SWITCHABLE and one.name != "listen"
        ]
        if not worn:
            return None
        return self._ask(
            name,
            "policy_update",
            policy_id=self.dice.choice(worn).id,
            enabled=self.dice.random() < 0.7,
        )
