"""What several ask Neutron at the same time is asked once."""

import threading
from concurrent import futures

import pytest

from senlin_like import exceptions
from senlin_like.drivers.openstack.account import AccountView
from senlin_like.drivers.openstack.gathering import Gathering
from senlin_like.drivers.openstack.network import OpenStackNetwork
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

PORTS = "/network/v2.0/ports"
MOST = 20
PATIENCE_S = 30


class Watched(Gathering):
    """Tells how many have come to ask."""

    def __init__(self):
        super().__init__(MOST)
        self.came = threading.Semaphore(0)

    def _join(self, key):
        batch = super()._join(key)
        self.came.release()
        return batch

    def wait_for(self, count):
        for _ in range(count):
            assert self.came.acquire(timeout=PATIENCE_S)


class Neutron:
    """Lists ports; it answers the first question only when ``go_on`` is set."""

    def __init__(self):
        self.asked = []
        self.refusals = []
        self.go_on = threading.Event()

    def __call__(self, asked):
        marks = [value for key, value in asked.pairs if key == "description"]
        self.asked.append(marks)
        if len(self.asked) == 1:
            assert self.go_on.wait(PATIENCE_S)
        if self.refusals:
            return self.refusals.pop()
        return Answer(body={"ports": [_port(mark) for mark in marks]})


def _port(mark):
    node = mark.rpartition("=")[2]
    return {"id": f"of-{node}", "network_id": "n", "status": "DOWN"} | {
        "description": mark
    }


@pytest.fixture
def neutron():
    with border.running() as cloud:
        made = Neutron()
        cloud.answers["GET", PORTS] = made
        made.url = cloud.url
        yield made


@pytest.fixture
def find_at_once(neutron):
    """Ask for the ports of nodes on threads, all while the first is asked for."""
    gathering, sessions = Watched(), border.sessions(neutron.url)
    account = AccountView(sessions, border.an_account(), border.REGION)
    network = OpenStackNetwork(account, gathering)

    def find(nodes):
        with futures.ThreadPoolExecutor(len(nodes)) as pool:
            found = [pool.submit(network.find_ports_marked, one) for one in nodes]
            gathering.wait_for(len(nodes))
            neutron.go_on.set()
        return found

    yield find
    sessions.close()


def test_ports_of_many_nodes_take_few_calls(neutron, find_at_once):
    nodes = [f"n{number}" for number in range(50)]

    found = find_at_once(nodes)

    ids = [[port.id for port in one.result()] for one in found]
    assert ids == [[f"of-{node}"] for node in nodes]
    assert len(neutron.asked) <= 1 + -(-len(nodes) // MOST)
    assert max(map(len, neutron.asked)) <= MOST


def test_a_refusal_is_for_the_one_that_asked(neutron, find_at_once):
    neutron.refusals.append(Answer(status=500, body={"message": "no"}))

    found = find_at_once(["n0", "n1", "n2"])

    failed = [one for one in found if one.exception() is not None]
    assert len(failed) == 1
    assert isinstance(failed[0].exception(), exceptions.CloudError)
    assert len(neutron.asked) in (2, 3)
