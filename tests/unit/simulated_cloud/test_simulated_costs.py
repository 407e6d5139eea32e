"""How many statements the hot paths need, and what opens a driver."""

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud as driver_module
from senlin_like.simulated_cloud import image_caches, servers, stacks


@pytest.fixture
def statements(cloud):
    """The statements that the cloud sends, without BEGIN and COMMIT."""
    sent = []

    @sa.event.listens_for(cloud.store.engine, "before_cursor_execute")
    def note(_conn, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "SELECT cloud_settings")):
            sent.append(statement)

    return sent


def test_creating_a_server_takes_three_statements(
    cloud, owner, a_new_server, statements
):
    servers.create(cloud, owner, a_new_server())  # takes a block of addresses
    statements.clear()

    servers.create(cloud, owner, a_new_server())

    assert len(statements) == 3


def test_creating_a_server_that_takes_time_looks_at_the_hosts_images_once(
    cloud, owner, levers, a_new_server, statements
):
    levers.put_settings({"build_seconds": 10})
    servers.create(cloud, owner, a_new_server())
    statements.clear()

    servers.create(cloud, owner, a_new_server())

    assert len(statements) == 4
    assert sum("cloud_cached_images" in one for one in statements) == 1


def test_hosts_and_their_images_are_told_with_few_statements(cloud, levers, statements):
    for number in range(3, 30):
        levers.set_host(f"host{number}", {"zone": "nova"})
    driver = driver_module.SimulatedDriver(cloud)
    driver.hosts.list_hosts()  # gives numbers to those that are new
    statements.clear()

    driver.hosts.list_hosts()
    for_hosts = len(statements)
    driver.hosts.look_at_images([str(number) for number in range(2500)])

    assert (for_hosts, len(statements) - for_hosts) == (2, 3)


def test_deleting_a_server_takes_five_statements(
    cloud, owner, a_new_server, statements
):
    server = servers.create(cloud, owner, a_new_server())
    statements.clear()

    servers.delete(cloud, owner, server.id)

    assert len(statements) == 5


def test_looking_takes_one_statement_per_thousand(cloud, owner, statements):
    statements.clear()

    seen = servers.look(cloud, owner, [str(number) for number in range(2500)])

    assert len(seen) == 2500
    assert len(statements) == 3


@pytest.mark.parametrize(
    ("call", "index"),
    [
        (lambda cloud, owner: servers.find_marked(cloud, owner, "n"), "_mark"),
        (lambda cloud, owner: servers.look(cloud, owner, ["a", "b"]), "autoindex"),
        (lambda cloud, owner: servers.delete(cloud, owner, "a"), "autoindex"),
        (lambda cloud, owner: stacks.look(cloud, owner, ["a", "b"]), "autoindex"),
        (
            lambda cloud, owner: image_caches.look(cloud, owner.region, ["a", "b"]),
            "_image",
        ),
        (
            lambda cloud, _owner: cloud.store.read(
                lambda connection: image_caches.is_ready(connection, "h", "i", 0.0)
            ),
            "autoindex",
        ),
    ],
    ids=[
        "find_marked",
        "look",
        "delete",
        "look at stacks",
        "look at images",
        "image of a host",
    ],
)
def test_a_hot_path_reads_what_it_needs_only(cloud, owner, statements, call, index):
    statements.clear()

    call(cloud, owner)

    # The values don't matter to the plan, but their number does.
    query = statements[0].replace("?", "'x'")
    plan = cloud.store.read(
        lambda connection: connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {query}"
        ).all()
    )
    assert index in str(plan)
    assert "SCAN" not in str(plan)


def test_counting_calls_sends_nothing_at_once(cloud, statements):
    view = driver_module.SimulatedDriver(cloud).cloud(
        base.Account(user="user-1", project="project-1")
    )
    statements.clear()

    view.compute.find_flavor("1")

    assert statements == []


def test_a_driver_without_a_database_is_refused():
    with pytest.raises(exceptions.Invalid, match="connection"):
        driver_module.connect(DriverOptions())


def test_an_unknown_region_is_not_found(cloud):
    driver = driver_module.SimulatedDriver(cloud)
    account = base.Account(user="u", project="p", region="Nowhere")

    with pytest.raises(exceptions.CloudNotFound):
        driver.cloud(account)


@pytest.mark.parametrize("configured", [None, "RegionTwo"])
def test_accounts_that_name_no_region_are_in_the_one_that_is_told(
    cloud, levers, configured
):
    levers.put_thing("region", {"name": "RegionTwo"})
    driver = driver_module.SimulatedDriver(cloud, region=configured)
    nowhere = driver.cloud(base.Account(user="u", project="p"))
    request = objects.ServerRequest(
        name="s", flavor_id="1", image_id=None, metadata={base.NODE_MARK: "n"}
    )

    account = base.Account(user="u", project="p", region=driver.region)
    server = driver.cloud(account).compute.create_server(request)

    assert [one.id for one in nowhere.compute.find_marked("n")] == [server.id]


def test_regions_do_not_see_each_others_servers(cloud, levers):
    levers.put_thing("region", {"name": "RegionTwo"})
    driver = driver_module.SimulatedDriver(cloud)
    first = driver.cloud(base.Account(user="u", project="p"))
    second = driver.cloud(base.Account(user="u", project="p", region="RegionTwo"))
    request = objects.ServerRequest(
        name="s", flavor_id="1", image_id=None, metadata={base.NODE_MARK: "n"}
    )

    server = first.compute.create_server(request)

    seen = second.look(base.ObjectKind.SERVER, [server.id])
    assert seen[server.id].status == base.GONE
    assert second.compute.find_marked("n") == []
    assert not second.compute.zone_is_available("nova")
    assert first.compute.list_zones() == ["ZONE1", "nova"]
    assert second.compute.list_zones() == []
    assert "RegionTwo" in second.list_regions()


def test_a_name_that_is_too_long_is_an_error_of_the_cloud(cloud, owner):
    driver = driver_module.SimulatedDriver(cloud)
    view = driver.cloud(base.Account(user="u", project="p"))

    with pytest.raises(exceptions.CloudError) as caught:
        view.compute.create_server(
            objects.ServerRequest(
                name="n" * 300, flavor_id="1", image_id=None, metadata={}
            )
        )

    assert caught.value.status == 400


@pytest.mark.mariadb
def test_a_cut_connection_is_replaced(mariadb_url, open_world, owner, a_new_server):
    cloud = open_world(mariadb_url)
    servers.create(cloud, owner, a_new_server())
    with sa.create_engine(mariadb_url, poolclass=sa.NullPool).connect() as other:
        own = other.scalar(sa.text("SELECT CONNECTION_ID()"))
        rows = other.execute(
            sa.text(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE()"
            )
        )
        for row in rows.all():
            if row.id != own:
                other.execute(sa.text(f"KILL {row.id}"))

    server = servers.create(cloud, owner, a_new_server())

    assert servers.get(cloud, owner, server.id).id == server.id
