"""What Nova and Neutron tell is judged as the simulated cloud is."""

import datetime
import threading
import time

import pytest
import requests
import sqlalchemy as sa

from senlin_like.db.models import Action
from senlin_like.drivers.base import NODE_MARK
from tests.functional.engine.balanced import Site
from tests.torture import checks, picture, promises
from tests.torture.census import Census


class Api:
    """Answers as an adapter of openstacksdk would."""

    def __init__(self, bodies):
        self.bodies = bodies

    def get(self, path, params=None, microversion=None):
        answer = requests.Response()
        answer.status_code = 200
        answer.json = lambda: self.bodies[path]
        return answer


class Cloud:
    """A Nova and a Neutron that tell what a test says."""

    def __init__(self):
        self.servers = []
        self.ports = []
        self.acts = {}

    @property
    def compute(self):
        acts = {
            f"/servers/{one['id']}/os-instance-actions": {
                "instanceActions": self.acts.get(one["id"], [])
            }
            for one in self.servers
        }
        listed = {"/servers/detail": {"servers": self.servers}}
        return Api({**acts, **listed, "/os-server-groups": {"server_groups": []}})

    @property
    def network(self):
        return Api({"/ports": {"ports": self.ports}})

    def add(self, server_id, mark):
        """Let there be a server of a node, with a port that Nova has made."""
        at = stamp(time.time())
        self.servers.append(
            {
                "id": server_id,
                "name": "web-1",
                "user_id": "u",
                "tenant_id": "red",
                "status": "ACTIVE",
                "metadata": {NODE_MARK: mark},
                "flavor": {"id": "1"},
                "created": at,
                "updated": at,
            }
        )
        self.plug(f"port of {server_id}", server_id)

    def plug(self, port_id, server_id, description=""):
        self.ports.append(
            {
                "id": port_id,
                "name": "",
                "description": description,
                "device_id": server_id,
                "device_owner": "compute:az1" if server_id else "",
                "network_id": "n",
                "created_at": stamp(time.time()),
            }
        )

    def delete(self, server_id):
        """Delete a server; its metadata is deleted with it."""
        [told] = [one for one in self.servers if one["id"] == server_id]
        told |= {"status": "DELETED", "metadata": {}}
        self.acts[server_id] = [
            {"action": "delete", "start_time": "2026-01-02T03:04:05.000000"}
        ]


def stamp(at):
    made = datetime.datetime.fromtimestamp(at, datetime.UTC)
    return made.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def cloud(stage):
    """A cloud with exactly the servers that the nodes of a cluster need."""
    Site(stage).make(2)
    made = Cloud()
    for node in stage.nodes():
        made.add(node.physical_id, node.id)
    return made


@pytest.fixture
def found(stage, cloud, tmp_path):
    """Give all that is wrong, as a census sees it."""
    census = Census(cloud, "red", threading.Event())
    world = picture.blank(tmp_path)

    def look():
        census.look_at_all()
        census.look_closely()
        picture.draw(world, census)
        return checks.problems(stage.deps.db, world)

    look.census, look.world = census, world
    yield look
    world.close()


def test_nothing_is_wrong_with_a_cloud_as_it_should_be(found) -> None:
    assert found() == []


def test_a_server_of_no_node_is_found(cloud, found) -> None:
    cloud.add("s9", "nobody")

    assert found() == ["Server s9 is an orphan of nobody."]


def test_a_second_server_of_a_node_is_found(stage, cloud, found) -> None:
    node = stage.nodes()[0]

    cloud.add("s9", node.id)

    assert f"2 live servers carry the mark '{node.id}'." in found()
    assert [node for node, _ in checks.doubles(found.world)] == [node.id]


def test_a_node_without_its_server_is_found(stage, cloud, found) -> None:
    node = stage.nodes()[0]
    found()

    cloud.delete(node.physical_id)
    cloud.ports.pop(0)

    assert found() == [f"Node {node.id} is ACTIVE without its object."]


def test_a_deleted_server_is_still_known_to_be_its_nodes(stage, cloud, found) -> None:
    node = stage.nodes()[0]
    found()

    cloud.delete(node.physical_id)
    found()

    seen = found.census.servers[node.physical_id]
    assert (seen.mark, stamp(seen.gone_at)) == (node.id, "2026-01-02T03:04:05Z")


def test_a_port_of_a_server_that_is_gone_is_found(cloud, found) -> None:
    cloud.plug("p9", "long gone")

    assert found() == ["Port p9 belongs to nothing that lives (long gone)."]


def test_a_port_of_a_node_that_is_gone_is_found(cloud, found) -> None:
    cloud.plug("p9", "", description=f"{NODE_MARK}=nobody")

    assert found() == ["Port p9 is an orphan of nobody."]


def test_ports_of_others_are_left_alone(cloud, found) -> None:
    cloud.ports.append(
        {**cloud.ports[0], "id": "r", "device_id": "router", "device_owner": "network:"}
    )

    assert found() == []


@pytest.mark.parametrize(
    ("promised", "word"), [(0, "promised to nobody"), (1, None), (2, "lost")]
)
def test_promises_are_compared_with_actions(stage, promised, word) -> None:
    Site(stage).make(1)
    [made] = [row.id for row in stage.actions() if row.parent_id is None]

    wrong = list(promises.problems(stage.deps.db, [made, "a9"][:promised]))

    assert [word in one for one in wrong] == ([True] if word else [])


def test_who_waits_for_images_was_promised_the_action_that_brings_them(stage) -> None:
    Site(stage).make(1)
    Site(stage).make(1)
    first, second = [row.id for row in stage.actions() if row.parent_id is None]
    assert len(list(promises.problems(stage.deps.db, [first]))) == 1
    table = Action.__table__
    waited = {"data": {"precache": {"aggregate": "racks", "action": second}}}
    stage.deps.db.transact(
        lambda one: one.execute(
            sa.update(table).where(table.c.id == first).values(**waited)
        )
    )

    assert list(promises.problems(stage.deps.db, [first])) == []


def test_failures_without_words_for_people_are_found(stage) -> None:
    Site(stage).make(1)
    [made] = [row for row in stage.actions() if row.parent_id is None]
    table = Action.__table__
    failed = {"status": "FAILED", "status_reason": "KeyError('id')"}
    stage.deps.db.transact(
        lambda one: one.execute(
            sa.update(table).where(table.c.id == made.id).values(**failed)
        )
    )

    [wrong] = promises.problems(stage.deps.db, [made.id])

    assert "no readable reason" in wrong
