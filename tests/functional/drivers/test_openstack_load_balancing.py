"""What Octavia is asked for, and what its answers mean."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import balancing
from senlin_like.drivers.base import GONE
from senlin_like.drivers.openstack import load_balancing
from senlin_like.drivers.openstack.load_balancing import OpenStackLoadBalancing
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

ROOT = "/load-balancer/v2/lbaas"
BALANCERS = f"{ROOT}/loadbalancers"
MEMBERS = f"{ROOT}/pools/pool-1/members"


@pytest.fixture
def cloud():
    with border.running() as made:
        yield made


@pytest.fixture
def service(account):
    return OpenStackLoadBalancing(account)


def shown(**fields):
    known = {
        "id": "lb-1",
        "name": "lb",
        "provisioning_status": "ACTIVE",
        "operating_status": "ONLINE",
        "created_at": "2026-11-21T22:47:42",
        "project_id": "p-1",
        "tags": ["cluster_binding_id=mark-1"],
        "listeners": [],
        "pools": [],
    }
    return {**known, **fields}


def listed(*balancers):
    return Answer(body={"loadbalancers": list(balancers), "loadbalancers_links": []})


def fault(status, text):
    return Answer(status=status, body={"faultcode": "Client", "faultstring": text})


def a_pool(cloud, status="ACTIVE"):
    pool = {"id": "pool-1", "loadbalancers": [{"id": "lb-1"}]}
    cloud.tell("GET", f"{ROOT}/pools/pool-1", Answer(body={"pool": pool}))
    balancer = {"loadbalancer": shown(provisioning_status=status)}
    cloud.tell("GET", f"{BALANCERS}/lb-1", Answer(body=balancer))


def test_fifty_members_are_added_by_one_call(cloud, service):
    cloud.tell("PUT", MEMBERS, Answer(status=202))
    wanted = [
        balancing.MemberRequest(
            address=f"10.0.0.{number}",
            port=80,
            name=f"m{number}",
            subnet_id="s",
            weight=0,
            tags=("t",),
        )
        for number in range(50)
    ]

    service.put_members("pool-1", wanted, additive=True)

    assert cloud.calls() == [f"PUT {MEMBERS}"]
    assert cloud.asked[-1].query == {"additive_only": "true"}
    sent = cloud.asked[-1].body["members"]
    assert len(sent) == 50
    assert sent[7] == {
        "address": "10.0.0.7",
        "protocol_port": 80,
        "name": "m7",
        "weight": 0,
        "tags": ["t"],
        "subnet_id": "s",
    }


def test_all_members_are_put_without_additive(cloud, service):
    cloud.tell("PUT", MEMBERS, Answer(status=202))
    member = balancing.MemberRequest(address="10.0.0.1", port=80)

    service.put_members("pool-1", [member], additive=False)

    assert cloud.asked[-1].query == {}
    assert "subnet_id" not in cloud.asked[-1].body["members"][0]


def test_a_load_balancer_is_made_with_its_mark(cloud, service):
    made = Answer(status=201, body={"loadbalancer": shown()})
    cloud.tell("POST", BALANCERS, made)

    service.create_load_balancer(
        balancing.LoadBalancerRequest(name="lb", mark="mark-1", subnet_id="s")
    )

    assert cloud.asked[-1].body["loadbalancer"] == {
        "name": "lb",
        "tags": ["cluster_binding_id=mark-1"],
        "admin_state_up": True,
        "vip_subnet_id": "s",
    }


def test_marked_load_balancers_come_with_the_oldest_first(cloud, service):
    cloud.tell(
        "GET",
        BALANCERS,
        listed(
            shown(id="young", created_at="2026-11-22T00:00:00"),
            shown(id="old"),
            shown(id="other", tags=["mark-1"]),
        ),
    )

    found = service.find_marked("mark-1")

    assert [one.id for one in found] == ["old", "young"]
    assert cloud.calls() == [f"GET {BALANCERS}"]
    assert cloud.asked[-1].query == {
        "tags": "cluster_binding_id=mark-1",
        "project_id": "p-1",
    }


@pytest.mark.parametrize("ids", [["lb-1"], ["lb-1", "lb-2", "lb-3"]])
def test_any_number_of_load_balancers_is_looked_at_by_one_call(cloud, account, ids):
    rows = [
        {"id": "lb-1", "provisioning_status": "ACTIVE"},
        {"id": "lb-3", "provisioning_status": "DELETED"},
    ]
    cloud.tell("GET", BALANCERS, listed(*rows))

    seen = load_balancing.look(account, ids)

    assert cloud.calls() == [f"GET {BALANCERS}"]
    assert [seen[one].status for one in ids] == ["ACTIVE", GONE, GONE][: len(ids)]


def test_one_that_is_changing_is_busy(cloud, service):
    a_pool(cloud, "PENDING_UPDATE")
    cloud.tell("PUT", MEMBERS, fault(409, "Pool pool-1 is immutable and cannot be."))

    with pytest.raises(exceptions.CloudBusy, match="immutable"):
        service.put_members("pool-1", [], additive=False)


def test_one_that_is_broken_refuses(cloud, service):
    a_pool(cloud, "ERROR")
    cloud.tell("PUT", MEMBERS, fault(409, "Pool pool-1 is immutable and cannot be."))

    with pytest.raises(exceptions.CloudError, match="status ERROR") as caught:
        service.put_members("pool-1", [], additive=False)

    assert caught.value.status == 409
    assert not isinstance(caught.value, exceptions.CloudBusy)


def test_a_broken_one_is_known_by_its_monitor_too(cloud, service):
    a_pool(cloud, "ERROR")
    monitor = f"{ROOT}/healthmonitors/m-1"
    told = {"healthmonitor": {"id": "m-1", "pools": [{"id": "pool-1"}]}}
    cloud.tell("GET", monitor, Answer(body=told))
    cloud.tell("DELETE", monitor, fault(409, "m-1 is immutable"))

    with pytest.raises(exceptions.CloudError, match="status ERROR"):
        service.delete_monitor("m-1")


def test_one_that_is_being_built_cannot_be_deleted_yet(cloud, service):
    answer = fault(409, "Invalid state PENDING_CREATE of loadbalancer resource lb-1")
    cloud.tell("DELETE", f"{BALANCERS}/lb-1", answer)

    with pytest.raises(exceptions.CloudBusy):
        service.delete_load_balancer("lb-1", cascade=True)

    assert cloud.calls() == [f"DELETE {BALANCERS}/lb-1"]
    assert cloud.asked[-1].query == {"cascade": "true"}


def test_what_another_project_has_is_not_there(cloud, service):
    cloud.tell("DELETE", f"{BALANCERS}/lb-1", fault(403, "Policy does not allow this"))
    cloud.tell("GET", BALANCERS, listed())

    service.delete_load_balancer("lb-1")

    assert cloud.asked[-1].query == {"id": "lb-1", "project_id": "p-1"}


def test_a_lack_of_rights_is_not_taken_for_being_gone(cloud, service):
    cloud.tell("DELETE", f"{BALANCERS}/lb-1", fault(403, "Policy does not allow this"))
    cloud.tell("GET", BALANCERS, listed(shown()))

    with pytest.raises(exceptions.CloudError, match="Policy does not allow") as caught:
        service.delete_load_balancer("lb-1")

    assert caught.value.status == 403


def test_a_member_that_is_gone_can_be_deleted(cloud, service):
    pools = Answer(body={"pools": [{"id": "pool-1"}]})
    cloud.tell("GET", f"{ROOT}/pools", pools)

    service.delete_member("pool-1", "m1")

    assert cloud.calls() == [f"DELETE {MEMBERS}/m1", f"GET {ROOT}/pools"]


def test_a_member_of_no_pool_is_not_found(cloud, service):
    cloud.tell("GET", f"{ROOT}/pools", Answer(body={"pools": []}))

    with pytest.raises(exceptions.CloudNotFound):
        service.delete_member("pool-1", "m1")


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("IP address 10.0.0.9 already allocated in subnet s", 409),
        ("the network has no room", 500),
    ],
)
def test_what_the_provider_refuses_was_not_done(cloud, service, reason, status):
    text = f"Provider 'amphora' reports error: {reason}"
    cloud.tell("POST", BALANCERS, fault(500, text))

    with pytest.raises(exceptions.CloudError, match=reason) as caught:
        service.create_load_balancer(
            balancing.LoadBalancerRequest(name="lb", mark="m", address="10.0.0.9")
        )

    assert caught.value.status == status
    assert not isinstance(caught.value, exceptions.CloudUnsure)


def test_any_other_trouble_of_the_service_leaves_it_open(cloud, service):
    cloud.tell("POST", BALANCERS, fault(500, "Something broke"))

    with pytest.raises(exceptions.CloudUnsure):
        service.create_load_balancer(
            balancing.LoadBalancerRequest(name="lb", mark="m", subnet_id="s")
        )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Validation failure: Invalid flavor_id.", exceptions.CloudNotFound),
        ("Validation failure: Invalid availability zone.", exceptions.CloudError),
    ],
)
def test_a_flavor_that_is_not_there_is_told_as_such(cloud, service, text, kind):
    cloud.tell("POST", BALANCERS, fault(400, text))

    with pytest.raises(exceptions.CloudError) as caught:
        service.create_load_balancer(
            balancing.LoadBalancerRequest(name="lb", mark="m", flavor_id="f")
        )

    assert type(caught.value) is kind


def test_a_quota_is_told_with_its_reason(cloud, service):
    text = "Quota has been met for resources: Pool"
    cloud.tell("POST", f"{ROOT}/pools", fault(403, text))
    listeners = Answer(body={"listeners": [{"id": "l-1"}]})
    cloud.tell("GET", f"{ROOT}/listeners", listeners)

    with pytest.raises(exceptions.CloudError, match=text) as caught:
        service.create_pool(
            balancing.PoolRequest(
                name="p", listener_id="l-1", protocol="HTTP", method="ROUND_ROBIN"
            )
        )

    assert caught.value.status == 403
