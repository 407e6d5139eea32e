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
ADDRESS = "10.9.8.201"
NETWORKS = {
    "plain": [{"network": "private"}],
    "several": [
        {"network": "private", "floating_network": "public"},
        {"network": "private", "subnet": "private-subnet"},
    ],
    "fixed": [{"network": "private"}, {"network": "private", "fixed_ip": ADDRESS}],
    "given": [{"network": "private"}, {"port": "theirs"}],
}
#: More calls than a creation that is tried again takes before it waits.
CALLS = 12
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
    after which the late ones come, and after which it is cut off itself. Returns
    why the creation failed, if it did.
    """
    paused = Paused(bench, nth)
    happens = {late_after: [paused.go_on]}
    if then is not None:
        happens.setdefault(then, []).append(lambda: cut_off(is_lost))
    bench.cut = Cutting(bench.cloud, Calls(happens), set())
    refused = ""
    try:
        bench.run("create", first=base.Turn(is_retry=True))
    except exceptions.CloudError as error:
        refused = f"refused: {error.message}"
    bench.cut = bench.cloud
    paused.go_on()
    return refused


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


def begin(make, name):
    """Give a node that is to be made, and the user's port that it is to get."""
    bench = make(nova.NovaServer())
    network = bench.cloud.network
    given = network.create_port(network.find_network("private"), node_id="the user").id
    entries = [
        entry | {"port": given} if "port" in entry else entry
        for entry in NETWORKS[name]
    ]
    bench.use(**BASE, networks=entries)
    return bench, given


def flaws(bench, given):
    """Say what isn't as it has to be at rest."""
    servers = bench.servers()
    found = []
    if [one.id for one in servers] != [bench.node.physical_id]:
        found.append(f"servers are {servers}")
    entries = bench.properties["networks"]
    records = bench.node.data.get("internal_ports", ())
    addresses = [record["entry"].get("fixed_ip") for record in records]
    ids = {record["id"] for record in records}
    if len(records) != len(entries) or len(ids) != len(entries):
        found.append(f"recorded are {records}")
    for record in records:
        wanted = record["entry"].get("fixed_ip")
        has = {one["ip_address"] for one in record["fixed_ips"]}
        if has & set(addresses) != ({wanted} if wanted else set()):
            found.append(f"the address of {record} is another one's")
    existing = [*bench.ports(), bench.cloud.network.find_port(given)]
    plugged = {one.id for one in existing if one.device_id == bench.node.physical_id}
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


def left(bench, given):
    """Delete the node's server and say what is left of it."""
    bench.run("delete", {})
    found = [*bench.servers(), *bench.ports(), *bench.public()]
    if bench.cloud.network.find_port(given).device_id is not None:
        found.append(given)
    return [f"{one} is left" for one in found]


@pytest.mark.parametrize("is_lost", [False, True], ids=["crash", "no-answer"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_late_creation_leaves_no_loose_port(make, name, nth, is_lost):
    wrong = []

    for late_after in range(1, CALLS):
        for then in (None, *range(late_after, min(late_after + 5, CALLS))):
            bench, given = begin(make, name)
            refused = overtake(bench, nth, late_after, then, is_lost=is_lost)
            sweep(bench)
            found = [refused] if refused else flaws(bench, given)
            found += left(bench, given)
            wrong += [
                f"late after call {late_after}, cut off after {then}: {flaw}"
                for flaw in found
            ]

    assert not wrong, "\n".join(wrong)
