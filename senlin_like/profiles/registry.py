"""Finds profile types by entry point."""

from senlin_like import plugins
from senlin_like.profiles.base import ProfileType

NAMESPACE = "senlin_like.profiles"


class Registry(plugins.Registry[ProfileType]):
    """All profile types that are installed, by ``<type>-<version>``."""

    kind = "profile_type"


def load() -> Registry:
    """Load all types that installed packages offer."""
    return Registry(plugins.discover(NAMESPACE))
