"""Actions on clusters: name → parameters, and from which version on."""

import dataclasses

from senlin_like.api import field_types, fields
from senlin_like.api import microversions as mv
from senlin_like.api.field_types import IDENTITIES, NON_NEGATIVE, STRING
from senlin_like.api.fields import NOWHERE, Field, On
from senlin_like.domain.enums import AdjustmentType


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """One action that can be asked for; without ``table`` any map is taken."""

    text: str
    table: fields.Resource | None = None
    since: mv.Version = mv.INITIAL


def _parameters(name: str, *rows: Field) -> fields.Resource:
    """Make the table of an action that ignores unknown parameters."""
    return fields.Resource(name, name, rows, is_closed=False)


def _policy(verb: str, text: str, *rows: Field) -> dict[str, Asked]:
    """Give an action on one policy, under its two names.

    The first one is that of Senlin's code and clients, the other one that of
    its API reference. These take no unknown parameters.
    """
    name = f"policy_{verb}"
    asked = Asked(text=text, table=fields.Resource(name, name, (_POLICY_ID, *rows)))
    return {name: asked, f"{verb}_policy": asked}


_POLICY_ID = Field(
    name="policy_id",
    text="ID, name or short id of the policy.",
    on=On.CREATE,
    takes=STRING,
    required=On.CREATE,
    null=NOWHERE,
)
_ENABLED = Field(
    name="enabled",
    text="Whether the policy is asked when something is done to the cluster.",
    on=On.CREATE,
    takes=field_types.BOOL,
)


_COUNT = Field(
    name="count",
    text="How many nodes; policies decide where it is missing.",
    on=On.CREATE,
    takes=NON_NEGATIVE,
)
_NODES = Field(
    name="nodes",
    text="IDs, names or short ids of the nodes.",
    on=On.CREATE,
    takes=IDENTITIES,
    required=On.CREATE,
    null=NOWHERE,
    when_missing="Value for 'nodes' must have at least 1 item(s).",
)
_PRECACHE = Field(
    name="precache_aggregate",
    text="Number, UUID or name of a host aggregate: before new nodes are made, "
    "their image is brought to its hosts.",
    on=On.CREATE,
    takes=STRING,
    since=mv.PRECACHING,
)
_RESIZE = (
    Field(
        name="adjustment_type",
        text="How 'number' is meant.",
        on=On.CREATE,
        takes=field_types.OneOf(values=tuple(AdjustmentType)),
    ),
    Field(
        name="number",
        text="The size or change.",
        on=On.CREATE,
        takes=field_types.NUMBER,
    ),
    Field(
        name="min_size",
        text="The new fewest nodes.",
        on=On.CREATE,
        takes=field_types.Capacity(),
    ),
    Field(
        name="max_size",
        text="The new most nodes.",
        on=On.CREATE,
        takes=field_types.Capacity(lowest=-1),
    ),
    Field(
        name="min_step",
        text="The fewest nodes that a percentage adds or removes.",
        on=On.CREATE,
        takes=NON_NEGATIVE,
    ),
    Field(
        name="strict",
        text="Refuse a size beyond the limits instead of going as far as they let.",
        on=On.CREATE,
        takes=field_types.BOOL,
    ),
    _PRECACHE,
)

#: Names of Senlin's API reference → those of its code.
ALIASES = {
    f"{verb}_policy": f"policy_{verb}" for verb in ("attach", "detach", "update")
}
ACTIONS: dict[str, Asked] = {
    "add_nodes": Asked(
        text="Make orphan nodes members of the cluster.",
        table=_parameters("add_nodes", _NODES),
    ),
    "del_nodes": Asked(
        text="Remove nodes from the cluster.",
        table=_parameters(
            "del_nodes",
            _NODES,
            Field(
                name="destroy_after_deletion",
                text="Delete the nodes too.",
                on=On.CREATE,
                takes=field_types.BOOL,
                since=mv.DESTROY_AFTER_DELETION,
            ),
        ),
    ),
    "replace_nodes": Asked(
        text="Put other nodes in the place of members.",
        since=mv.REPLACE_NODES,
        table=_parameters(
            "replace_nodes",
            Field(
                name="nodes",
                text="Old node → new node.",
                on=On.CREATE,
                takes=field_types.REPLACEMENTS,
                required=On.CREATE,
                null=NOWHERE,
                when_missing="The data provided is not a map",
            ),
        ),
    ),
    "resize": Asked(
        text="Change size and limits of the cluster.",
        table=_parameters("resize", *_RESIZE),
    ),
    "scale_out": Asked(
        text="Add nodes to the cluster.",
        table=_parameters("scale_out", _COUNT, _PRECACHE),
    ),
    "scale_in": Asked(
        text="Remove nodes from the cluster.", table=_parameters("scale_in", _COUNT)
    ),
    "check": Asked(text="See how the nodes are."),
    "recover": Asked(text="Bring nodes back to health."),
    **_policy("attach", "Attach a policy to the cluster.", _ENABLED),
    **_policy("detach", "Detach a policy from the cluster."),
    **_policy("update", "Enable or disable a policy.", _ENABLED),
    "complete_lifecycle": Asked(
        text="Let an action go on that waits for its lifecycle hook.",
        since=mv.COMPLETE_LIFECYCLE,
        table=_parameters(
            "complete_lifecycle",
            Field(
                name="lifecycle_action_token",
                text="ID of the action that waits.",
                on=On.CREATE,
                takes=STRING,
                required=On.CREATE,
                null=NOWHERE,
                when_missing="Field `lifecycle_action_token' cannot be None",
            ),
        ),
    ),
}

OPERATION = fields.Resource(
    "operation",
    "operations",
    (
        Field(
            name="params",
            text="Parameters of the operation.",
            on=On.CREATE,
            takes=field_types.MAP,
        ),
        Field(
            name="filters",
            text="Which nodes: by name, profile_id, status or role.",
            on=On.CREATE,
            takes=field_types.MAP,
        ),
    ),
    is_closed=False,
)
