"""Checks and renames a container, and carries out its operations."""

import logging
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, waits
from senlin_like.profiles.docker_container import waiting
from senlin_like.profiles.docker_container.hosts import Hosts

LOG = logging.getLogger(__name__)

#: The statuses that operations lead to.
REACHED: Mapping[str, str] = {
    "pause": waiting.PAUSED,
    "unpause": waiting.RUNNING,
    "restart": waiting.RUNNING,
    "reboot": waiting.RUNNING,
    "start": waiting.RUNNING,
    "stop": waiting.EXITED,
    "kill": waiting.EXITED,
}
_REPEATABLE = ("restart", "reboot")


def check(hosts: Hosts, ask: base.Ask) -> base.Step:
    """See whether the container runs, together with all others waited for.

    :raises CloudNotFound: when the container, or its host, is gone.
    :raises CloudError: when the node has no container.
    """
    container_id = waiting.own(ask)
    place = ask.turn.memo.get("checking") or hosts.own(ask).locate(container_id)
    wait = waiting.container(ask, place, *waiting.STATUSES, failed=(), is_look=True)
    seen = ask.turn.seen
    if seen is None or not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo={"checking": place})
    if seen.status == clouds.GONE:
        raise exceptions.CloudNotFound("container", container_id)
    return base.Done(
        is_healthy=seen.status == waiting.RUNNING,
        reason=seen.reason or f"Container {container_id} is {seen.status}.",
    )


def update(hosts: Hosts, ask: base.Ask, new: Mapping[str, Any]) -> base.Step:
    """Give the container the new profile's name; it keeps its own if there is none.

    :raises CloudError: when the node has no container, or the name is taken.
    """
    container_id = waiting.own(ask)
    name = new.get("name")
    if not name or name == ask.properties.get("name"):
        return base.Done(reason="Nothing of the container has to change.")
    host = hosts.own(ask)
    containers = ask.cloud.containers
    if containers.get_container(host, container_id).name != name:
        containers.rename_container(host, container_id, name)
    return base.Done(reason=f"Container {container_id} is called '{name}'.")


def operate(
    hosts: Hosts, ask: base.Ask, operation: str, params: Mapping[str, Any]
) -> base.Step:
    """Start an operation and wait until its effect is seen.

    An operation of a cut-off try whose effect is there isn't asked for again.

    :raises CloudError: when the node has no container, or the cloud refuses.
    """
    container_id = waiting.own(ask)
    place = ask.turn.memo.get("operating")
    if place is None:
        host = hosts.own(ask)
        _begin(ask, host, container_id, operation, params)
        place = host.locate(container_id)
        return base.Again(wait=_wait(ask, place, operation), memo={"operating": place})
    wait = _wait(ask, place, operation)
    if not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo=dict(ask.turn.memo))
    waits.refuse_failure(
        ask.turn, wait, f"Operation '{operation}' on container {container_id}"
    )
    return base.Done(reason=f"Operation '{operation}' is done.")


def _wait(ask: base.Ask, place: str, operation: str) -> base.CloudWait:
    wanted = REACHED[operation]
    failed: tuple[str, ...] = ("dead", clouds.GONE)
    if wanted == waiting.RUNNING:
        failed = (*failed, waiting.EXITED)
    return waiting.container(ask, place, wanted, failed=failed)


def _begin(
    ask: base.Ask,
    host: objects.ContainerHost,
    container_id: str,
    operation: str,
    params: Mapping[str, Any],
) -> None:
    """Ask for an operation; after a cut-off try it may be under way, or done."""
    containers = ask.cloud.containers
    if ask.turn.is_retry and operation not in _REPEATABLE:
        status = containers.get_container(host, container_id).status
        if status == REACHED[operation]:
            return
    try:
        containers.act_on_container(
            host, container_id, _word(operation), _arguments(params)
        )
    except exceptions.CloudError as error:
        if not (ask.turn.is_retry and error.status == 409):
            raise
        LOG.info("Operation %s on container %s is under way.", operation, container_id)


def _word(operation: str) -> str:
    return "restart" if operation == "reboot" else operation


def _arguments(params: Mapping[str, Any]) -> dict[str, Any]:
    wait_time = params.get("wait_time")
    return {} if wait_time is None else {"timeout": wait_time}


def check_parameters(params: Mapping[str, Any]) -> None:
    """Check what the types of the parameters can't say.

    :raises Invalid: when the time to wait is negative.
    """
    wait_time = params.get("wait_time")
    if wait_time is not None and wait_time < 0:
        raise exceptions.Invalid("The 'wait_time' is a number of seconds from 0 up.")


def show(hosts: Hosts, ask: base.Ask) -> dict[str, Any]:
    """Return what Docker shows of the container, by sorted names."""
    if not ask.node.physical_id:
        return {}
    try:
        host = hosts.own(ask)
        found = ask.cloud.containers.get_container(host, ask.node.physical_id)
    except exceptions.CloudError as error:
        return {"Error": {"code": error.status, "message": error.message}}
    made = found.created_at
    shown = {
        "command": found.command,
        "created": None if made is None else made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "host": host.address or None,
        "host_node": ask.hosts[0].node_id if ask.hosts else None,
        "id": found.id,
        "image": found.image,
        "labels": dict(found.labels),
        "name": found.name,
        "status": found.status,
    }
    return dict(sorted(shown.items()))
