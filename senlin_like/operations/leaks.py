"""What is in a cloud without a node, and nodes without what they need there."""

import collections
import dataclasses
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.db import leaks as rows
from senlin_like.db import policy_leaks
from senlin_like.domain import leaks as rules
from senlin_like.domain import plan
from senlin_like.drivers import base as clouds
from senlin_like.operations import hosting, sites
from senlin_like.operations.deps import Deps
from senlin_like.operations.sites import Site, Unasked
from senlin_like.profiles import base as types

#: What is looked for besides the kinds of things: nodes without their object.
NODE = "node"
KINDS = (*rules.Kind, NODE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice:
    """What is looked at; None and empty are all.

    ``older_s``: what is younger is left alone; None is as long as the service
    itself needs to be sure (``grace_of``).
    """

    project: str | None = None
    kinds: Collection[str] = ()
    older_s: float | None = None

    def has(self, kind: str) -> bool:
        """Tell whether a kind is looked at."""
        return not self.kinds or kind in self.kinds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Leak:
    """A thing of a cloud, and what becomes of it; ``user`` saw it there."""

    thing: rules.Marked
    finding: rules.Finding
    user: str
    history: rules.History


@dataclasses.dataclass(frozen=True, kw_only=True)
class Lost:
    """A node that says ACTIVE and hasn't what it needs."""

    node: Any
    region: str | None
    reason: str


@dataclasses.dataclass(kw_only=True)
class Report:
    """What was found; ``waiting`` things are too young, or worked on."""

    leaks: list[Leak] = dataclasses.field(default_factory=list)
    lost: list[Lost] = dataclasses.field(default_factory=list)
    unasked: list[Unasked] = dataclasses.field(default_factory=list)
    waiting: int = 0

    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not (self.leaks or self.lost)

    def is_whole(self) -> bool:
        """Tell whether all was shown that there is a permission for."""
        return all(one.is_gone for one in self.unasked)


def grace_of(deps: Deps, choice: Choice) -> float:
    """Return how old things have to be, in seconds."""
    if choice.older_s is not None:
        return choice.older_s
    settings = deps.settings
    return max(float(settings.default_action_timeout), settings.stray_watch_s)


def report(deps: Deps, choice: Choice) -> Report:
    """Look at everything, and change nothing."""
    found = Report()
    for site in sites.visit(deps, choice.project, found.unasked):
        for batch in in_cloud(deps, site, choice, found.unasked):
            found.leaks += [one for one in batch if one.finding.verdict in rules.LEAKS]
            found.waiting += sum(
                one.finding.verdict in rules.UNDECIDED for one in batch
            )
        if choice.has(NODE):
            found.lost += lost(deps, site, found.unasked)
    return found


def in_cloud(
    deps: Deps, site: Site, choice: Choice, unasked: list[Unasked]
) -> Iterator[list[Leak]]:
    """Judge all that carries a mark, a kind at a time, as it is when it comes to it.

    What is plugged into other things comes after those.
    """
    for region, kind in itertools.product(site.regions, rules.Kind):
        if choice.has(kind):
            things = sites.list_things(deps, site, region, kind, unasked)
            if kind is rules.Kind.FLOATING_IP:
                things = _unplugged(deps, site, region, things)
            yield _judged(deps, site, choice, things)


def _unplugged(
    deps: Deps, site: Site, region: str, addresses: Sequence[rules.Marked]
) -> list[rules.Marked]:
    """Say that public addresses aren't used that lead to a port of ours in nothing."""
    missed: list[Unasked] = []
    kind = rules.Kind.PORT
    ports = sites.list_things(deps, site, region, kind, missed) if addresses else []
    idle = {(port.id, port.mark) for port in ports if port.used_by is None}
    return [
        dataclasses.replace(address, used_by=None)
        if (address.used_by, address.mark) in idle
        else address
        for address in addresses
    ]


def _judged(
    deps: Deps, site: Site, choice: Choice, things: Sequence[rules.Marked]
) -> list[Leak]:
    """Judge things that a cloud has shown, by what the database says after that."""
    limits = rules.Limits(
        now=deps.clock().timestamp(),
        grace_s=grace_of(deps, choice),
        late_s=deps.settings.stray_watch_s,
    )
    names = site.names()
    found = []
    for start in range(0, len(things), rows.PAGE):
        page = things[start : start + rows.PAGE]
        facts = _known(deps, page)
        for thing in page:
            standing, history = facts[thing.id]
            history = dataclasses.replace(history, names=history.names | names)
            finding = rules.judge(thing, standing, history, limits)
            found.append(
                Leak(thing=thing, finding=finding, user=site.user, history=history)
            )
    return found


def _known(deps: Deps, page: Sequence[rules.Marked]) -> dict[str, rows.Known]:
    with deps.db.reader() as session:
        if page[0].kind in rules.OF_BINDINGS:
            return policy_leaks.known(session, page, deps.db.vault.unseal)
        return rows.known(session, page, deps.settings.default_action_timeout)


def lost(deps: Deps, site: Site, unasked: list[Unasked]) -> list[Lost]:
    """Return the nodes that say ACTIVE and whose object isn't there.

    What the cloud can't tell of now is no finding.
    """
    found: list[Lost] = []
    after = ""
    while True:
        with deps.db.reader() as session:
            page = rows.active_nodes(session, site.project, after)
        found += _lost_of(deps, site, page, unasked)
        if len(page) < rows.PAGE:
            return found
        after = page[-1].id


def _lost_of(
    deps: Deps, site: Site, page: Sequence[Any], unasked: list[Unasked]
) -> list[Lost]:
    suspects: dict[str, str | None] = {}
    regions: dict[str, str] = {}
    groups: dict[tuple[str, clouds.ObjectKind], list[tuple[Any, str]]] = (
        collections.defaultdict(list)
    )
    opened = _hosts(deps, site, page, unasked)
    for node in page:
        recipe = site.recipes.get(node.profile_id)
        if recipe is None:
            continue
        region = plan.region_of(node.data, recipe.region) or site.usual or ""
        regions[node.id] = region
        if node.physical_id is None:
            suspects[node.id] = None
            continue
        place = _place(node, recipe, opened)
        if place is not None:
            groups[region, recipe.type.object_kind].append((node, place))
    for (region, kind), members in groups.items():
        gone = _gone(site, region, kind, [place for _node, place in members], unasked)
        suspects |= {
            node.id: node.physical_id for node, place in members if place in gone
        }
    return _confirmed(deps, suspects, regions)


def _hosts(
    deps: Deps, site: Site, page: Sequence[Any], unasked: list[Unasked]
) -> dict[str, types.Host]:
    """Look up once the nodes that objects are put on."""
    wanted = {_host_id(node) for node in page} - {""}
    try:
        return hosting.opened(deps, wanted)
    except exceptions.CloudError as error:
        unasked.append(sites.missed(site, site.usual or "", "hosts of nodes", error))
        return {}


def _place(
    node: Any, recipe: sites.Recipe, opened: Mapping[str, types.Host]
) -> str | None:
    """Return the id by which the cloud finds a node's object; None if none does."""
    host_id = _host_id(node)
    hosts = [opened[host_id]] if host_id in opened else []
    try:
        return recipe.type.locate(node.physical_id, recipe.properties, hosts)
    except exceptions.CloudError:
        # What its host is made of is gone: then the host is found, and told of.
        return None


def _host_id(node: Any) -> str:
    return (node.data or {}).get(hosting.KEY) or ""


def _gone(
    site: Site,
    region: str,
    kind: clouds.ObjectKind,
    places: Sequence[str],
    unasked: list[Unasked],
) -> set[str]:
    """Return those that the cloud says aren't there."""
    cloud = site.regions.get(region)
    try:
        if cloud is None:
            raise exceptions.CloudNotFound("region", region)
        seen = cloud.look(kind, places)
    except exceptions.CloudError as error:
        unasked.append(sites.missed(site, region, f"{kind} of nodes", error))
        return set()
    return {place for place in places if seen[place].status == clouds.GONE}


def _confirmed(
    deps: Deps, suspects: Mapping[str, str | None], regions: Mapping[str, str]
) -> list[Lost]:
    """Read nodes again, for what they had may have been replaced meanwhile."""
    if not suspects:
        return []
    with deps.db.reader() as session:
        still = rows.still_active(session, suspects)
    return [
        Lost(
            node=node,
            region=regions[node.id],
            reason="It has no physical object."
            if node.physical_id is None
            else f"{node.physical_id} isn't there.",
        )
        for node in still.values()
    ]
