"""Finds what a user has named: by an id, or by a name that only one has."""

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib import parse

from senlin_like import exceptions
from senlin_like.drivers.openstack.account import Api, Query


@dataclasses.dataclass(frozen=True, kw_only=True)
class Collection:
    """Where a service lists a kind of things, and what an item is called.

    ``kind`` is the word for people, ``listed`` the key of a list and ``item``
    that of a single one. ``params`` go with every list.
    """

    kind: str
    path: str
    listed: str
    item: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def of(self, identity: str) -> str:
        """Return the path of one of them."""
        return f"{self.path}/{quoted(identity)}"


def find(
    api: Api, collection: Collection, identity: str, project: str | None
) -> dict[str, Any]:
    """Find one of a collection by id or name.

    One call, and a second one for a name that has the form of an id. Of several
    with one name that of the project is meant: an admin sees those of all.

    :raises CloudNotFound: when there is none.
    :raises CloudError: when several have the name (409).
    """
    found: list[dict[str, Any]] = []
    if is_uuid(identity):
        found = _listed(api, collection, {"id": identity})
    if not found:
        found = _listed(api, collection, {"name": identity})
        own = [one for one in found if one.get("project_id") == project]
        found = own or found
    return _only(collection.kind, identity, found)


def choose(
    kind: str, identity: str, things: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """Return the thing with this id, or else the only one with this name.

    :raises CloudNotFound: when there is none.
    :raises CloudError: when several have the name (409).
    """
    things = list(things)
    with_id = [one for one in things if one["id"] == identity]
    named = [one for one in things if one.get("name") == identity]
    return _only(kind, identity, with_id or named)


def is_uuid(identity: str) -> bool:
    """Tell whether a text has the form of most ids, which a name seldom has."""
    try:
        return str(uuid.UUID(identity)) == identity.lower()
    except ValueError:
        return False


def quoted(identity: str) -> str:
    """Make a text a single part of a path, whatever is in it."""
    return parse.quote(identity, safe="") or "%20"


def _only(kind: str, identity: str, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not found:
        raise exceptions.CloudNotFound(kind, identity)
    if len(found) > 1:
        raise exceptions.CloudError(
            f"The name '{identity}' isn't unique: {len(found)} of kind {kind} have "
            "it. Give the id instead.",
            HTTPStatus.CONFLICT,
        )
    return found[0]


def _listed(
    api: Api, collection: Collection, wanted: Mapping[str, str]
) -> list[dict[str, Any]]:
    """List what fits; a service that can't filter may tell more than was asked."""
    query = Query(
        what=f"Finding a {collection.kind}",
        path=collection.path,
        params={**collection.params, **wanted},
    )
    return [
        one
        for page in api.pages(query, collection.listed)
        for one in page
        if all(one.get(key) == value for key, value in wanted.items())
    ]
