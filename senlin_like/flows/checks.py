"""Asks the policies of a cluster before an action begins, and tells them after.

The one place where flows meet policies. They are asked under the cluster's lock,
in the transaction that writes the decision down, and only about actions that
their types are for; a cluster without policies costs one statement. What they
have decided, and said, is kept in the action's data for its owner.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from senlin_like.db import bindings, cluster_state, node_state
from senlin_like.db.session import Session
from senlin_like.domain import binding_data, capacity, plan
from senlin_like.domain.enums import Kind
from senlin_like.domain.selection import Candidate
from senlin_like.flows import lifecycle
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import (
    batches,
    binding,
    cluster,
    members,
    places,
    whereabouts,
)
from senlin_like.flows.workbench import PolicyRecipe, Recipe, Workbench

#: Ids of bindings under which an action scales; a key of its data.
_SCALED_UNDER = "scaled_under"


class Council:
    """The policies of a cluster that are asked about an action."""

    def __init__(self, run: Run, bench: Workbench, session: Session, row: Any) -> None:
        """Call the policies together; ``row`` is the cluster's, locked."""
        self.run = run
        self.bench = bench
        self.row = row
        self._session = session
        kind = run.facts.kind
        found = [
            (one, binding.recipe_of(bench, one))
            for one in bindings.asked(session, row.id)
        ]
        _note_members(run, found)
        self._asked: list[tuple[Any, PolicyRecipe]] = [
            (one, recipe) for one, recipe in found if kind in recipe.type.targets
        ]
        self._members: list[Candidate] | None = None
        self._places: Mapping[str, frozenset[str]] = {}

    def __bool__(self) -> bool:
        """Tell whether there is anybody to be asked."""
        return bool(self._asked)

    @property
    def members(self) -> list[Candidate]:
        """Return the members that the action finds, with their places if asked for."""
        if self._members is None:
            kinds = whereabouts.kinds(recipe for _, recipe in self._asked)
            found = cluster.members(
                self.run, self._session, self.row.id, with_places=bool(kinds)
            )
            self._members = whereabouts.fill_in(
                self.run, self.bench, self._session, self._but_newcomer(found), kinds
            )
        return self._members

    def size(self, count: int | None) -> plan.Decision:
        """Ask how many nodes come or go; ``count`` is what the request says.

        :raises Refused: when a policy says no.
        """
        sizing = [one for one in self._asked if one[1].type.is_sizing]
        if sizing:
            # They hear of it when the action has ended.
            self.run.data[_SCALED_UNDER] = [one.id for one, _ in sizing]
        ask = plan.Ask(kind=self.run.facts.kind, count=count)
        return self._decide(sizing, ask)

    def decide(
        self,
        *,
        create: int = 0,
        delete: int = 0,
        candidates: Sequence[str] = (),
        decided: plan.Decision | None = None,
    ) -> plan.Decision:
        """Ask which nodes and where, once it is settled how many.

        :raises Refused: when a policy says no.
        :raises Postponed: when the cloud has to be asked before.
        """
        others = [one for one in self._asked if not one[1].type.is_sizing]
        if create > 0:
            recipes = [recipe for _, recipe in others]
            self._places = places.known(
                self.run, self.bench, self._session, self.row, recipes
            )
        ask = plan.Ask(
            kind=self.run.facts.kind,
            create=create,
            delete=delete,
            candidates=tuple(candidates),
            decided=decided or plan.Decision(),
            chance=self.run.deps.chance,
        )
        return self._decide(others, ask)

    def portion(self, part: str, decided: plan.Decision, ids: Iterable[str]) -> None:
        """Keep in the action's data which nodes are at work together, if it matters."""
        if decided.batches is not None:
            batches.keep(self.run, part, decided.batches, self.members, ids)

    def _decide(
        self, asked: Sequence[tuple[Any, PolicyRecipe]], ask: plan.Ask
    ) -> plan.Decision:
        if not asked:
            return ask.decided
        run = self.run
        facts = self._facts()
        advisers = [
            plan.Adviser(policy=self._policy(*one, facts), decide=one[1].type.decide)
            for one in asked
        ]
        answer = plan.decide(advisers, facts, ask)
        if isinstance(answer, capacity.Refusal):
            run.data |= {"status": "ERROR", "reason": answer.reason}
            is_node = run.facts.kind.startswith("NODE_")
            prefix = "Policy check" if is_node else "Policy check failure"
            raise Refused(f"{prefix}: {answer.reason}")
        said = [
            {"policy": one.policy, "reasons": list(one.reasons)}
            for one in answer.said
            if one.reasons
        ]
        run.data |= {"status": "OK", "policies": run.data.get("policies", []) + said}
        return answer.decision

    def _policy(
        self, row: Any, recipe: PolicyRecipe, facts: plan.Facts
    ) -> plan.Attached:
        kept = binding.data_of(self.run, row)
        return plan.Attached(
            id=row.id,
            policy_id=row.policy_id,
            name=row.policy_name,
            type=row.policy_type,
            priority=row.priority,
            properties=recipe.properties,
            data=binding_data.of_type(kept),
            region=binding_data.region_of(kept, facts.region) or self._usual_region(),
            last_op=row.last_op,
        )

    def _facts(self) -> plan.Facts:
        run = self.run
        recipe = self._recipe_of_new()
        is_alone = run.facts.kind is Kind.NODE_CREATE and recipe is not None
        region = recipe.region if recipe is not None else None
        zone = recipe.properties.get("availability_zone") if recipe is not None else ""
        return plan.Facts(
            members=tuple(self.members),
            sizes=cluster_state.sizes_of(self.row),
            max_nodes=run.deps.settings.max_nodes_per_cluster,
            now=run.deps.clock(),
            region=region or self._usual_region(),
            has_zone=is_alone and bool(zone),
            has_region=is_alone and region is not None,
            zones=self._places.get("zones"),
            regions=self._places.get("regions"),
        )

    def _recipe_of_new(self) -> Recipe | None:
        """Return the profile of new nodes, None if it doesn't matter.

        It does for a node that is made alone, and for policies that have made
        something where it may not be found.
        """
        if self.run.facts.kind is Kind.NODE_CREATE:
            row = node_state.load(self._session, self.run.facts.target)
            if row is None:
                return None
            return self.bench.recipe(row.profile_id, row.profile_type, row.sealed_spec)
        if not any(recipe.type.has_hooks for _, recipe in self._asked):
            return None
        profile: Any = node_state.profile(self._session, self.row.profile_id)
        return self.bench.recipe(self.row.profile_id, profile.type, profile.sealed_spec)

    def _usual_region(self) -> str | None:
        """Return the region of profiles that name none."""
        return self.run.deps.settings.region or self.run.deps.driver.region

    def _but_newcomer(self, found: Sequence[Candidate]) -> list[Candidate]:
        """Leave out a node that is being made: it is a member in name only."""
        facts = self.run.facts
        is_coming = facts.kind is Kind.NODE_CREATE
        return [node for node in found if not is_coming or node.id != facts.target]


def note_members(run: Run, bench: Workbench, session: Session, cluster_id: str) -> None:
    """Keep in the action's data which policy has the nodes as members."""
    found = bindings.asked(session, cluster_id)
    _note_members(run, [(one, binding.recipe_of(bench, one)) for one in found])


def _note_members(run: Run, found: Sequence[tuple[Any, PolicyRecipe]]) -> None:
    """Note a policy: one at most, as a cluster has one of such a type."""
    for one, recipe in found:
        if recipe.type.has_members:
            run.data[members.BALANCED_BY] = one.policy_id


def keep_creation(run: Run, count: int, decided: plan.Decision) -> None:
    """Keep in the action's data how many nodes are made, and where."""
    creation: dict[str, Any] = {"count": count}
    run.data["creation"] = creation | _shares(decided)
    if decided.places:
        placements = [placement_of(place) for place in decided.places[:count]]
        run.data["placement"] = {"count": count, "placements": placements}


def keep_deletion(
    run: Run, chosen: Mapping[str, str | None], decided: plan.Decision
) -> None:
    """Keep in the action's data which nodes go, why, and how.

    ``chosen``: node id → the reason why it was chosen, None if it was named.
    """
    deletion: dict[str, Any] = {"count": len(chosen), "candidates": list(chosen)}
    reasons = {node_id: why for node_id, why in chosen.items() if why is not None}
    if reasons:
        deletion["reasons"] = reasons
    removal = decided.removal
    if removal is not None:
        deletion |= {
            "destroy_after_deletion": removal.destroy,
            "grace_period": removal.grace_s,
            "reduce_desired_capacity": removal.reduces_desired,
        }
        lifecycle.keep(run, removal.hook)
    run.data["deletion"] = deletion | _shares(decided)


def _shares(decided: plan.Decision) -> dict[str, Any]:
    shares = {"regions": decided.regions, "zones": decided.zones}
    return {key: dict(share) for key, share in shares.items() if share is not None}


def placement_of(place: plan.Place) -> dict[str, str]:
    """Return a place in the words of a node's data."""
    words = {
        "region_name": place.region,
        "zone": place.zone,
        "servergroup": place.group,
    }
    return {key: value for key, value in words.items() if value}


def destroys(run: Run, default: bool) -> bool:
    """Tell whether nodes that go are destroyed; ``default`` if no policy says."""
    return bool(run.data.get("deletion", {}).get("destroy_after_deletion", default))


def reduces_desired(run: Run) -> bool:
    """Tell whether fewer nodes are wanted when nodes have gone."""
    return bool(run.data.get("deletion", {}).get("reduce_desired_capacity", True))


def after(run: Run, session: Session) -> None:
    """Tell the policies that an action has ended, whichever way.

    Runs in the transaction that ends it. An action that was refused changes
    nothing here either.
    """
    scaled_under = run.data.get(_SCALED_UNDER)
    if scaled_under and run.is_done("Begin"):
        bindings.mark_scaled(session, scaled_under, run.deps.clock())
