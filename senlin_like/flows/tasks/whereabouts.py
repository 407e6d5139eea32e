"""Where members are, for policies that count them by place.

Only what a policy has chosen is in a node's data. Else the node is where its
profile says, and where that says nothing, in the region of all such accounts.
"""

import dataclasses
from collections.abc import Collection, Iterable, Sequence

from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain.selection import Candidate
from senlin_like.flows.run import Run
from senlin_like.flows.workbench import PolicyRecipe, Recipe, Workbench
from senlin_like.policies.references import Kind


def kinds(recipes: Iterable[PolicyRecipe]) -> frozenset[Kind]:
    """Return the kinds of places that policies count members by."""
    return frozenset(
        one.kind
        for recipe in recipes
        if recipe.type.wants_places
        for one in recipe.type.references(recipe.properties)
    )


def fill_in(
    run: Run,
    bench: Workbench,
    session: Session,
    members: Sequence[Candidate],
    wanted: Collection[Kind],
) -> list[Candidate]:
    """Return the members with the places that their data doesn't tell.

    Costs a statement if there are such members.
    """
    unknown = {node.profile_id for node in members if _lacks(node, wanted)}
    if not unknown:
        return list(members)
    recipes = {
        row.id: bench.recipe(row.id, row.type, row.sealed_spec)
        for row in node_state.profiles(session, unknown)
    }
    default = run.deps.settings.region or run.deps.driver.region
    return [
        _placed(node, recipes[node.profile_id], default)
        if node.profile_id in recipes
        else node
        for node in members
    ]


def _lacks(node: Candidate, wanted: Collection[Kind]) -> bool:
    return (Kind.REGIONS in wanted and node.region is None) or (
        Kind.ZONES in wanted and node.zone is None
    )


def _placed(node: Candidate, recipe: Recipe, default: str | None) -> Candidate:
    return dataclasses.replace(
        node,
        region=node.region or recipe.region or default,
        zone=node.zone or recipe.properties.get("availability_zone"),
    )
