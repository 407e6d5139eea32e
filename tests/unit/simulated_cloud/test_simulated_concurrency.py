"""Several processes use one cloud at once, on each database."""

import multiprocessing
import threading

from senlin_like import exceptions
from senlin_like.simulated_cloud import controls, records, servers, world

OWNER = world.Owner(project="project-1", user="user-1", region="RegionOne")
PROCESSES, THREADS, EACH = 3, 3, 12


def _work(url, process, barrier, results):
    """Open the cloud when all others do, and make servers in threads."""
    barrier.wait(60)
    cloud = world.World(url)
    failures = []

    def create(thread):
        for number in range(EACH):
            name = f"{process}-{thread}-{number}"
            new = records.NewServer(
                name=name, mark=name, flavor_id="1", image_id=None, metadata={}
            )
            try:
                server = servers.create(cloud, OWNER, new)
                if number % 3 == 0:
                    servers.delete(cloud, OWNER, server.id)
            except exceptions.Error as error:
                failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=create, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cloud.close()
    results.put(failures)


def test_processes_that_start_and_create_at_once_share_one_cloud(any_url):
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(PROCESSES), spawn.Queue()
    processes = [
        spawn.Process(target=_work, args=(any_url, number, barrier, results))
        for number in range(PROCESSES)
    ]

    for process in processes:
        process.start()
    failures = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)

    assert failures == [[], [], []]
    cloud = world.World(any_url)
    levers = controls.Controls(cloud)
    live = levers.servers()
    shown = [servers.get(cloud, OWNER, one["id"]) for one in live]
    addresses = [server.addresses["private"][0]["addr"] for server in shown]
    assert len(levers.servers(with_deleted=True)) == PROCESSES * THREADS * EACH
    assert len(live) == PROCESSES * THREADS * EACH * 2 // 3
    assert len(set(addresses)) == len(addresses) == len(live)
    assert levers.problems() == []
    cloud.close()


def test_processes_that_share_a_small_subnet_give_each_address_once(any_url):
    cloud = world.World(any_url)
    levers = controls.Controls(cloud)
    network = levers.put_thing("network", {"name": "small"})
    attributes = {"network_id": network["id"], "cidr": "10.9.0.0/26"}
    levers.put_thing("subnet", {"name": "small-subnet", "attributes": attributes})
    others = [world.World(any_url) for _ in range(3)]
    made, lock = [], threading.Lock()

    def create(mine):
        for number in range(20):
            new = records.NewServer(
                name=f"s{number}",
                flavor_id="1",
                image_id=None,
                metadata={},
                networks=[{"network": "small"}],
            )
            server = servers.create(mine, OWNER, new)
            with lock:
                made.append(server.id)

    threads = [threading.Thread(target=create, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 60
    assert levers.problems() == []
    for one in (*others, cloud):
        one.close()


def test_a_quota_holds_against_threads_that_race(any_url):
    cloud = world.World(any_url)
    levers = controls.Controls(cloud)
    levers.put_settings({"quotas": {"*": {"instances": 5}}})

    def create():
        new = records.NewServer(name="s", flavor_id="1", image_id=None, metadata={})
        for _ in range(4):
            try:
                servers.create(cloud, OWNER, new)
            except exceptions.CloudError:
                return

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(levers.servers()) == 5
    cloud.close()
