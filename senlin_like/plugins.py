"""Finds what installed packages plug in, by entry point."""

from collections.abc import Mapping
from importlib import metadata
from typing import Any, ClassVar, Generic, TypeVar

from senlin_like import exceptions

Plugin = TypeVar("Plugin")


class Registry(Generic[Plugin]):
    """Plugins of one kind by ``<type>-<version>``, as clients name them."""

    #: What one of them is called when it isn't there.
    kind: ClassVar[str]

    def __init__(self, types: Mapping[str, Plugin]) -> None:
        self._types = dict(types)

    def get(self, name: str) -> Plugin:
        """Return a type.

        :raises NotFound: when there is no such type and version.
        """
        try:
            return self._types[name]
        except KeyError:
            raise exceptions.NotFound(self.kind, name) from None

    def names(self) -> list[str]:
        """Return all names, in alphabetical order."""
        return sorted(self._types)


def discover(namespace: str) -> dict[str, Any]:
    """Make one object of each entry point of a namespace, by its name."""
    return {
        entry.name: entry.load()() for entry in metadata.entry_points(group=namespace)
    }
