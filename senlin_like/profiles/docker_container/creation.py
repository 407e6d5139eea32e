"""Makes a node's container, exactly one, however often it is tried."""

import contextlib
import logging
import secrets
from collections.abc import Collection

from senlin_like import exceptions
from senlin_like.domain import naming
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, waits
from senlin_like.profiles.docker_container import waiting
from senlin_like.profiles.docker_container.hosts import Hosts

LOG = logging.getLogger(__name__)


def create(hosts: Hosts, ask: base.Ask, former: Collection[str] = ()) -> base.Step:
    """Make and start a node's container, or go on with the one that is there.

    ``former`` are places of containers that carry the label, but are given up.

    :raises CloudError: when it can't be made, with the cloud's reason.
    """
    place = ask.turn.memo.get("container")
    if place is not None:
        return _await_running(ask, place)
    host = hosts.own(ask)
    made = None
    if ask.turn.is_retry or ask.node.physical_id or former:
        made = _find_own(ask, host, former)
    if made is None:
        made = _make(ask, host, former)
    _start(ask, host, made)
    place = host.locate(made.id)
    return base.Again(
        wait=_wait(ask, place),
        memo={"container": place},
        patch=base.NodePatch(physical_id=made.id),
    )


def _make(
    ask: base.Ask, host: objects.ContainerHost, former: Collection[str]
) -> objects.Container:
    try:
        return ask.cloud.containers.create_container(host, _request(ask))
    except exceptions.CloudUnsure:
        found = _find_own(ask, host, former)
        if found is None:
            raise
        return found


def _request(ask: base.Ask) -> objects.ContainerRequest:
    """Say what is to be made; labels can't change, so that of a cluster isn't set."""
    properties = ask.properties
    name = properties.get("name") or default_name(ask.node)
    return objects.ContainerRequest(
        name=name,
        image=properties["image"],
        command=properties.get("command"),
        labels={clouds.NODE_MARK: ask.node.id},
    )


def default_name(node: base.NodeFacts) -> str:
    """Return a name for a node's container; another one each time."""
    return naming.for_object(node.name, secrets.token_hex(4))


def _start(ask: base.Ask, host: objects.ContainerHost, made: objects.Container) -> None:
    """Start the container; one that can't be started doesn't stay."""
    containers = ask.cloud.containers
    try:
        containers.act_on_container(host, made.id, "start", {})
    except (exceptions.CloudBusy, exceptions.CloudUnsure):
        raise
    except exceptions.CloudError as error:
        if ask.turn.is_retry and error.status == 409:
            LOG.info("Container %s is being started.", made.id)
            return
        with contextlib.suppress(exceptions.CloudError):
            containers.remove_container(host, made.id, force=True)
        raise


def _wait(ask: base.Ask, place: str) -> base.CloudWait:
    return waiting.container(
        ask, place, waiting.RUNNING, waiting.EXITED, waiting.PAUSED
    )


def _await_running(ask: base.Ask, place: str) -> base.Step:
    """See whether the container runs; one whose command is done has run.

    :raises CloudError: when it has failed.
    """
    wait = _wait(ask, place)
    if not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo=dict(ask.turn.memo))
    _, container_id = objects.host_of(place)
    what = f"Starting container {container_id}"
    waits.refuse_failure(ask.turn, wait, what)
    seen = ask.turn.seen
    if seen is not None and seen.status == waiting.EXITED and seen.reason:
        raise exceptions.CloudError(waits.describe(what, seen.status, seen.reason))
    return base.Done(reason=f"Container {container_id} runs.")


def _find_own(
    ask: base.Ask, host: objects.ContainerHost, former: Collection[str]
) -> objects.Container | None:
    """Find the container that an earlier try has made; remove any second one."""
    found = [
        container
        for container in ask.cloud.containers.find_labelled(host, ask.node.id)
        if host.locate(container.id) not in former
    ]
    found.sort(key=lambda one: (one.id != ask.node.physical_id, one.id))
    for extra in found[1:]:
        LOG.warning("Removing container %s: node %s has one.", extra.id, ask.node.id)
        ask.cloud.containers.remove_container(host, extra.id, force=True)
    return found[0] if found else None
