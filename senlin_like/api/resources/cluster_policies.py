"""The policies of a cluster: which are attached, and how."""

from senlin_like.api import fields, queries
from senlin_like.api.fields import TEXT, Field

CLUSTER_POLICY = fields.Resource(
    "cluster_policy",
    "cluster_policies",
    (
        Field(name="id", text="ID of the binding.", shows=fields.ID),
        Field(name="cluster_id", text="ID of the cluster.", shows=fields.ID),
        Field(name="cluster_name", text="Name of the cluster.", shows=TEXT),
        Field(name="policy_id", text="ID of the policy.", shows=fields.ID),
        Field(name="policy_name", text="Name of the policy.", shows=TEXT),
        Field(name="policy_type", text="Type and version of the policy.", shows=TEXT),
        Field(
            name="enabled",
            text="Whether the policy is asked when something is done to the cluster.",
            shows=fields.BOOLEAN,
        ),
        Field(
            name="priority",
            text="Policies are asked in the order of this number, lowest first.",
            shows=fields.INTEGER,
        ),
        Field(
            name="data",
            text="What the policy keeps for this cluster; null if nothing.",
            shows=fields.OBJECT_OR_NULL,
        ),
        Field(
            name="last_op",
            text="When the last scaling under the policy has ended.",
            shows=fields.TIME,
        ),
    ),
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(
            name="enabled",
            text="Whether the policies are enabled: true or false.",
            is_multiple=False,
        ),
        queries.Filter(
            name="policy_name", text="Name of the policies.", is_multiple=False
        ),
        queries.Filter(
            name="policy_type",
            text="Type and version of the policies.",
            is_multiple=False,
        ),
    ),
    sort_keys=("enabled",),
    is_paged=False,
)
