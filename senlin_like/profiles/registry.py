"""Finds profile types by entry point."""

from collections.abc import Mapping
from importlib import metadata

from senlin_like import exceptions
from senlin_like.profiles.base import ProfileType

NAMESPACE = "senlin_like.profiles"


class Registry:
    """All profile types that are installed, by ``<type>-<version>``."""

    def __init__(self, types: Mapping[str, ProfileType]) -> None:
        self._types = dict(types)

    def get(self, name: str) -> ProfileType:
        """Return a type.

        :raises NotFound: when there is no such type and version.
        """
        try:
            return self._types[name]
        except KeyError:
            raise exceptions.NotFound("profile_type", name) from None

    def names(self) -> list[str]:
        """Return all names, in alphabetical order."""
        return sorted(self._types)


def load() -> Registry:
    """Load all types that installed packages offer."""
    return Registry(
        {entry.name: entry.load()() for entry in metadata.entry_points(group=NAMESPACE)}
    )
