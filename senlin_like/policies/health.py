"""``senlin.policy.health``: how failed nodes are found and brought back."""

import collections
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import spec as specs
from senlin_like.domain.spec_types import show
from senlin_like.policies import base
from senlin_like.policies.references import Reference

LIFECYCLE_EVENTS = "LIFECYCLE_EVENTS"
POLL_URL = "NODE_STATUS_POLL_URL"

_OPTIONS: specs.Schema = {
    "poll_url": specs.String(
        description="Address that tells how a node is; '{nodename}' stands for its "
        "name.",
        default="",
    ),
    "poll_url_ssl_verify": specs.Boolean(
        description="Whether the address has to prove who it is.", default=True
    ),
    "poll_url_conn_error_as_unhealthy": specs.Boolean(
        description="Whether a node that can't be reached counts as failed.",
        default=True,
    ),
    "poll_url_healthy_response": specs.String(
        description="Regular expression that the answer of a good node matches; "
        "without it each answer with the status 200 is good.",
        default="",
    ),
    "poll_url_retry_limit": specs.Integer(
        description="How often to ask again before a node counts as failed.", default=3
    ),
    "poll_url_retry_interval": specs.Integer(
        description="Seconds before it is asked again.", default=3
    ),
}
_MODE = specs.Map(
    description="One way to find failed nodes.",
    schema={
        "type": specs.String(
            description="What is looked at.",
            required=True,
            constraints=specs.one_of(
                LIFECYCLE_EVENTS,
                "NODE_STATUS_POLLING",
                POLL_URL,
                "HYPERVISOR_STATUS_POLLING",
            ),
        ),
        "options": specs.Map(
            description="How the address of a node is asked.", schema=_OPTIONS
        ),
    },
)
_DETECTION: specs.Schema = {
    "interval": specs.Integer(
        description="Seconds between two looks at a node.", default=60
    ),
    "node_update_timeout": specs.Integer(
        description="Seconds after a change of a node in which it isn't looked at, "
        "and that a recovery may take.",
        default=300,
    ),
    "recovery_conditional": specs.String(
        description="Whether one mode is enough to call a node failed.",
        default="ANY_FAILED",
        constraints=specs.one_of("ALL_FAILED", "ANY_FAILED"),
    ),
    "detection_modes": specs.List(
        description="The ways to find failed nodes.", item=_MODE
    ),
}
_RECOVERY: specs.Schema = {
    "actions": specs.List(
        description="What is done to a failed node; one item at most.",
        item=specs.Map(
            description="Something to do to a failed node.",
            schema={
                "name": specs.String(
                    description="What to do.",
                    required=True,
                    constraints=specs.one_of("REBOOT", "REBUILD", "RECREATE"),
                ),
                "params": specs.Map(description="Taken, and not used."),
            },
        ),
    ),
    "fencing": specs.List(
        description="Taken, and not used.",
        item=specs.String(
            description="Service to fence.", constraints=specs.one_of("COMPUTE")
        ),
    ),
    "node_delete_timeout": specs.Integer(
        description="Seconds that the deletion of a node to be recreated may take.",
        default=20,
    ),
    "node_force_recreate": specs.Boolean(
        description="Whether a node is made anew though the old one isn't gone.",
        default=False,
    ),
}
PROPERTIES: specs.Schema = {
    "detection": specs.Map(
        description="How failed nodes are found.", required=True, schema=_DETECTION
    ),
    "recovery": specs.Map(
        description="How they are brought back.", required=True, schema=_RECOVERY
    ),
}


class Health(base.Plain):
    """What makes a node a failed one, and what is done then."""

    name = "senlin.policy.health"
    priority = 600
    support: Mapping[str, base.Statuses] = {
        "1.0": base.experimental("2017.02", "2018.06"),
        "1.1": base.supported("2018.09"),
        "1.2": base.supported("2020.09"),
    }

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(PROPERTIES)

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        A mode without options has all defaults of them.

        :raises InvalidSpec: with the bare reason.
        """
        read = specs.read_spec(PROPERTIES, spec, may_describe=True)
        _, version = specs.identify(spec)
        for mode in read["detection"]["detection_modes"] or ():
            if mode["options"] is None:
                mode["options"] = specs.validate(_OPTIONS, {}, version)
        return read

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell what can't be looked at or done that way, None if all can."""
        detection, recovery = properties["detection"], properties["recovery"]
        if len(recovery["actions"] or ()) > 1:
            return "the 'actions' for 'recovery' must have at most one item"
        least = {"interval": limits.check_interval_min_s, "node_update_timeout": 0}
        return (
            _problem_of_modes(detection["detection_modes"] or ())
            or base.too_small(detection, least, "detection")
            or base.too_small(recovery, {"node_delete_timeout": 0}, "recovery")
        )

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return nothing: the policy names nothing in the cloud."""
        return ()


def _problem_of_modes(modes: Sequence[Mapping[str, Any]]) -> str | None:
    """Tell why the modes don't go together, None if they do.

    Either the service looks at the nodes, in one or more ways, or it listens
    to what the cloud tells of them.
    """
    types = [mode["type"] for mode in modes]
    listed = show(", ".join(types))
    if not types:
        return "the 'detection_modes' for 'detection' must have at least one item"
    if len(types) > 1 and LIFECYCLE_EVENTS in types:
        return f"Invalid detection modes in health policy: {listed}"
    if max(collections.Counter(types).values()) > 1:
        return f"Duplicate detection modes are not allowed in health policy: {listed}"
    for mode in modes:
        problem = _problem_of_options(mode["type"], mode["options"])
        if problem is not None:
            return problem
    return None


def _problem_of_options(kind: str, options: Mapping[str, Any]) -> str | None:
    """Tell why nodes can't be asked that way, None if they can."""
    if kind == POLL_URL and not options["poll_url"]:
        return f"the 'poll_url' for '{kind}' must be given"
    least = {"poll_url_retry_limit": 0, "poll_url_retry_interval": 0}
    return base.too_small(options, least, "options")
