"""Steps that work on a policy of a cluster: what its type makes in the cloud."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import bindings, cluster_state, node_state, policy_strays
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain import actions, binding_data
from senlin_like.drivers import turns
from senlin_like.flows import fence
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster
from senlin_like.flows.tasks.turns import Account
from senlin_like.flows.workbench import PolicyRecipe, Recipe, Workbench
from senlin_like.policies import base as policies

Verb = Callable[[PolicyRecipe, policies.HookAsk], policies.Step]


class BindingWork:
    """A policy of an action's cluster, as its steps see it; read for each turn."""

    def __init__(self, run: Run, bench: Workbench) -> None:
        self.run = run
        self.bench = bench
        self.cluster_id = run.facts.cluster_id or run.facts.target
        #: Calls of the cloud in this turn.
        self.calls = 0
        #: The row of the policy at work, and where things are that it has made.
        self.found: Any = None
        self.region: str | None = None

    def call(
        self, verb: Verb, policy_id: str, turn: turns.Turn, **changes: Any
    ) -> policies.Step:
        """Let a verb of the policy's type take a turn; types without hooks don't.

        ``changes`` replace what the verb is asked with.

        :raises Refused: when cluster or policy are gone.
        :raises TrustNotFound: when the owner's permission can't be used.
        """
        if self.find(policy_id) is None:
            raise Refused(f"The policy '{policy_id}' is not attached any more.")
        return self.take(verb, turn, **changes)

    def find(self, policy_id: str) -> Any:
        """Take a policy in hand: return its row, None if it isn't there."""
        self.found = self.run.read(
            lambda session: bindings.load(session, self.cluster_id, policy_id)
        )
        return self.found

    def take(self, verb: Verb, turn: turns.Turn, **changes: Any) -> policies.Step:
        """Let a verb take a turn with the policy in hand; as ``call``."""
        recipe = recipe_of(self.bench, self.found)
        if not recipe.type.has_hooks:
            return policies.Done()
        return verb(recipe, dataclasses.replace(self._ask(recipe, turn), **changes))

    def _ask(self, recipe: PolicyRecipe, turn: turns.Turn) -> policies.HookAsk:
        owner, profile = self._owner()
        nodes = self.run.read(lambda session: node_state.with_data(session, owner.id))
        self.calls = 0
        data = data_of(self.run, self.found)
        self.region = binding_data.region_of(data, profile.region)
        cloud = self.bench.cloud(owner.user, owner.project, self.region)
        return policies.HookAsk(
            cloud=fence.fenced(cloud, self._before_call),
            binding_id=self.found.id,
            policy_id=self.found.policy_id,
            data=binding_data.of_type(data),
            properties=recipe.properties,
            cluster=policies.ClusterFacts(
                id=owner.id,
                name=owner.name,
                profile_type=owner.profile_type,
                profile_properties=profile.properties,
                data=owner.data or {},
                nodes=[facts_of(node) for node in nodes],
            ),
            turn=turn,
        )

    def _owner(self) -> tuple[Any, Recipe]:
        """Return the cluster's row and its profile.

        :raises Refused: when the cluster is gone.
        """

        def read(session: Session) -> tuple[Any, Any]:
            row = cluster_state.load(session, self.cluster_id)
            if row is None:
                raise cluster.gone(self.run)
            return row, node_state.profile(session, row.profile_id)

        row, profile = self.run.read(read)
        return row, self.bench.recipe(row.profile_id, profile.type, profile.sealed_spec)

    def _before_call(self) -> None:
        self.run.check_lease()
        self.calls += 1

    def account(self) -> Account:
        """Tell as whom the cloud is asked: as the cluster's owner.

        A turn has to have been taken, for the region is that of its policy.
        """
        owner, profile = self._owner()
        region = profile.region if self.found is None else self.region
        return Account(project=owner.project, user=owner.user, region=region)

    def result(self, answer: turns.Ended) -> dict[str, Any]:
        """Return what the journal keeps of the end of a verb."""
        return {"reason": answer.reason}

    def doubt(self) -> Save | None:
        """Return what watches for an object that may still be made for the policy."""
        run = self.run
        if run.facts.kind not in actions.FURNISHING:
            return None
        return lambda session: policy_strays.remember(
            session, [run.facts.id], run.ties.stray_watch_s
        )

    def saved(self, answer: turns.Ended | turns.Waits) -> Save | None:
        """Return what writes the rows that an answer changes."""
        assert isinstance(answer, policies.Done | policies.Again)  # noqa: S101
        patch = answer.patch
        if not (patch.data or patch.cluster or patch.nodes):
            return None
        run, binding = self.run, self.found
        region = self.region

        def save(session: Session) -> None:
            if patch.cluster:
                cluster_state.merge_data(session, binding.cluster_id, patch.cluster)
            for node_id in sorted(patch.nodes):
                node_state.merge_data(session, node_id, patch.nodes[node_id])
            if patch.data:
                data = data_of(run, binding)
                kept = binding_data.changed(data, patch.data, region)
                sealed = run.deps.db.vault.seal(kept)
                bindings.change(session, binding.id, {"sealed_data": sealed})

        return save


def recipe_of(bench: Workbench, binding: Any) -> PolicyRecipe:
    """Return the policy of a binding's row."""
    return bench.policy(binding.policy_id, binding.policy_type, binding.sealed_spec)


def has_hooks(bench: Workbench, binding: Any) -> bool:
    """Tell whether a policy may have made something.

    One whose type isn't installed any more can't be asked to remove it.
    """
    try:
        return recipe_of(bench, binding).type.has_hooks
    except exceptions.NotFound:
        return False


def data_of(run: Run, binding: Any) -> Mapping[str, Any]:
    """Return what a binding keeps, unsealed; see ``domain.binding_data``."""
    sealed = binding.sealed_data
    data: Mapping[str, Any] = run.deps.db.vault.unseal(sealed) if sealed else {}
    return data


def facts_of(node: Any) -> policies.NodeFacts:
    """Return what a hook may know of a node, from ``node_state.with_data``."""
    return policies.NodeFacts(
        id=node.id,
        name=node.name,
        physical_id=node.physical_id,
        status=node.status,
        data=node.data or {},
    )


def attach(recipe: PolicyRecipe, ask: policies.HookAsk) -> policies.Step:
    """Make what a policy needs."""
    return recipe.type.attach(ask)


def detach(recipe: PolicyRecipe, ask: policies.HookAsk) -> policies.Step:
    """Remove what was made for a policy."""
    return recipe.type.detach(ask)
