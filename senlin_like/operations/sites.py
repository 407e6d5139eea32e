"""Projects that have something in a cloud, each as one of its owners sees it.

What a project has is the same for all of its users, so one whose permission can
be used is enough. Those whose can't are told of.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.db import credentials, hosts, profiles
from senlin_like.domain import leaks
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.operations import credentials as permissions
from senlin_like.operations import hosting
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps
from senlin_like.profiles.base import ProfileType

#: Which profiles give their objects a name: it stands in this property.
_NAME = "name"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unasked:
    """What couldn't be looked at; ``is_gone``: for want of a permission only."""

    project: str
    user: str
    reason: str
    is_gone: bool = False
    region: str | None = None
    what: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """A profile of a project: its type, checked properties, and region if any."""

    type: ProfileType
    properties: Mapping[str, Any]
    region: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Site:
    """A project in all regions of the cloud, seen by one of its users.

    ``regions``: region → view; ``usual`` is the region of what names none;
    ``recipes`` are the project's profiles that can be read, by id.
    """

    project: str
    user: str
    usual: str | None
    regions: Mapping[str, clouds.Cloud]
    recipes: Mapping[str, Recipe]

    def names(self) -> frozenset[str]:
        """Return the names that profiles give to what is made from them."""
        found = {recipe.properties.get(_NAME) for recipe in self.recipes.values()}
        return frozenset(name for name in found if isinstance(name, str))


def visit(deps: Deps, project: str | None, unasked: list[Unasked]) -> Iterator[Site]:
    """Open the projects whose users have left a permission, one after the other.

    ``unasked`` gets those that can't be opened.
    """
    owners = credentials.owners(deps.db, project)
    for name, group in itertools.groupby(owners, key=lambda owner: owner[1]):
        for user, _project in group:
            try:
                regions = _regions(deps, user, name)
            except (exceptions.CloudError, exceptions.SpecUnreadable) as error:
                is_gone = isinstance(error, exceptions.TrustNotFound)
                unasked.append(
                    Unasked(
                        project=name, user=user, reason=error.message, is_gone=is_gone
                    )
                )
                continue
            yield Site(
                project=name,
                user=user,
                usual=deps.settings.region or deps.driver.region,
                regions=regions,
                recipes=_recipes(deps, name, user, unasked),
            )
            break


def _regions(deps: Deps, user: str, project: str) -> dict[str, clouds.Cloud]:
    home = permissions.cloud_of_owner(deps, user, project, None)
    return {
        region: permissions.cloud_of_owner(deps, user, project, region)
        for region in home.list_regions()
    }


def _recipes(
    deps: Deps, project: str, user: str, unasked: list[Unasked]
) -> dict[str, Recipe]:
    with deps.db.reader() as session:
        rows = profiles.of_project(session, project)
    found = {}
    for row in rows:
        try:
            found[row["id"]] = _recipe(deps, row)
        except exceptions.Error as error:
            unasked.append(
                Unasked(
                    project=project,
                    user=user,
                    reason=error.message,
                    what=f"profile {row['id']}",
                )
            )
    return found


def _recipe(deps: Deps, row: Mapping[str, Any]) -> Recipe:
    profile_type = deps.profiles.get(row["type"])
    properties = profile_type.check_spec(profile_operations.stored_spec(deps, row))
    return Recipe(
        type=profile_type,
        properties=properties,
        region=profile_operations.region_of(properties),
    )


def container_hosts(
    deps: Deps, site: Site, region: str, unasked: list[Unasked]
) -> list[objects.ContainerHost]:
    """Return where Docker listens for containers of a project's profiles.

    Of the other hosts only those that are nodes now are known.
    """
    found: dict[objects.ContainerHost, None] = {}
    own = site.regions[region].containers.default_host()
    if own is not None:
        found[own] = None
    for recipe in site.recipes.values():
        named = recipe.type.host(recipe.properties)
        if named is None or (recipe.region or site.usual) != region:
            continue
        with deps.db.reader() as session:
            if named.is_cluster:
                rows: Sequence[Any] = hosts.load_cluster(session, named.identity)
            else:
                rows = hosts.load(session, [named.identity])
        for row in rows:
            try:
                [host] = hosting.opened(deps, [row.id]).values()
                place = recipe.type.locate("any", recipe.properties, [host])
            except exceptions.CloudError as error:
                unasked.append(
                    missed(site, region, f"containers on node {row.id}", error)
                )
                continue
            found[objects.host_of(place)[0]] = None
    return list(found)


def missed(site: Site, region: str, what: str, error: exceptions.Error) -> Unasked:
    """Tell of something that a cloud didn't show."""
    return Unasked(
        project=site.project,
        user=site.user,
        region=region,
        what=what,
        reason=error.message,
        is_gone=isinstance(error, exceptions.TrustNotFound),
    )


def list_things(
    deps: Deps, site: Site, region: str, kind: leaks.Kind, unasked: list[Unasked]
) -> list[leaks.Marked]:
    """Return what of a kind carries a mark in a region; none if it isn't shown."""
    ledger = site.regions[region].ledger
    if kind is not leaks.Kind.CONTAINER:
        try:
            return ledger.list_marked(kind)
        except exceptions.CloudError as error:
            unasked.append(missed(site, region, kind, error))
            return []
    found: list[leaks.Marked] = []
    for host in container_hosts(deps, site, region, unasked):
        try:
            found += ledger.list_on_host(host)
        except exceptions.CloudError as error:
            unasked.append(missed(site, region, kind, error))
    return found
