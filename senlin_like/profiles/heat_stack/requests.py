"""Says a node and a spec in the words of stacks: arguments, tags, waits."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, marks

#: Properties and what the cloud calls them.
ARGUMENTS = {
    "template": "template",
    "template_url": "template_url",
    "parameters": "parameters",
    "files": "files",
    "environment": "environment",
    "timeout": "timeout_mins",
    "disable_rollback": "disable_rollback",
}

_ACTIONS = (
    "ADOPT",
    "CHECK",
    "CREATE",
    "DELETE",
    "RESTORE",
    "RESUME",
    "ROLLBACK",
    "SNAPSHOT",
    "SUSPEND",
    "UPDATE",
)
#: Every status that a stack may be seen in.
STATUSES = (
    *(
        f"{action}_{state}"
        for action in _ACTIONS
        for state in ("IN_PROGRESS", "COMPLETE", "FAILED")
    ),
    clouds.GONE,
)


def arguments(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a stack is made from; what says nothing is left out."""
    return {
        argument: properties[name]
        for name, argument in ARGUMENTS.items()
        if properties.get(name) not in (None, "", {})
        or (name == "parameters" and properties.get(name) is not None)
    }


def changes(
    old: Mapping[str, Any], new: Mapping[str, Any], unsure: Collection[str] = ()
) -> dict[str, Any]:
    """Return the arguments that differ between two specs.

    Those of ``unsure`` properties may be different from what the old one says.

    A template that is given itself wins over one at a URL, so the other of
    the two is sent empty when they change places. Parameters can also be in an
    environment, and a cloud keeps all in one place: then both are sent.
    """
    names = {
        name for name in ARGUMENTS if old.get(name) != new.get(name) or name in unsure
    }
    if "environment" in names:
        names.add("parameters")
    elif "parameters" in names and (new.get("environment") or {}).get("parameters"):
        names.add("environment")
    return {
        argument: new.get(name) for name, argument in ARGUMENTS.items() if name in names
    }


def tags(node: base.NodeFacts) -> list[str]:
    """Return the tags that tie a stack to its node and cluster."""
    return [f"{key}={value}" for key, value in marks.of_node(node).items()]


def node_tag(node: base.NodeFacts) -> str:
    """Return the tag by which a node's stack is found."""
    return f"{clouds.NODE_MARK}={node.id}"


def without_cluster(given: Collection[str]) -> list[str]:
    """Return tags without those that name a cluster."""
    return [tag for tag in given if tag.partition("=")[0] not in marks.OF_CLUSTER]


def member_tags(given: Collection[str], cluster_id: str, index: int) -> list[str]:
    """Return tags with those of a member of a cluster."""
    own = [
        f"{key}={value}" for key, value in marks.of_member(cluster_id, index).items()
    ]
    return without_cluster(given) + own


def wait(
    ask: base.Ask,
    stack_id: str,
    until: Collection[str],
    failed: Collection[str],
    timeout_s: float | None = None,
) -> base.CloudWait:
    """Describe a wait for a stack; the spec's own time goes first."""
    minutes = ask.properties.get("timeout")
    own_s = minutes * 60.0 if minutes else ask.limits.stack_timeout_s
    return base.CloudWait(
        kind=clouds.ObjectKind.STACK,
        id=stack_id,
        until=until,
        failed=failed,
        timeout_s=own_s if timeout_s is None else timeout_s,
    )


def moment(told: Any) -> datetime.datetime | None:
    """Read a time as stacks tell it; without a zone it's UTC."""
    if not isinstance(told, str):
        return None
    try:
        read = datetime.datetime.fromisoformat(told)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
