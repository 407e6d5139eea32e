"""Removes one thing that carries a mark, after a last look at it in the cloud."""

from senlin_like.domain.leaks import Kind, Marked
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects

_CHANGED = "It is gone, or hasn't this mark any more."
_IN_USE = "Something uses it now."


def refusal(cloud: clouds.Cloud, thing: Marked) -> str | None:
    """Tell why a thing isn't as it was listed; None if it is.

    One call, two for a public address that leads to a port.

    :raises CloudError: when the cloud can't tell.
    """
    match thing.kind:
        case Kind.SERVER_GROUP:
            return _of_group(cloud, thing)
        case Kind.PORT:
            return _of_port(cloud, thing)
        case Kind.FLOATING_IP:
            return _of_address(cloud, thing)
        case _:
            return None if thing.object_id in _marked(cloud, thing) else _CHANGED


def _marked(cloud: clouds.Cloud, thing: Marked) -> set[str]:
    """Return the ids of the things of the same kind and mark."""
    match thing.kind:
        case Kind.STACK:
            tag = f"{clouds.NODE_MARK}={thing.mark}"
            return {one.id for one in cloud.orchestration.find_tagged(tag)}
        case Kind.CONTAINER:
            host, _container_id = objects.host_of(thing.id)
            found = cloud.containers.find_labelled(host, thing.mark)
            return {one.id for one in found}
        case Kind.LOAD_BALANCER:
            return {one.id for one in cloud.load_balancing.find_marked(thing.mark)}
        case _:
            return {one.id for one in cloud.compute.find_marked(thing.mark)}


def _of_address(cloud: clouds.Cloud, thing: Marked) -> str | None:
    found = cloud.network.find_floating_ips_marked(thing.mark)
    ports = {address.id: address.port_id for address in found}
    if thing.id not in ports:
        return _CHANGED
    port_id = ports[thing.id]
    if port_id is None:
        return None
    own = cloud.network.find_ports_marked(thing.mark)
    is_idle = any(port.id == port_id and port.device_id is None for port in own)
    return None if is_idle else _IN_USE


def _of_port(cloud: clouds.Cloud, thing: Marked) -> str | None:
    found = cloud.network.find_ports_marked(thing.mark)
    plugged = {port.id: port.device_id for port in found}
    if thing.id not in plugged:
        return _CHANGED
    return None if plugged[thing.id] is None else _IN_USE


def _of_group(cloud: clouds.Cloud, thing: Marked) -> str | None:
    found = cloud.compute.list_server_groups(thing.name)
    servers = {group.id: group.server_ids for group in found}
    if thing.id not in servers:
        return _CHANGED
    return _IN_USE if servers[thing.id] else None


def remove(cloud: clouds.Cloud, thing: Marked) -> None:
    """Ask for a thing to be deleted; what is in it or on it goes too.

    :raises CloudError: when the cloud refuses.
    """
    match thing.kind:
        case Kind.SERVER:
            cloud.compute.delete_server(thing.id)
        case Kind.STACK:
            cloud.orchestration.delete_stack(thing.id)
        case Kind.CONTAINER:
            host, container_id = objects.host_of(thing.id)
            cloud.containers.remove_container(host, container_id, force=True)
        case Kind.LOAD_BALANCER:
            cloud.load_balancing.delete_load_balancer(thing.id, cascade=True)
        case Kind.FLOATING_IP:
            cloud.network.delete_floating_ip(thing.id)
        case Kind.PORT:
            cloud.network.delete_port(thing.id)
        case Kind.SERVER_GROUP:
            cloud.compute.delete_server_group(thing.id)
