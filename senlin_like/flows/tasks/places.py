"""What zones and regions can be used now, for policies that choose among them.

Policies are asked in the transaction that writes their decision down, where the
cloud can't be asked. So when a policy has to know, nothing is decided: the action
is given back with what has to be looked at, looks at it, and decides then.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.flows import fence
from senlin_like.flows.outcomes import Done, Outcome, Park, Postponed, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.workbench import PolicyRecipe, Workbench
from senlin_like.policies.references import Kind

_STEP = "LookAtPlaces"
_BEGIN = "Begin"
_LOOK = "look"
_BUSY_S, _BUSY_MOST_S = 1.0, 30.0


def known(
    run: Run,
    bench: Workbench,
    session: Session,
    row: Any,
    recipes: Iterable[PolicyRecipe],
) -> Mapping[str, frozenset[str]]:
    """Return the names of places that can be used, by kind; only kinds that matter.

    ``row`` is the cluster's; ``recipes`` are its policies that are to decide.

    :raises Postponed: as long as the cloud hasn't been asked.
    """
    wanted = {
        str(one.kind): list(one.names)
        for recipe in recipes
        if recipe.type.wants_places
        for one in recipe.type.references(recipe.properties)
    }
    if not wanted:
        return {}
    if run.is_done(_STEP):
        found = run.result(_STEP)
        return {kind: frozenset(found.get(kind, ())) for kind in wanted}
    profile: Any = node_state.profile(session, row.profile_id)
    recipe = bench.recipe(row.profile_id, profile.type, profile.sealed_spec)
    look = {
        "user": row.user,
        "project": row.project,
        "region": recipe.region,
        "wanted": wanted,
    }
    reason = f"Looking at the {' and '.join(sorted(wanted))}."
    raise Postponed(Park(parking=run.pause(0.0, reason), memo={_LOOK: look}))


class LookAtPlaces(Step):
    """Ask the cloud what places there are, if that has to be known."""

    def __init__(self, run: Run, bench: Workbench) -> None:
        super().__init__(run, _STEP)
        self.bench = bench

    def execute(self) -> None:
        """Do the step if the beginning has been put off for it."""
        if _LOOK in self.run.memo(_BEGIN):
            super().execute()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Look once; later if the cloud can't answer now.

        :raises Refused: when the cloud doesn't tell.
        """
        look = self.run.memo(_BEGIN)[_LOOK]
        try:
            return Done(result=self._see(look))
        except (exceptions.CloudBusy, exceptions.CloudUnsure) as error:
            return self._later(memo, error)
        except exceptions.CloudError as error:
            raise Refused(
                f"The {' and '.join(sorted(look['wanted']))} can't be looked at: "
                f"{error.message}"
            ) from error

    def _see(self, look: Mapping[str, Any]) -> dict[str, list[str]]:
        """Return what can be used.

        Zones count in each region that nodes may be in.
        """
        wanted, found = look["wanted"], {}
        regions = [look["region"]]
        if Kind.REGIONS in wanted:
            there = set(self._cloud(look, look["region"]).list_regions())
            regions = [name for name in wanted[Kind.REGIONS] if name in there]
            found[str(Kind.REGIONS)] = regions
        if Kind.ZONES in wanted:
            zones = {
                zone
                for region in regions
                for zone in self._cloud(look, region).compute.list_zones()
            }
            found[str(Kind.ZONES)] = [
                name for name in wanted[Kind.ZONES] if name in zones
            ]
        return found

    def _cloud(self, look: Mapping[str, Any], region: str | None) -> Any:
        cloud = self.bench.cloud(look["user"], look["project"], region)
        return fence.fenced(cloud, self.run.check_lease)

    def _later(self, memo: Mapping[str, Any], error: exceptions.CloudError) -> Park:
        tries = int(memo.get("tries", 0))
        after_s = getattr(error, "retry_after_s", None)
        pause_s = after_s or min(_BUSY_S * 2**tries, _BUSY_MOST_S)
        reason = f"The cloud can't answer now ({error.message}); trying again."
        seconds = min(pause_s, max(self.run.seconds_left(), 0.0) + 0.1)
        return Park(parking=self.run.pause(seconds, reason), memo={"tries": tries + 1})
