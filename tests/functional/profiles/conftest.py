"""A node on the simulated cloud, worked on the way that an engine does it."""

import contextlib
import dataclasses
import uuid

import hypothesis
import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud as simulated
from senlin_like.profiles import base
from senlin_like.profiles.docker_container import plugin as docker
from senlin_like.profiles.heat_stack import plugin as heat
from senlin_like.profiles.nova_server import plugin as nova
from senlin_like.simulated_cloud import controls, tables
from tests.functional.cutting import Clock, Crash, Cutting, look

hypothesis.settings.register_profile(
    "deterministic",
    hypothesis.settings.get_profile("patient"),
    derandomize=True,
    database=None,
    max_examples=40,
)
hypothesis.settings.load_profile("deterministic")


class Bench:
    """One node, its profile type and its account of the cloud."""

    def __init__(self, driver, clock, plugin, project=None):
        self.driver = driver
        self.clock = clock
        self.plugin = plugin
        self.calls = []
        self.crashes = set()
        self.controls = controls.Controls(driver.world)
        self.project = project or uuid.uuid4().hex
        self.cloud = driver.cloud(clouds.Account(user="u", project=self.project))
        self.cut = Cutting(self.cloud, self.calls, self.crashes)
        self.properties = {}
        self.hosts = []
        self.since = clock.now
        self.node = base.NodeFacts(
            id=str(uuid.uuid4()),
            name="node-1",
            index=1,
            cluster_id=str(uuid.uuid4()),
            physical_id=None,
            status="INIT",
        )

    def use(self, **properties):
        """Set the properties of the node's profile."""
        name, _, version = self.plugin.name.rpartition("-")
        spec = {"type": name, "version": version, "properties": properties}
        self.properties = self.plugin.check_spec(spec)
        return self.properties

    def ask(self, turn=base.Turn(), **limits):  # noqa: B008 - a frozen value
        return base.Ask(
            cloud=self.cut,
            node=self.node,
            properties=self.properties,
            turn=turn,
            limits=base.Limits(**limits),
            hosts=[dataclasses.replace(host, cloud=self.cut) for host in self.hosts],
            since=self.since,
        )

    def begin(self):
        """Let another action begin now."""
        self.since = self.clock.now

    def patch(self, patch):
        data = {**self.node.data, **patch.data}
        changes = {"data": {k: v for k, v in data.items() if v is not None}}
        if patch.physical_id is not None:
            changes["physical_id"] = patch.physical_id
        if patch.clear_physical_id:
            changes["physical_id"] = None
        self.node = dataclasses.replace(self.node, **changes)

    def look(self, wait):
        return look(self.cloud, self.clock, wait)

    def run(self, verb, *arguments, turns=40, first=base.Turn()):  # noqa: B008
        """Carry a verb out to its end, over crashes and unsure answers."""
        turn = first
        for _ in range(turns):
            before = len(self.calls)
            try:
                step = getattr(self.plugin, verb)(self.ask(turn), *arguments)
            except (Crash, exceptions.CloudUnsure):
                turn = dataclasses.replace(turn, is_retry=True)
                continue
            except exceptions.CloudBusy:
                if len(self.calls) - before > 1:
                    turn = dataclasses.replace(turn, is_retry=True)
                continue
            self.patch(step.patch)
            if isinstance(step, base.Done):
                return step
            if step.wait is None:
                turn = base.Turn(memo=step.memo)
                continue
            seen = self.look(step.wait)
            if turn.has_expired and seen is None:
                raise exceptions.CloudError("Timed out.")
            turn = base.Turn(memo=step.memo, seen=seen, has_expired=seen is None)
        raise AssertionError("the verb doesn't end")

    def fault(self, effect, method, **fields):
        """Let calls for this node's project go wrong."""
        rule = {"effect": effect, "method": method, "project": self.project}
        self.controls.add_fault({**rule, **fields})

    def give_up(self, verb, *arguments):
        """Carry a verb out until it is cut off, and don't try again."""
        turn = base.Turn()
        while True:
            try:
                step = getattr(self.plugin, verb)(self.ask(turn), *arguments)
            except Crash:
                return
            self.patch(step.patch)
            if isinstance(step, base.Done):
                return
            seen = None if step.wait is None else self.look(step.wait)
            turn = base.Turn(memo=step.memo, seen=seen)

    def add_host(self):
        """Make a server that Docker listens on."""
        compute = self.cloud.compute
        made = compute.create_server(
            objects.ServerRequest(
                name="host",
                flavor_id=compute.find_flavor("m1.tiny").id,
                image_id=self.cloud.images.find_image("new_image").id,
                metadata={},
            )
        )
        self.clock.now += 60
        host = base.Host(
            node_id=str(uuid.uuid4()),
            physical_id=made.id,
            type=nova.NAME,
            cloud=self.cloud,
        )
        self.hosts.append(host)
        return host

    def containers(self):
        """Give the node's containers on all hosts; hosts that are gone have none."""
        found = []
        for host in self.hosts:
            with contextlib.suppress(exceptions.CloudNotFound):
                server = self.cloud.compute.get_server(host.physical_id)
                address = server.addresses["private"][0]["addr"]
                where = objects.ContainerHost(address=address, port=2375)
                found += self.cloud.containers.find_labelled(where, self.node.id)
        return found

    def servers(self):
        return self.cloud.compute.find_marked(self.node.id)

    def ports(self):
        return self.cloud.network.find_ports_marked(self.node.id)

    def public(self):
        """Give all public addresses of the project."""
        table = tables.FLOATING_IPS
        query = sa.select(table.c.address).where(table.c.project == self.project)
        return self.driver.world.store.read(
            lambda connection: connection.execute(query).scalars().all()
        )

    def stacks(self):
        return self.cloud.orchestration.find_tagged(f"cluster_node_id={self.node.id}")


@pytest.fixture(scope="session")
def clock():
    return Clock()


@pytest.fixture(scope="session")
def driver(tmp_path_factory, clock):
    path = tmp_path_factory.mktemp("cloud") / "cloud.db"
    options = DriverOptions(simulated_url=f"sqlite:///{path}", build_seconds=10.0)
    made = simulated.connect(options, clock=clock)
    seconds = {"operation_seconds": 5.0, "delete_seconds": 3.0, "stack_seconds": 7.0}
    seconds["container_seconds"] = 2.0
    controls.Controls(made.world).put_settings(seconds)
    yield made
    made.close()


@pytest.fixture
def make(driver, clock):
    """Give what makes a bench for a profile type."""
    yield lambda plugin: Bench(driver, clock, plugin)
    controls.Controls(driver.world).clear_faults()


@pytest.fixture
def server(make):
    """A node that is a server with all that may belong to one."""
    bench = make(nova.NovaServer())
    bench.use(
        flavor="m1.tiny",
        image="cirros-0.4.0-x86_64-disk",
        metadata={"who": "me"},
        networks=[
            {"network": "private", "floating_network": "public"},
            {"network": "private"},
        ],
    )
    return bench


@pytest.fixture
def stack(make):
    """A node that is a stack."""
    bench = make(heat.HeatStack())
    bench.use(template={"heat_template_version": "2018-08-31"})
    return bench


@pytest.fixture
def container(make):
    """A node that is a container, with a host."""
    bench = make(docker.DockerContainer())
    bench.use(image="cirros", command="sleep 3600", host_node="h")
    bench.add_host()
    return bench
