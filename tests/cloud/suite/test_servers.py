"""Servers are built, listed by what has changed, and deleted, also from a volume."""

import datetime
from collections.abc import Callable
from typing import Any

from tests.cloud import waiting

Make = Callable[..., Any]


def changed_since(member: Any, moment: datetime.datetime) -> dict[str, str]:
    found = member.compute.servers(changes_since=moment.isoformat())
    return {server.id: server.status for server in found}


def test_a_server_becomes_active_with_an_address(member: Any, a_server: Make) -> None:
    server = a_server()

    assert server.addresses["lab"][0]["addr"].startswith("10.20.")
    ports = list(member.network.ports(device_id=server.id))
    assert [port.status for port in ports] == ["ACTIVE"]


def test_a_server_is_among_the_changes_until_it_is_deleted(
    member: Any, a_server: Make
) -> None:
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    server = a_server()
    built = changed_since(member, before)

    member.compute.delete_server(server)
    waiting.until(lambda: member.compute.find_server(server.id) is None)

    assert built[server.id] == "ACTIVE"
    assert changed_since(member, before)[server.id] == "DELETED"


def test_servers_of_a_group_are_kept_apart(
    member: Any, admin: Any, a_server: Make, name: str
) -> None:
    group = member.compute.create_server_group(name=name, policy="anti-affinity")
    hints = {"group": group.id}

    two = [a_server(scheduler_hints=hints) for _ in range(2)]

    hosts = {admin.compute.get_server(server.id).compute_host for server in two}
    member.compute.delete_server_group(group)
    assert len(hosts) == 2


def test_a_zone_has_the_hosts_it_was_given(admin: Any, a_server: Make) -> None:
    server = a_server(admin, availability_zone="az2")

    assert server.compute_host == "cmp3"


def test_a_server_is_stopped_started_and_resized(
    member: Any, a_server: Make, until_status: Callable[..., Any]
) -> None:
    server = a_server(key_name="lab")

    member.compute.stop_server(server)
    until_status(member, server, "SHUTOFF")
    member.compute.start_server(server)
    until_status(member, server, "ACTIVE")
    member.compute.resize_server(server, member.compute.find_flavor("lab.small").id)
    until_status(member, server, "VERIFY_RESIZE")
    member.compute.confirm_server_resize(server)

    resized = until_status(member, server, "ACTIVE")
    assert resized.flavor.ram == 512


def test_a_server_starts_from_a_volume(member: Any, a_server: Make, name: str) -> None:
    storage = member.block_storage
    volume = storage.create_volume(name=name, size=1)
    waiting.until(lambda: storage.get_volume(volume).status, "available".__eq__)
    storage.set_volume_bootable_status(volume, True)
    disk = {
        "boot_index": 0,
        "uuid": volume.id,
        "source_type": "volume",
        "destination_type": "volume",
    }

    server = a_server(image_id="", block_device_mapping=[disk])

    in_use = storage.get_volume(volume)
    assert in_use.status == "in-use"
    assert [one["server_id"] for one in in_use.attachments] == [server.id]
    member.compute.delete_server(server)
    waiting.until(lambda: storage.get_volume(volume).status, "available".__eq__)
    storage.delete_volume(volume)
    waiting.until(lambda: storage.find_volume(volume.id) is None)


def test_a_floating_address_is_shown_with_the_server(
    member: Any, a_server: Make
) -> None:
    server = a_server()
    port = next(member.network.ports(device_id=server.id))
    public = member.network.find_network("public")

    address = member.network.create_ip(
        floating_network_id=public.id, port_id=port.id
    ).floating_ip_address

    def shown() -> set[str]:
        found = member.compute.get_server(server.id).addresses["lab"]
        return {one["addr"] for one in found}

    waiting.until(shown, lambda seen: address in seen)
    member.network.delete_ip(member.network.find_ip(address))
