"""An engine that was paused while it made a server goes on beside another one.

The paused engine stands still before one of its calls; the other one takes the
creation over, and is between two of its own calls when the paused one does
all that it still had to do. Then the other one goes on, is cut off, or gets no
answer. In the end there is one server, with the ports that are recorded.
"""

import dataclasses
import itertools
import threading
import types
import uuid

import pytest

from senlin_like import exceptions
from senlin_like.profiles import base
from senlin_like.profiles.nova_server import plugin as nova
from senlin_like.simulated_cloud import ports
from tests.functional.cutting import Crash, Cutting

BASE = {"flavor": "m1.tiny", "image": "cirros-0.4.0-x86_64-disk"}
NETWORKS = {
    "plain": [{"network": "private"}],
    "several": [
        {"network": "private", "floating_network": "public"},
        {"network": "private", "subnet": "private-subnet"},
    ],
}
#: Calls that the creation of one port and one server takes when it is tried again,
#: with names that are looked up: there are fewer than that.
CALLS = 14
_ids = itertools.count(1)


@pytest.fixture(autouse=True)
def ordered_ports(monkeypatch):
    """Let the cloud list ports in the order in which they were made."""
    made = types.SimpleNamespace(uuid4=lambda: uuid.UUID(int=next(_ids)))
    monkeypatch.setattr(ports, "uuid", made)


class Calls(list):
    """The calls of one engine; something happens right after some of them."""

    def __init__(self, happens):
        super().__init__()
        self.happens = happens

    def append(self, path):
        super().append(path)
        for happen in self.happens.get(len(self), ()):
            happen()


class Standing:
    """Wraps a cloud: stands still before the nth call that changes something."""

    def __init__(self, inner, gate, path=""):
        self._inner = inner
        self._gate = gate
        self._path = path

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        path = f"{self._path}.{name}".lstrip(".")
        if not callable(found):
            return Standing(found, self._gate, path)

        def call(*args, **kwargs):
            if name.startswith("create_"):
                self._gate.arrive()
            return found(*args, **kwargs)

        return call


class Paused:
    """An engine's first try to make a node's server, in a thread of its own.

    Only one of the two engines is ever at work: the other one waits for it.
    """

    def __init__(self, bench, nth):
        self._left = nth
        self._stands, self._may_go = threading.Event(), threading.Event()
        self._ask = dataclasses.replace(bench.ask(), cloud=Standing(bench.cloud, self))
        self._plugin = bench.plugin
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self._stands.wait()

    def arrive(self):
        self._left -= 1
        if self._left == 0:
            self._stands.set()
            self._may_go.wait()

    def _work(self):
        try:
            self._plugin.create(self._ask)
        except exceptions.CloudError:
            # What it worked on may be gone; nobody listens to it any more.
            self.is_refused = True
        finally:
            self._stands.set()

    def go_on(self):
        self._may_go.set()
        self._thread.join()


def overtake(bench, nth, late_after, then=None, *, is_lost=False):
    """Make the node's server by an engine beside which a paused one goes on.

    ``late_after`` and ``then`` count the calls of the engine that took over:
    after which the late ones come, and after which it is cut off itself.
    """
    paused = Paused(bench, nth)
    happens = {late_after: [paused.go_on]}
    if then is not None:
        happens.setdefault(then, []).append(lambda: cut_off(is_lost))
    bench.cut = Cutting(bench.cloud, Calls(happens), set())
    bench.run("create", first=base.Turn(is_retry=True))
    bench.cut = bench.cloud
    paused.go_on()


def cut_off(is_lost):
    if is_lost:
        raise exceptions.CloudUnsure("No answer.")
    raise Crash


def sweep(bench):
    """Remove strays as the watch does that follows an engine's loss."""
    for _ in range(4):
        bench.clock.now += 60.0
        for stray in bench.plugin.strays(bench.ask(), 0.0):
            bench.plugin.remove_stray(bench.ask(), stray)


def flaws(bench, number):
    """Say what isn't as it has to be at rest."""
    servers = bench.servers()
    found = []
    if [one.id for one in servers] != [bench.node.physical_id]:
        found.append(f"servers are {servers}")
    records = bench.node.data.get("internal_ports", ())
    ids = {record["id"] for record in records}
    if len(records) != number or len(ids) != number:
        found.append(f"recorded are {records}")
    plugged = {
        port.id for port in bench.ports() if port.device_id == bench.node.physical_id
    }
    if plugged != ids:
        found.append(f"plugged in are {plugged}, recorded {ids}")
    loose = [port.id for port in bench.ports() if port.device_id is None]
    if loose:
        found.append(f"plugged into nothing are {loose}")
    recorded = [
        one["floating"]["floating_ip_address"] for one in records if one.get("floating")
    ]
    if recorded != bench.public():
        found.append(f"public addresses are {bench.public()}, recorded {recorded}")
    return found


@pytest.mark.parametrize("is_lost", [False, True], ids=["crash", "no-answer"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("networks", NETWORKS)
def test_a_late_creation_leaves_no_loose_port(make, networks, nth, is_lost):
    wrong = []

    for late_after in range(1, CALLS):
        for then in (None, *range(late_after, CALLS)):
            bench = make(nova.NovaServer())
            bench.use(**BASE, networks=NETWORKS[networks])
            overtake(bench, nth, late_after, then, is_lost=is_lost)
            sweep(bench)
            wrong += [
                f"late after call {late_after}, cut off after {then}: {flaw}"
                for flaw in flaws(bench, len(NETWORKS[networks]))
            ]

    assert not wrong, "\n".join(wrong)
