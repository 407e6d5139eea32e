"""Stops and removes a node's containers."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import containers, objects
from senlin_like.profiles import base, waits
from senlin_like.profiles.docker_container import waiting
from senlin_like.profiles.docker_container.hosts import Hosts

_STOPPED = ("created", "exited", "dead", clouds.GONE)


def delete(hosts: Hosts, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
    """Stop all containers of a node, then remove them.

    By force they are removed at once. Those of a host that is gone are gone, and
    where none may be asked for none was made.

    :raises CloudError: when the host can't be reached.
    """
    if "objects" in ask.turn.memo:
        return _go_on(ask, options)
    try:
        host = hosts.own(ask)
        places = _places(ask, host)
        is_forced = bool(options.get("force"))
        for place in places:
            _remove(ask, place) if is_forced else _stop(ask, place)
    except exceptions.CloudNotFound:
        return _gone()
    except containers.HostUnfit:
        if ask.node.physical_id or ask.node.data.get(waits.LEFT_BEHIND):
            raise
        return _gone()
    except exceptions.HostUnreachable:
        if hosts.is_gone(ask):
            return _gone()
        raise
    if not places:
        return _gone()
    step = "remove" if is_forced else "stop"
    return _await(ask, options, places, {"objects": places, "step": step})


def _places(ask: base.Ask, host: objects.ContainerHost) -> list[str]:
    """Return where the node's containers are, those it doesn't know of too."""
    known = ask.node.physical_id
    ids = [known] if known else []
    if waits.may_have_strays(ask):
        found = ask.cloud.containers.find_labelled(host, ask.node.id)
        ids += [one.id for one in found if one.id != known]
    return [host.locate(container_id) for container_id in ids]


def _stop(ask: base.Ask, place: str) -> None:
    host, container_id = objects.host_of(place)
    try:
        ask.cloud.containers.act_on_container(host, container_id, "stop", {})
    except exceptions.CloudNotFound:
        return
    except exceptions.CloudError as error:
        # It is on its way from one state to another: that ends by removing it.
        if error.status != 409:
            raise
        _remove(ask, place)


def _remove(ask: base.Ask, place: str) -> None:
    host, container_id = objects.host_of(place)
    ask.cloud.containers.remove_container(host, container_id, force=True)


def _gone() -> base.Done:
    patch = base.NodePatch(clear_physical_id=True, data={waits.LEFT_BEHIND: None})
    return base.Done(patch=patch, reason="The container is gone.")


def _await(
    ask: base.Ask,
    options: Mapping[str, Any],
    places: Sequence[str],
    memo: Mapping[str, Any],
) -> base.Again:
    """Wait for the first of the containers that are left."""
    wait = _wait_for(ask, options, places[0], memo)
    return base.Again(wait=wait, memo={**memo, "left": list(places)})


def _wait_for(
    ask: base.Ask, options: Mapping[str, Any], place: str, memo: Mapping[str, Any]
) -> base.CloudWait:
    until = _STOPPED if memo["step"] == "stop" else (clouds.GONE,)
    return waiting.container(
        ask,
        place,
        *until,
        failed=(),
        timeout_s=waits.timeout_of(options, "timeout"),
    )


def _go_on(ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
    """See whether the first container has stopped, or is gone, and go on."""
    memo = ask.turn.memo
    left = list(memo["left"])
    if not waits.is_over(ask.turn, _wait_for(ask, options, left[0], memo)):
        return _await(ask, options, left, memo)
    if left[1:]:
        return _await(ask, options, left[1:], memo)
    if memo["step"] == "remove":
        return _gone()
    places = list(memo["objects"])
    for place in places:
        _remove(ask, place)
    return _await(ask, options, places, {**memo, "step": "remove"})


def strays(hosts: Hosts, ask: base.Ask, since: float) -> list[str]:
    """Return the ids of labelled containers that aren't the node's.

    ``since`` is in epoch seconds; one of unknown age isn't named.
    """
    return sorted(
        container.id
        for _host, container in _labelled(hosts, ask)
        if container.id != ask.node.physical_id
        and container.created_at is not None
        and container.created_at.timestamp() >= since
    )


def remove_stray(hosts: Hosts, ask: base.Ask, container_id: str) -> None:
    """Remove a container that carries the node's label and isn't the node's.

    :raises CloudError: when it is the node's own, or not labelled.
    """
    for host, container in _labelled(hosts, ask):
        if container.id == container_id != ask.node.physical_id:
            ask.cloud.containers.remove_container(host, container_id, force=True)
            return
    raise exceptions.CloudError(
        f"Container {container_id} isn't a stray of node {ask.node.id}.", 409
    )


def _labelled(
    hosts: Hosts, ask: base.Ask
) -> list[tuple[objects.ContainerHost, objects.Container]]:
    """Return the containers with the node's label, on all hosts that are there."""
    return [
        (host, container)
        for host in hosts.all(ask)
        for container in ask.cloud.containers.find_labelled(host, ask.node.id)
    ]
