"""``senlin.policy.health``: how failed nodes are found and brought back."""

import collections
import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import regex

from senlin_like import exceptions
from senlin_like.domain import recovery as recoveries
from senlin_like.domain import spec as specs
from senlin_like.domain import urls
from senlin_like.domain.health import Breaker, Mode
from senlin_like.domain.spec_types import show, version_key
from senlin_like.policies import base, recovering
from senlin_like.policies.references import Reference

#: What stands for a node's name in an address.
NODE_NAME = "{nodename}"
#: The first version that has its own limits of repairs.
LIMITS_SINCE = "1.3"
#: The first version that knows a way to find failed nodes, if it isn't the first.
_MODES_SINCE = {Mode.MEMBER: "1.4"}
MAX_PATTERN = 1024
#: Repetitions inside of each other are multiplied when a pattern is compiled.
MAX_REPEATS = 10_000
_NUMBER = regex.compile(r"(?<=[{,]\s*)[0-9]+(?=\s*[,}])")
_SERVER = "os.nova.server-"
_STACK = "os.heat.stack-"

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
            constraints=specs.one_of(*(str(mode) for mode in Mode)),
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
                "params": specs.Map(
                    description="How it is done: 'type' (SOFT or HARD) of REBOOT, "
                    "'image' of REBUILD, 'fence_compute' of RECREATE."
                ),
            },
        ),
    ),
    "fencing": specs.List(
        description="What sees to it that a node that is recreated can do no harm any "
        "more: its server is deleted by force.",
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
    "max_unhealthy_percent": specs.Integer(
        description="When more of the nodes than this look bad or are being repaired, "
        "no further ones are repaired; the operator's limit if it isn't given.",
        min_version=LIMITS_SINCE,
    ),
    "max_repairs_in_flight": specs.Integer(
        description="The most nodes that are being repaired at the same time; the "
        "operator's limit if it isn't given.",
        min_version=LIMITS_SINCE,
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
    spec_schema = PROPERTIES
    priority = 600
    support: Mapping[str, base.Statuses] = {
        "1.0": base.experimental("2017.02", "2018.06"),
        "1.1": base.supported("2018.09"),
        "1.2": base.supported("2020.09"),
        LIMITS_SINCE: base.supported("2026.11"),
        _MODES_SINCE[Mode.MEMBER]: base.supported("2026.11"),
    }

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        A mode without options has all defaults of them.

        :raises InvalidSpec: with the bare reason.
        """
        read = specs.read_spec(PROPERTIES, spec, may_describe=True)
        _, version = specs.identify(spec)
        for mode in read["detection"]["detection_modes"] or ():
            _refuse_newer(mode["type"], version)
            if mode["options"] is None:
                mode["options"] = specs.validate(_OPTIONS, {}, version)
        return read

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell what can't be looked at or done that way, None if all can."""
        detection, recovery = properties["detection"], properties["recovery"]
        actions = recovery["actions"] or ()
        if len(actions) > 1:
            return "the 'actions' for 'recovery' must have at most one item"
        least = {"interval": limits.check_interval_min_s, "node_update_timeout": 0}
        lowest = {
            "node_delete_timeout": 0,
            "max_unhealthy_percent": 0,
            "max_repairs_in_flight": 0,
        }
        return (
            _problem_of_modes(detection["detection_modes"] or ())
            or base.too_small(detection, least, "detection")
            or base.too_small(recovery, lowest, "recovery")
            or _problem_of_share(recovery.get("max_unhealthy_percent"))
            or next(filter(None, map(recovering.problem, actions)), None)
        )

    def misfit(self, properties: base.Properties, profile_type: str) -> str | None:
        """Tell that nodes of other kinds than servers can't be treated so.

        What happens to stacks is told, too.
        """
        if profile_type.startswith(_SERVER):
            return None
        rules = meaning(properties)
        if rules.operation in recoveries.IN_PLACE:
            return (
                f"Recovery action {rules.operation} is only for servers, not for "
                f"profile type: {profile_type}."
            )
        has_news = profile_type.startswith(_STACK)
        for mode, is_known, kinds in (
            (Mode.HYPERVISOR, False, "servers"),
            (Mode.MEMBER, False, "servers"),
            (Mode.EVENTS, has_news, "servers and stacks"),
        ):
            if mode in rules.modes and not is_known:
                return (
                    f"Detection mode {mode} is only for {kinds}, not for "
                    f"profile type: {profile_type}."
                )
        return None

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return the image that nodes are rebuilt from, if one is named."""
        return recovering.references(properties["recovery"])


def _refuse_newer(kind: str, version: str) -> None:
    """See to it that a version knows a way to find failed nodes.

    :raises InvalidSpec: when it doesn't.
    """
    since = _MODES_SINCE.get(Mode(kind))
    if since is not None and version_key(version) < version_key(since):
        raise exceptions.InvalidSpec(
            f"{kind} (min_version={since}) is not supported by spec version {version}."
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probe:
    """How the address of a node is asked; times are in seconds."""

    url: str
    verify: bool
    error_is_bad: bool
    pattern: str
    retry_limit: int
    retry_interval_s: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a policy says, as values; times are in seconds.

    ``recovery`` are the inputs of the action that recovers a node, ``if_gone``
    those for one whose object is gone.
    """

    interval_s: int
    grace_s: int
    needs_all: bool
    modes: tuple[Mode, ...]
    probe: Probe | None
    operation: str | None
    recovery: Mapping[str, Any]
    if_gone: Mapping[str, Any]
    percent: int | None
    in_flight: int | None

    def breaker(self, usual: Breaker) -> Breaker:
        """Return the limits of repairs: those of the policy, else the usual."""
        return Breaker(
            max_unhealthy_percent=usual.max_unhealthy_percent
            if self.percent is None
            else self.percent,
            max_repairs_in_flight=usual.max_repairs_in_flight
            if self.in_flight is None
            else self.in_flight,
        )


def meaning(properties: base.Properties) -> Meaning:
    """Read checked properties."""
    detection, recovery = properties["detection"], properties["recovery"]
    modes = detection["detection_modes"] or ()
    probes = [_probe(one["options"]) for one in modes if one["type"] == Mode.URL]
    names = [one["name"] for one in recovery["actions"] or ()]
    return Meaning(
        interval_s=detection["interval"],
        grace_s=detection["node_update_timeout"],
        needs_all=detection["recovery_conditional"] == "ALL_FAILED",
        modes=tuple(Mode(one["type"]) for one in modes),
        probe=probes[0] if probes else None,
        operation=names[0] if names else None,
        recovery=recovering.inputs(recovery),
        if_gone=recovering.inputs_if_gone(recovery),
        percent=recovery.get("max_unhealthy_percent"),
        in_flight=recovery.get("max_repairs_in_flight"),
    )


def _probe(options: Mapping[str, Any]) -> Probe:
    return Probe(
        url=options["poll_url"],
        verify=options["poll_url_ssl_verify"],
        error_is_bad=options["poll_url_conn_error_as_unhealthy"],
        pattern=options["poll_url_healthy_response"],
        retry_limit=options["poll_url_retry_limit"],
        retry_interval_s=options["poll_url_retry_interval"],
    )


def _problem_of_modes(modes: Sequence[Mapping[str, Any]]) -> str | None:
    """Tell why the modes don't go together, None if they do.

    Either the service looks at the nodes, in one or more ways, or it listens
    to what the cloud tells of them.
    """
    types = [mode["type"] for mode in modes]
    listed = show(", ".join(types))
    if not types:
        return "the 'detection_modes' for 'detection' must have at least one item"
    if len(types) > 1 and Mode.EVENTS in types:
        return f"Invalid detection modes in health policy: {listed}"
    if max(collections.Counter(types).values()) > 1:
        return f"Duplicate detection modes are not allowed in health policy: {listed}"
    for mode in modes:
        problem = _problem_of_options(mode["type"], mode["options"])
        if problem is not None:
            return problem
    return None


def _problem_of_share(percent: int | None) -> str | None:
    if percent is not None and percent > 100:
        return "the 'max_unhealthy_percent' for 'recovery' must be <= 100"
    return None


def _problem_of_options(kind: str, options: Mapping[str, Any]) -> str | None:
    """Tell why nodes can't be asked that way, None if they can."""
    if kind == Mode.URL:
        if not options["poll_url"]:
            return f"the 'poll_url' for '{kind}' must be given"
        reason = urls.problem(options["poll_url"].replace(NODE_NAME, "node"))
        if reason is not None:
            return f"the 'poll_url' for '{kind}' can't be asked: {reason}"
        reason = _problem_of_pattern(options["poll_url_healthy_response"])
        if reason is not None:
            return reason
    least = {"poll_url_retry_limit": 0, "poll_url_retry_interval": 0}
    return base.too_small(options, least, "options")


def _problem_of_pattern(pattern: str) -> str | None:
    if len(pattern) > MAX_PATTERN:
        return (
            "the 'poll_url_healthy_response' for 'options' must have at most "
            f"{MAX_PATTERN} characters"
        )
    repeats = (int(number[:9]) for number in _NUMBER.findall(pattern))
    if math.prod(number for number in repeats if number) > MAX_REPEATS:
        return "the 'poll_url_healthy_response' for 'options' repeats too often"
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        return (
            "the 'poll_url_healthy_response' for 'options' is no regular expression: "
            f"{error}"
        )
    return None
