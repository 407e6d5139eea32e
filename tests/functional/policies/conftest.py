"""A binding of a load-balancing policy, worked on the way that an engine does it."""

import dataclasses
import uuid

import hypothesis
import pytest

from senlin_like import exceptions
from senlin_like.drivers import balancing as services
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud as simulated
from senlin_like.drivers.turns import Turn
from senlin_like.policies import load_balance
from senlin_like.policies.balancing import base, building
from senlin_like.simulated_cloud import controls
from tests.functional.cutting import Clock, Crash, Cutting, look

hypothesis.settings.register_profile(
    "deterministic",
    hypothesis.settings.get_profile("patient"),
    derandomize=True,
    database=None,
    max_examples=40,
)
hypothesis.settings.load_profile("deterministic")

POOL = {"subnet": "private-subnet"}
VIP = {"subnet": "private-subnet"}
MONITOR = {"type": "HTTP", "url_path": "/", "http_method": "GET"}


class Bench:
    """One binding and its account of the cloud."""

    def __init__(self, driver, clock):
        self.driver = driver
        self.clock = clock
        self.calls = []
        self.crashes = set()
        self.turns = 0
        self.controls = controls.Controls(driver.world)
        self.project = uuid.uuid4().hex
        self.cloud = driver.cloud(clouds.Account(user="u", project=self.project))
        self.cut = Cutting(self.cloud, self.calls, self.crashes)
        self.mark = str(uuid.uuid4())
        self.record = {}
        self.use()

    def use(self, **properties):
        """Set the properties of the policy."""
        given = {"pool": POOL, "vip": VIP, "health_monitor": MONITOR, **properties}
        spec = {
            "type": "senlin.policy.loadbalance",
            "version": "1.3",
            "properties": given,
        }
        self.properties = load_balance.LoadBalance().check_spec(spec)

    def ask(self, turn):
        return base.Ask(
            cloud=self.cut,
            mark=self.mark,
            cluster_name="web",
            properties=self.properties,
            record=self.record,
            turn=turn,
        )

    def look(self, wait):
        return look(self.cloud, self.clock, wait)

    def run(self, verb, *arguments, turns=60):
        """Carry a verb out to its end, over crashes and unsure answers."""
        turn = Turn()
        self.turns = 0
        for _ in range(turns):
            self.turns += 1
            before = len(self.calls)
            try:
                step = verb(self.ask(turn), *arguments)
            except (Crash, exceptions.CloudUnsure):
                # What was seen is lost with the engine.
                turn = Turn(memo=turn.memo, is_retry=True)
                continue
            except exceptions.CloudBusy:
                if len(self.calls) - before > 1:
                    turn = dataclasses.replace(turn, is_retry=True)
                continue
            self.record = dict(step.record)
            if isinstance(step, base.Done):
                return step
            seen = self.look(step.wait)
            turn = Turn(memo=step.memo, seen=seen, has_expired=seen is None)
        raise AssertionError("the verb doesn't end")

    def give_up(self, verb, *arguments):
        """Carry a verb out until it is cut off, and don't try again."""
        turn = Turn()
        while True:
            try:
                step = verb(self.ask(turn), *arguments)
            except Crash:
                return
            self.record = dict(step.record)
            if isinstance(step, base.Done):
                return
            turn = Turn(memo=step.memo, seen=self.look(step.wait))

    def fault(self, effect, method, **fields):
        """Let calls for this binding's project go wrong."""
        rule = {"effect": effect, "method": method, "project": self.project}
        self.controls.add_fault({**rule, **fields})

    def nodes(self, number):
        """Make nodes with servers that run."""
        return [self.node(f"node-{index}") for index in range(number)]

    def node(self, name):
        server = self.cloud.compute.create_server(
            objects.ServerRequest(
                name=name,
                flavor_id="1",
                image_id="new_image",
                metadata={},
                networks=[{"network": "private"}],
            )
        )
        return base.Target(node_id=str(uuid.uuid4()), name=name, server_id=server.id)

    def stranger(self, address="10.0.0.250", **fields):
        """Put somebody else's member into the pool."""
        member = services.MemberRequest(address=address, port=8080, **fields)
        self.cloud.load_balancing.put_members(
            self.record["pool"], [member], additive=True
        )
        self.clock.now += 60

    def balancers(self):
        """Give the project's live load balancers as operators see them."""
        return self.controls.load_balancers({"project": self.project})

    def members(self):
        return self.cloud.load_balancing.list_members(self.record["pool"])

    def address_of(self, target):
        found = self.cloud.compute.list_addresses([target.server_id])
        return found[target.server_id]["private"][0]["addr"]


@pytest.fixture(scope="session")
def clock():
    return Clock()


@pytest.fixture(scope="session")
def driver(tmp_path_factory, clock):
    path = tmp_path_factory.mktemp("cloud") / "cloud.db"
    options = DriverOptions(simulated_url=f"sqlite:///{path}")
    made = simulated.connect(options, clock=clock)
    controls.Controls(made.world).put_settings(
        {"load_balancer_seconds": 20.0, "load_balancer_change_seconds": 4.0}
    )
    yield made
    made.close()


@pytest.fixture
def make(driver, clock):
    """Give what makes benches."""
    yield lambda: Bench(driver, clock)
    controls.Controls(driver.world).clear_faults()


@pytest.fixture
def bench(make):
    """A binding that has nothing yet."""
    return make()


@pytest.fixture
def ready(bench):
    """A binding whose load balancer is there; calls are counted from now on."""
    bench.run(building.build)
    bench.calls.clear()
    return bench
