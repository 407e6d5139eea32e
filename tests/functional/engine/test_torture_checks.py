"""What the torture looks at finds what is wrong: faults are planted for it."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.db.models import Action, Binding, Cluster
from senlin_like.drivers.balancing import LoadBalancerRequest
from senlin_like.drivers.base import Account
from senlin_like.operations import cluster_actions, node_actions
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import Site
from tests.torture import attachments, checks, histories, vigil, wardrobe, watched
from tests.torture.deaths import Death
from tests.torture.triggers import Trigger


@pytest.fixture
def cloud(stage):
    return stage.driver.inner.cloud(Account(user="alice", project="red"))


@pytest.fixture
def found(stage):
    """Give all that is wrong with what policies have made."""
    return lambda: attachments.problems(stage.deps.db, stage.driver.world)


@pytest.fixture
def site(stage, found):
    """A cluster of two with a load balancer, in which nothing is wrong."""
    made = Site(stage).make(2)
    made.balance()
    assert found() == []
    return made


def change(stage, model, **values):
    stage.deps.db.transact(
        lambda one: one.execute(sa.update(model.__table__).values(**values))
    )


def change_cloud(stage, table, **values):
    stage.driver.world.store.transact(
        lambda connection: connection.execute(table.update().values(**values))
    )


def test_a_second_load_balancer_is_found(stage, site, cloud, found) -> None:
    [binding] = stage.rows(Binding)
    subnet = cloud.network.find_subnet("private-subnet")
    asked = LoadBalancerRequest(name="late", mark=binding.id, subnet_id=subnet)

    second = cloud.load_balancing.create_load_balancer(asked).id

    assert found() == [
        f"Load balancer {second} isn't the one of its binding {binding.id}."
    ]
    assert any("2 live load" in one for one in stage.controls.problems())


def test_a_load_balancer_of_nobody_is_found(stage, site, cloud, found) -> None:
    subnet = cloud.network.find_subnet("private-subnet")
    asked = LoadBalancerRequest(name="late", mark="gone", subnet_id=subnet)

    second = cloud.load_balancing.create_load_balancer(asked).id

    assert found() == [f"Load balancer {second} is an orphan of binding gone."]


def test_a_load_balancer_that_is_gone_is_found(stage, site, found) -> None:
    stage.controls.vanish_load_balancer(site.balancers()[0].id)

    assert any("has lost its load balancer" in one for one in found())


def test_a_node_that_is_no_member_is_found(stage, site, found) -> None:
    first = stage.nodes()[0]
    stage.driver.world.store.transact(
        lambda connection: connection.execute(
            tables.MEMBERS.delete().where(
                tables.MEMBERS.c.id == first.data["lb_member"]
            )
        )
    )

    assert found() == [
        f"Node {first.id} of cluster {site.cluster_id} is ACTIVE and no member."
    ]


def test_members_that_get_no_visitors_are_found(stage, site, found) -> None:
    change_cloud(stage, tables.MEMBERS, weight=0)

    assert len(found()) == 2
    assert all("gets no visitors" in one for one in found())


def test_a_member_of_a_node_that_is_gone_is_found(stage, site, found) -> None:
    first = stage.nodes()[0]
    members = {row.id: row for row in site.rows(tables.MEMBERS)}
    row = dict(members[first.data["lb_member"]]._mapping)
    tags = [one.replace(first.id, "gone") for one in row["tags"]]
    row |= {"id": "x", "address": "10.9.9.9", "tags": tags}
    stage.driver.world.store.transact(
        lambda connection: connection.execute(tables.MEMBERS.insert(), row)
    )

    assert found() == [
        f"A member of cluster {site.cluster_id} is of node gone: it is gone."
    ]


def test_a_member_at_a_wrong_address_is_found(stage, site, found) -> None:
    change_cloud(
        stage, tables.MEMBERS, address=tables.MEMBERS.c.address + sa.literal("9")
    )

    assert len(found()) == 2
    assert all("leads to" in one for one in found())


def test_a_server_group_of_nobody_is_found(stage, cloud, found) -> None:
    group = cloud.compute.create_server_group("late", ["affinity"]).id

    assert found() == [f"Server group {group} (late) is an orphan."]


def test_a_policy_that_is_half_attached_is_found(stage, site, found) -> None:
    change(stage, Binding, is_attached=False)

    assert any("half attached" in one for one in found())


def test_a_node_in_another_zone_is_found(stage, found) -> None:
    Site(stage).make(1).attach("z", "zone_placement", zones=[{"name": "nova"}])
    cluster = stage.rows(Cluster)[0].id
    cluster_actions.ask(stage.deps, stage.ctx, cluster, "scale_out", {})
    stage.drain()
    assert found() == []

    change_cloud(stage, tables.SERVERS, zone="elsewhere")

    assert len(found()) == 2
    assert all("is in elsewhere" in one for one in found())


def test_a_trigger_without_its_action_is_found(stage) -> None:
    lost = Trigger(ticket="t", receiver="r", status=202, action="a")

    assert len(attachments.triggers(stage.deps.db, [lost])) == 1


@pytest.mark.parametrize(
    ("status", "copies", "is_right"),
    [(202, 1, True), (202, 2, False), (409, 0, True), (409, 1, False), (0, 1, True)],
)
def test_triggers_are_compared_with_actions(stage, status, copies, is_right) -> None:
    site = Site(stage).make(1)
    actions = [site.ask("check", ticket="t").id for _ in range(copies)]
    action = actions[0] if actions else None
    sent = Trigger(ticket="t", receiver="r", status=status, action=action)

    assert (attachments.triggers(stage.deps.db, [sent]) == []) is is_right


def test_a_scaling_within_the_cooldown_is_found(stage) -> None:
    site = Site(stage).make(1)
    event = "CLUSTER_SCALE_OUT"
    site.attach("more", "scaling", event=event, adjustment={"number": 1})
    [binding] = stage.rows(Binding)
    for _ in range(2):
        assert site.ask("scale_out").status == "SUCCEEDED"

    def within(rest_s):
        rests = {binding.id: (event, rest_s)}
        return attachments.cooldowns(stage.deps.db, rests)

    assert within(0) == []
    assert within(100_000)


def test_a_server_that_goes_unasked_is_found(stage, cloud) -> None:
    site = Site(stage).make(1)
    [server] = stage.servers()

    cloud.compute.delete_server(server["id"])
    long_after = {"start_time": 0.0, "end_time": 1.0}
    change(stage, Action, **long_after)

    told = list(histories.unasked(stage.deps.db, stage.driver.world, []))
    assert told == [
        f"Server {server['id']} of node {server['node_mark']} was deleted unasked."
    ]
    assert site.names()


@pytest.mark.parametrize("has_died", [False, True])
def test_a_healthy_server_that_is_recreated_is_found(stage, has_died) -> None:
    Site(stage).make(1)
    [old] = stage.servers()
    node_actions.ask(stage.deps, stage.ctx, old["node_mark"], "recover", {})
    stage.drain()
    [gone] = [
        row
        for row in checks.cloud_rows(stage.driver.world, tables.SERVERS)
        if row.deleted_at is not None
    ]
    change(
        stage,
        Action,
        start_time=gone.deleted_at - 1.0,
        end_time=gone.deleted_at + 1.0,
        cause=histories.HEALTH_CHECK,
    )
    struck = gone.deleted_at - 1.0
    deaths = [Death(server=old["id"], node=old["node_mark"], at=struck, way="kill")]

    told = list(
        histories.unasked(stage.deps.db, stage.driver.world, deaths if has_died else [])
    )

    assert [one.partition(" was")[0] for one in told] == (
        [] if has_died else [f"Healthy server {old['id']}"]
    )


def test_a_dead_node_that_nobody_repairs_is_found(stage) -> None:
    cluster = watched.a_cluster(stage, 1, None)
    policy = watched.a_policy(
        stage,
        version="1.3",
        recovery={"actions": [{"name": "RECREATE"}], "max_unhealthy_percent": 100},
    )
    stage.advance(watched.LATER_S)
    assert watched.attach(stage, cluster, policy).status == "SUCCEEDED"
    garment = wardrobe.Garment(
        kind=wardrobe.HEALTH,
        name="heal",
        id=policy,
        properties={"recovery": {"max_unhealthy_percent": 100}},
    )
    [server] = stage.servers()
    stage.controls.kill_server(server["id"])
    node = server["node_mark"]
    deaths = [Death(server=server["id"], node=node, at=stage.clock(), way="kill")]

    def dead():
        world, worn = stage.driver.world, {policy: garment}
        return histories.dead(stage.deps.db, world, worn, deaths)

    assert dead() == [f"Node {node} is dead and nobody repairs it."]

    assert len(watched.check(stage)) == 1
    stage.drain()

    assert dead() == []


@pytest.mark.parametrize(
    ("server", "at", "is_excused"),
    [("a9", 15.0, True), ("a9", 9.0, False), ("b7", 15.0, False)],
)
def test_only_a_death_in_time_excuses_a_failure(stage, server, at, is_excused) -> None:
    Site(stage).make(1)
    change(
        stage, Action, start_time=10.0, end_time=20.0, status_reason="Waiting for a9."
    )
    death = Death(server=server, node="n", at=at, way="kill")

    excused = {histories.died_meanwhile(row, [death]) for row in stage.rows(Action)}

    assert excused == {is_excused}


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"timeout": 7}, None),
        ({"max_size": 1}, "at most"),
        ({"min_size": 3}, "at least"),
        ({"desired_capacity": -1}, "wanted"),
    ],
)
def test_sizes_out_of_bounds_are_found(stage, columns, word) -> None:
    Site(stage).make(2, max_size=4)
    change(stage, Cluster, **columns)
    guard = vigil.Vigil(stage.deps.db, None)

    guard.look()

    told = " ".join(guard.wrong)
    assert told == "" if word is None else word in told


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=8))
def test_the_most_spans_at_once_are_counted(pairs) -> None:
    spans = [(min(pair), max(pair)) for pair in pairs]

    most = max(
        (sum(start <= at + 0.5 < end for start, end in spans) for at in range(21)),
        default=0,
    )

    assert histories.at_once(spans) == most
