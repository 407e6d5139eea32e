"""Finds policy types by entry point."""

from senlin_like import plugins
from senlin_like.policies.base import PolicyType

NAMESPACE = "senlin_like.policies"


class Registry(plugins.Registry[PolicyType]):
    """All policy types that are installed, by ``<type>-<version>``."""

    kind = "policy_type"


def load() -> Registry:
    """Load all types that installed packages offer, one entry for each version."""
    return Registry(plugins.discover(NAMESPACE))
