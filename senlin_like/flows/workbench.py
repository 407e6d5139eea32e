"""What runs share within one engine: unsealed specs and opened clouds.

Profiles and policies never change their spec, so a spec is unsealed once. A cloud
is kept for a short time: a permission that was revoked is noticed soon.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import base as clouds
from senlin_like.drivers import web
from senlin_like.flows import lanes
from senlin_like.operations import credentials
from senlin_like.operations.deps import Deps
from senlin_like.operations.kept import Kept
from senlin_like.policies.base import PolicyType
from senlin_like.profiles.base import ProfileType

_CLOUD_S = 30.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """A profile as runs use it."""

    id: str
    type: ProfileType
    properties: Mapping[str, Any]
    region: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class PolicyRecipe:
    """A policy as runs use it."""

    id: str
    type: PolicyType
    properties: Mapping[str, Any]


class Workbench:
    """The shared caches of one engine."""

    def __init__(
        self, deps: Deps, *, asking: web.Limits | None = None, threads: int = 16
    ) -> None:
        """``asking`` says which addresses of users may be asked, and how.

        ``threads`` are those of the engine: not all of them wait for users.
        """
        self.deps = deps
        self.asking = asking or web.Limits()
        self.lanes: lanes.Lanes[str] = lanes.Lanes(
            in_all=max(threads // 2, 1), each=max(threads // 4, 1)
        )
        self._recipes: Kept[str, Recipe] = Kept()
        self._policies: Kept[str, PolicyRecipe] = Kept()
        self._clouds: Kept[tuple[str, str, str | None], clouds.Cloud] = Kept(_CLOUD_S)
        self._touched: Kept[str, object] = Kept(0.3)

    def recipe(self, profile_id: str, type_name: str, sealed_spec: str) -> Recipe:
        """Return a profile, unsealed and with its defaults."""

        def make() -> Recipe:
            spec = self.deps.db.vault.unseal(sealed_spec)
            kind = self.deps.profiles.get(type_name)
            properties = kind.check_spec(spec)
            context = properties.get("context") or {}
            return Recipe(
                id=profile_id,
                type=kind,
                properties=properties,
                region=context.get("region_name"),
            )

        return self._recipes.get(profile_id, make)

    def policy(self, policy_id: str, type_name: str, sealed_spec: str) -> PolicyRecipe:
        """Return a policy, unsealed and with its defaults."""

        def make() -> PolicyRecipe:
            kind = self.deps.policies.get(type_name)
            spec = self.deps.db.vault.unseal(sealed_spec)
            properties = kind.check_spec(spec)
            return PolicyRecipe(id=policy_id, type=kind, properties=properties)

        return self._policies.get(policy_id, make)

    def cloud(self, user: str, project: str, region: str | None) -> clouds.Cloud:
        """Return the cloud as the owner of an object sees it.

        :raises TrustNotFound: when the owner's permission can't be used.
        """
        return self._clouds.get(
            (user, project, region),
            lambda: credentials.cloud_of_owner(self.deps, user, project, region),
        )

    def needs_touch(self, group: str) -> bool:
        """Tell whether a watch group was left alone for a moment.

        A thousand nodes that park at once needn't all write the same row.
        """
        mine = object()
        return self._touched.get(group, lambda: mine) is mine
