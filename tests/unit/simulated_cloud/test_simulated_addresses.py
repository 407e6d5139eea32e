"""Addresses: unique, given back, and exhausted in the end."""

import pytest

from senlin_like import exceptions
from senlin_like.simulated_cloud import ports


@pytest.fixture
def small_network(levers):
    """A network with room for 5 ports."""
    network = levers.put_thing("network", {"name": "small"})
    levers.put_thing(
        "subnet",
        {
            "name": "small-subnet",
            "attributes": {"network_id": network["id"], "cidr": "10.9.0.0/29"},
        },
    )
    return network["id"]


def test_a_full_subnet_gives_no_more_addresses(cloud, owner, small_network):
    new = ports.NewPort(network_id=small_network)
    made = [ports.create(cloud, owner, new) for _ in range(5)]

    with pytest.raises(exceptions.CloudError) as caught:
        ports.create(cloud, owner, new)

    assert caught.value.status == 409
    assert {port.fixed_ips[0]["ip_address"] for port in made} == {
        f"10.9.0.{number}" for number in range(2, 7)
    }


def test_an_address_that_is_given_back_is_used_again(cloud, owner, small_network):
    new = ports.NewPort(network_id=small_network)
    made = [ports.create(cloud, owner, new) for _ in range(5)]

    ports.delete(cloud, owner, made[2].id)

    again = ports.create(cloud, owner, new)
    assert again.fixed_ips == made[2].fixed_ips


@pytest.mark.parametrize(
    "address", ["10.9.0.0", "10.9.0.1", "10.9.0.7", "192.0.2.1", "x", "::1"]
)
def test_an_address_outside_of_the_range_is_refused(
    cloud, owner, small_network, address
):
    new = ports.NewPort(network_id=small_network, fixed_ips=[{"ip_address": address}])

    with pytest.raises(exceptions.CloudError) as caught:
        ports.create(cloud, owner, new)

    assert caught.value.status == 400


def test_an_address_taken_by_name_is_not_given_to_others(cloud, owner):
    network_id = cloud.picture.get("network", "private").id
    asked = ports.NewPort(network_id=network_id, fixed_ips=[{"ip_address": "10.0.0.4"}])
    new = ports.NewPort(network_id=network_id)
    ports.create(cloud, owner, new)
    ports.create(cloud, owner, asked)

    others = [ports.create(cloud, owner, new) for _ in range(5)]

    assert "10.0.0.4" not in {port.fixed_ips[0]["ip_address"] for port in others}
