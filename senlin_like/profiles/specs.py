"""What profile types do alike with specs: read them, and hide secrets."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec as specs
from senlin_like.domain.spec_types import MASK

#: What a profile may say of the context that its nodes are worked on in.
CONTEXT_KEYS = frozenset(
    {
        "auth_token",
        "auth_token_info",
        "auth_url",
        "domain_id",
        "domain_name",
        "is_admin",
        "password",
        "project_domain_id",
        "project_domain_name",
        "project_id",
        "project_name",
        "region_name",
        "request_id",
        "roles",
        "service_token",
        "trusts",
        "user_domain_id",
        "user_domain_name",
        "user_id",
        "user_name",
    }
)
#: Keys of the context that are secrets.
SECRET_CONTEXT = frozenset(
    {"auth_token", "auth_token_info", "password", "service_token", "trusts"}
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Language:
    """The words of one profile type: its properties and its operations.

    ``secrets`` names the properties that are never shown.
    """

    name: str
    properties: specs.Schema
    operations: Mapping[str, specs.Operation]
    secrets: Collection[str] = ()

    def read(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Read a whole spec and return its properties with defaults.

        :raises InvalidSpec: with the property and the reason.
        """
        read = specs.read_spec(self.properties, spec, may_describe=False)
        unknown = sorted(set(read.get("context") or {}) - CONTEXT_KEYS)
        if unknown:
            raise exceptions.InvalidSpec(
                f"Some keys in 'context' are invalid: {', '.join(unknown)}"
            )
        return read

    def read_operation(self, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Read an operation's parameters and return them with defaults.

        :raises Invalid: when the operation or a parameter isn't right.
        """
        operation = specs.find_operation(self.operations, name, self.name)
        return specs.validate_parameters(operation, params)

    def check_update(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Check that every changed property may change.

        :raises InvalidSpec: naming the properties that can't be updated.
        """
        specs.refuse_not_updatable(self.properties, old, new)

    def shown(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return a spec as readers may see it: secrets are masked."""
        properties = spec.get("properties")
        if not isinstance(properties, Mapping):
            return dict(spec)
        shown = {
            key: _masked(value) if key in self.secrets else value
            for key, value in properties.items()
        }
        context = shown.get("context")
        if isinstance(context, Mapping):
            shown["context"] = {
                key: _masked(value) if key in SECRET_CONTEXT else value
                for key, value in context.items()
            }
        return {**spec, "properties": shown}


def _masked(value: Any) -> Any:
    """Hide a value; that there is none may be seen."""
    return value if value is None else MASK
