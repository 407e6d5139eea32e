"""Clients who ask for this and that, each of clusters of its own.

process test: polls
"""

import collections
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db.models import Node
from senlin_like.operations import (
    actions,
    cluster_actions,
    clusters,
    node_actions,
    nodes,
)
from senlin_like.operations.deps import Deps
from tests.torture import checks

CLUSTERS = 3
MIN, MAX = 1, 6


class Client(threading.Thread):
    """One client. ``accepted`` are the ids of the actions that it was promised."""

    #: How many clusters it has before it asks for anything else.
    most = CLUSTERS
    #: By how much it is slower than usual.
    pace = 1.0

    def __init__(
        self,
        deps: Deps,
        ctx: RequestContext,
        profile: str,
        number: int,
        seed: int,
        stop: threading.Event,
    ) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.deps = deps
        self.profile = profile
        self.ctx = ctx
        self.dice = random.Random(f"{seed}-{number}")
        self.stopping = stop
        self.accepted: list[str] = []
        self.refused: collections.Counter[str] = collections.Counter()
        self.asked: collections.Counter[str] = collections.Counter()
        self.surprises: list[str] = []
        self.nodes_seen: set[str] = set()
        self._made = 0
        self._names: list[str] = []

    def run(self) -> None:
        while not self.stopping.is_set():
            self.ask_once()
            time.sleep(self.dice.uniform(0.05, 0.4) * self.pace)

    def ask_once(self) -> None:
        """Ask for something, whatever comes."""
        has_enough = len(self._names) >= self.most
        what = self._choose() if has_enough else self._create
        name = self.dice.choice(self._names) if self._names else ""
        self.asked[what.__name__.strip("_")] += 1
        try:
            action_id = what(name)
        except exceptions.ServiceUnavailable as error:
            self.refused[type(error).__name__] += 1
        except exceptions.Error as error:
            self.refused[type(error).__name__] += 1
        except Exception as error:  # noqa: BLE001 - is told at the end
            self.surprises.append(f"{what.__name__}: {error!r}"[:500])
        else:
            if action_id is not None:
                self.accepted.append(action_id)

    def promised(self) -> set[str]:
        """Return the ids of all actions that it was promised, when it has ended."""
        return set(self.accepted)

    def _choose(self) -> Callable[[str], str | None]:
        return self.dice.choices(
            [
                self._scale,
                self._resize,
                self._delete_cluster,
                self._delete_node,
                self._check,
                self._recover,
                self._cancel,
            ],
            [5, 4, 1, 3, 1, 2, 1],
        )[0]

    def _create(self, _name: str) -> str:
        self._made += 1
        name = f"{self.name}-{self._made}"
        body = {
            "name": name,
            "profile_id": self.profile,
            "desired_capacity": self.dice.randint(MIN, 4),
            "min_size": MIN,
            "max_size": MAX,
            **self._more(),
        }
        made = clusters.create(self.deps, self.ctx, body).action_id
        self._names.append(name)
        return made

    def _more(self) -> dict[str, Any]:
        """Return what else a new cluster is asked for with."""
        return {}

    def _ask(self, cluster: str, name: str, **params: object) -> str:
        return cluster_actions.ask(self.deps, self.ctx, cluster, name, params)

    def _scale(self, name: str) -> str:
        way = self.dice.choice(["scale_in", "scale_out"])
        return self._ask(name, way, count=self.dice.randint(1, 2))

    def _resize(self, name: str) -> str:
        number = self.dice.randint(MIN, MAX)
        return self._ask(
            name, "resize", adjustment_type="EXACT_CAPACITY", number=number
        )

    def _delete_cluster(self, name: str) -> str:
        made = clusters.delete(
            self.deps, self.ctx, name, force=self.dice.random() < 0.5
        )
        self._names.remove(name)
        return made

    def _a_node(self, name: str) -> str | None:
        with self.deps.db.reader() as session:
            known = clusters.clusters.get(session, self.ctx, name)
        members = sorted(
            row.id
            for row in checks.rows(self.deps.db, Node)
            if row.id in known["nodes"]
        )
        self.nodes_seen |= set(members)
        return self.dice.choice(members) if members else None

    def _delete_node(self, name: str) -> str | None:
        node = self._a_node(name)
        return node and nodes.delete(self.deps, self.ctx, node, force=False)

    def _check(self, name: str) -> str:
        return self._ask(name, "check")

    def _recover(self, name: str) -> str | None:
        node = self._a_node(name)
        return node and node_actions.ask(self.deps, self.ctx, node, "recover", {})

    def _cancel(self, _name: str) -> None:
        if self.accepted:
            actions.cancel(
                self.deps,
                self.ctx,
                self.dice.choice(self.accepted[-20:]),
                force=self.dice.random() < 0.3,
            )
