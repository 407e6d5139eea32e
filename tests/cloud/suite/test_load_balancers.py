"""A load balancer gets an address of its own, and all its members by one call."""

from typing import Any

from tests.cloud import settings as cloud_settings
from tests.cloud import traffic, waiting


def until_ready(balancing: Any, balancer: Any) -> Any:
    """Wait until a load balancer takes the next change."""
    waiting.until(
        lambda: balancing.get_load_balancer(balancer).provisioning_status,
        "ACTIVE".__eq__,
    )
    return balancing.get_load_balancer(balancer)


def test_members_are_set_and_removed_by_one_call(
    settings: cloud_settings.Settings, member: Any, name: str
) -> None:
    balancing = member.load_balancer
    subnet = member.network.find_subnet("lab")
    balancer = balancing.create_load_balancer(
        name=name, vip_subnet_id=subnet.id, flavor_id=balancing.find_flavor("lab").id
    )
    address = until_ready(balancing, balancer).vip_address
    listener = balancing.create_listener(
        load_balancer_id=balancer.id, protocol="HTTP", protocol_port=80
    )
    until_ready(balancing, balancer)
    pool = balancing.create_pool(
        listener_id=listener.id, protocol="HTTP", lb_algorithm="ROUND_ROBIN"
    )
    until_ready(balancing, balancer)
    wanted = [
        {"address": f"10.20.9.{number}", "protocol_port": 80, "subnet_id": subnet.id}
        for number in range(1, 4)
    ]
    before = traffic.mark(settings.log_dir)

    for members in (wanted, wanted[:1], []):
        answer = balancing.put(
            f"/lbaas/pools/{pool.id}/members", json={"members": members}
        )
        assert answer.status_code == 202
        until_ready(balancing, balancer)
        found = [one.address for one in balancing.members(pool)]
        assert sorted(found) == [one["address"] for one in members]

    counted = traffic.count(traffic.calls(settings.log_dir, before))
    assert counted["octavia", "PUT", "/v2.0/lbaas/pools/{id}/members"] == 3
    assert address.startswith("10.20.")
    balancing.delete_load_balancer(balancer, cascade=True)
    waiting.until(lambda: balancing.find_load_balancer(balancer.id) is None)
    ports = member.network.ports(device_id=f"lb-{balancer.id}")
    assert list(ports) == []
