"""The whole API on one screen."""

from collections.abc import Mapping
from typing import ClassVar

from senlin_like.api.call import Parts
from senlin_like.api.tree import Place
from senlin_like.api.v1 import (
    actions,
    clusters,
    events,
    nodes,
    profiles,
    services,
    types,
)


class Version1(Place):
    """``/v1``; its own document is shown without authentication, elsewhere."""

    children: ClassVar[Mapping[str, Place]] = {
        "build-info": services.BuildInfo(),
        "profile-types": types.ProfileTypes(),
        "policy-types": types.PolicyTypes(),
        "profiles": profiles.Profiles(),
        "clusters": clusters.Clusters(),
        "nodes": nodes.Nodes(),
        "actions": actions.Actions(),
        "events": events.Events(),
        "services": services.Services(),
    }


class Root(Place):
    """``/``."""

    children: ClassVar[Mapping[str, Place]] = {"v1": Version1()}


class RootWithAliases(Place):
    """``/`` with the other ways to write the version."""

    children: ClassVar[Mapping[str, Place]] = {
        **Root.children,
        "v1.0": Root.children["v1"],
    }


def make(parts: Parts) -> Place:
    """Return the tree for one process; what it lacks isn't in it."""
    return RootWithAliases()
