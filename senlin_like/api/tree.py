"""The tree of paths, and how pecan finds a place in it.

A place answers methods (``get``, ``post``, …), and has named places below it
(``children``) or one for any identity (``item``, called ``parameter`` in the
documentation). Only pecan's routing is used: its requests, hooks and renderers
parse and copy what is parsed here already. One look-up of pecan's costs about
170 microseconds (it inspects signatures each time), so the router remembers them.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pecan
from pecan import routing

from senlin_like import exceptions
from senlin_like.api.operation import Endpoint

METHODS = ("get", "post", "put", "patch", "delete")


@dataclasses.dataclass(kw_only=True)
class Wanted:
    """What the router looks for; it notes the identities that it passes."""

    method: str
    ids: list[str] = dataclasses.field(default_factory=list)


class Place:
    """One place of the tree; it holds no state of requests."""

    parameter: ClassVar[str] = ""

    def __init__(
        self,
        children: Mapping[str, "Place"] | None = None,
        item: "Place | None" = None,
    ) -> None:
        self.children = children or {}
        self.item = item

    @pecan.expose()
    def _route(self, args: list[str], request: Wanted) -> tuple[Any, list[str]]:
        """Find the endpoint below this place, as pecan's routing asks for it."""
        place = self
        for segment in args:
            place = place.below(segment, request)
        return place.choose(request.method), []

    def below(self, segment: str, request: Wanted) -> "Place":
        """Go down one segment of a path.

        :raises RouteNotFound: when there is nothing of that name.
        """
        child = self.children.get(segment)
        if child is not None:
            return child
        if self.item is None or not segment:
            raise exceptions.RouteNotFound
        request.ids.append(segment)
        return self.item

    def choose(self, method: str) -> Any:
        """Find the endpoint for a method; HEAD is served as GET.

        :raises MethodNotAllowed: when others are there, but not this one.
        :raises RouteNotFound: when the place has none at all.
        """
        name = "get" if method == "HEAD" else method.lower()
        found = getattr(self, name, None) if name in METHODS else None
        if found is not None:
            return Found(place=self, endpoint=found)
        allowed = self.allowed()
        if not allowed:
            raise exceptions.RouteNotFound
        raise exceptions.MethodNotAllowed(method, allowed)

    def allowed(self) -> list[str]:
        """List the methods that the place answers."""
        names = [name.upper() for name in METHODS if hasattr(self, name)]
        return [*names, "HEAD"] if "GET" in names else names


class Found:
    """An endpoint with the place it belongs to."""

    #: What pecan asks of anything that it has found.
    exposed = True
    _pecan: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *, place: Place, endpoint: Endpoint[Any]) -> None:
        self.place = place
        self.endpoint = endpoint


def find(root: Place, path: str, method: str) -> tuple[Found, tuple[str, ...]]:
    """Find the endpoint for a path, and the identities that the path holds.

    :raises RouteNotFound: when there is no such path.
    :raises MethodNotAllowed: when the path has no such method.
    """
    wanted = Wanted(method=method)
    found, _rest = routing.lookup_controller(root, path[1:].split("/"), wanted)
    return found, tuple(wanted.ids)


def walk(place: Place, path: str = "") -> Iterator[tuple[str, str, Endpoint[Any]]]:
    """Yield path template, method and endpoint of everything below a place."""
    for name in METHODS:
        endpoint = getattr(place, name, None)
        if endpoint is not None:
            yield path or "/", name.upper(), endpoint
    for segment, child in place.children.items():
        yield from walk(child, f"{path}/{segment}")
    if place.item is not None:
        yield from walk(place.item, f"{path}/{{{place.parameter}}}")
