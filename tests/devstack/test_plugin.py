"""The plugin in all phases, with a real Keystone, database, broker and uWSGI.

Only devstack itself and Apache are stood in for (functions, proxy.py). One course
through all phases is looked at by many tests. Process test: polls.
"""

import configparser
import dataclasses
import json
import pathlib
import time
import urllib.error
import urllib.request
from typing import Any

import openstack
import psutil
import pytest
import sqlalchemy as sa

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.rabbitmq,
    pytest.mark.timeout(2400),
    # openstacksdk warns of itself.
    pytest.mark.filterwarnings("ignore"),
]

PATIENCE_S = 90


@dataclasses.dataclass
class Course:
    """What was seen on the way."""

    user_roles: set[str]
    endpoints: dict[str, str]
    service: tuple[str, str]
    options: configparser.RawConfigParser
    tempest: configparser.RawConfigParser
    modes: dict[str, int]
    policies: str
    versions: tuple[int, Any]
    cluster: Any
    location: str
    strangers: int
    processes: set[str]
    tables: dict[str, str]
    left_by_unstack: set[str]
    farewell: str
    left_by_clean: list[str]
    databases_left: list[str]


def read(path: pathlib.Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read_string(path.read_text())
    return parser


def processes_of(folder: pathlib.Path) -> set[str]:
    """Return the commands that were started from a folder."""
    found = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == str(folder):
                found.add(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def grow_a_cluster(cloud: Any) -> tuple[Any, str]:
    """Make a cluster of two; return it at its end, and where its action is."""
    properties = {"flavor": "1", "image": "cirros-0.4.0-x86_64-disk"}
    spec = {"type": "os.nova.server", "version": "1.0", "properties": properties}
    profile = cloud.clustering.create_profile(name="p", spec=spec)
    answer = cloud.clustering.post(
        "/clusters",
        json={
            "cluster": {
                "name": "web",
                # The utf8 of MySQL has no room for this one.
                "metadata": {"animal": "\N{SAUROPOD}"},
                "profile_id": profile.id,
                "desired_capacity": 2,
            }
        },
    )
    assert answer.status_code == 202, answer.text
    cluster_id = answer.json()["cluster"]["id"]
    end = time.monotonic() + PATIENCE_S
    cluster = cloud.clustering.get_cluster(cluster_id)
    while cluster.status not in ("ACTIVE", "ERROR") and time.monotonic() < end:
        time.sleep(0.1)
        cluster = cloud.clustering.get_cluster(cluster_id)
    return cluster, answer.headers["Location"]


def roles_of(admin: Any, name: str) -> set[str]:
    user = admin.call("GET", f"/users?name={name}")["users"][0]
    query = f"/role_assignments?user.id={user['id']}&include_names=true"
    found = admin.call("GET", query)["role_assignments"]
    return {f"{one['scope']['project']['name']}/{one['role']['name']}" for one in found}


def catalogue_of(admin: Any) -> tuple[tuple[str, str], dict[str, str]]:
    service = admin.call("GET", "/services?type=clustering")["services"][0]
    endpoints = admin.call("GET", f"/endpoints?service_id={service['id']}")
    urls = {one["interface"]: one["url"] for one in endpoints["endpoints"]}
    return (service["type"], service["name"]), urls


@pytest.fixture(scope="module")
def course(devstack):
    """Stack twice, as people do, then unstack and clean."""
    conf = devstack.folder / "etc" / "senlin_like"
    devstack.run("stack")
    devstack.run("unstack")
    devstack.run("stack")
    service, endpoints = catalogue_of(devstack.admin)
    config = openstack.config.OpenStackConfig([str(devstack.cloud.clouds_file)])
    cloud = openstack.connection.Connection(config=config.get_one("demo"))
    cluster, location = grow_a_cluster(cloud)
    cloud.close()
    with devstack.admin_database.connect() as connection:
        query = (
            "SELECT table_name, table_collation FROM information_schema.tables "
            f"WHERE table_schema = '{devstack.database}' "
            "AND table_name <> 'alembic_version'"
        )
        tables = dict(connection.execute(sa.text(query)).tuples().all())
    seen = {
        "user_roles": roles_of(devstack.admin, "senlin"),
        "endpoints": endpoints,
        "service": service,
        "options": read(conf / "senlin_like.conf"),
        "tempest": read(devstack.folder / "tempest.conf"),
        "modes": {one.name: one.stat().st_mode & 0o777 for one in conf.iterdir()},
        "policies": (conf / "policy.yaml.sample").read_text(),
        "versions": get(devstack.url),
        "cluster": cluster,
        "location": location,
        "strangers": get(f"{devstack.url}/v1/clusters")[0],
        "processes": processes_of(devstack.folder),
        "tables": tables,
    }
    devstack.run("unstack")
    left_by_unstack = processes_of(devstack.folder)
    farewell = (devstack.folder / "sl-eng.log").read_text()
    devstack.run("clean")
    with devstack.admin_database.connect() as connection:
        databases = connection.execute(sa.text("SHOW DATABASES")).scalars().all()
    # The home of programs is devstack's, and so is what it gives plugins.
    kept = {".cache", "venv", "tempest.conf", "sl-api.log", "sl-eng.log"}
    left = [path.relative_to(devstack.folder) for path in devstack.folder.rglob("*")]
    files = [path for path in left if not (devstack.folder / path).is_dir()]
    return Course(
        **seen,
        left_by_unstack=left_by_unstack,
        farewell=farewell,
        left_by_clean=[str(path) for path in files if path.parts[0] not in kept],
        databases_left=[name for name in databases if name == devstack.database],
    )


def test_the_catalogue_has_the_path_and_no_port_of_its_own(course, devstack):
    assert course.service == ("clustering", "senlin")
    assert course.endpoints == dict.fromkeys(
        ("public", "internal", "admin"), devstack.url
    )


def test_the_service_user_may_check_tokens_and_act(course):
    assert course.user_roles == {"service/service", "service/admin"}


def test_versions_are_found_behind_the_path(course, devstack):
    status, document = course.versions

    assert status == 300
    links = document["versions"][0]["links"]
    assert any(link["href"] == f"{devstack.url}/v1" for link in links), links


def test_a_cluster_grows_by_the_endpoint_of_the_catalogue(course):
    assert course.cluster.status == "ACTIVE", course.cluster
    assert course.cluster.metadata == {"animal": "\N{SAUROPOD}"}
    assert len(course.cluster.node_ids) == 2


def test_strangers_are_turned_away(course):
    assert course.strangers == 401


def test_tables_have_all_of_unicode(course):
    assert course.tables
    assert {name.split("_")[0] for name in course.tables.values()} == {"utf8mb4"}


def test_the_options_are_those_of_the_test_cloud(course):
    assert course.options["DEFAULT"]["cloud_backend"] == "openstack_test"
    assert course.options["DEFAULT"]["health_check_interval_min"] == "10"
    assert course.options["engine"]["workers"] == "2"


def test_only_the_owner_reads_secrets(course):
    assert course.modes["senlin_like.conf"] == 0o600
    assert course.modes["fernet.keys"] == 0o600


def test_the_sample_of_policies_has_the_rules(course):
    assert '"clusters:create"' in course.policies


def test_tempest_learns_what_is_there(course):
    assert course.tempest["service_available"]["senlin"] == "True"
    assert dict(course.tempest["clustering"]) == {
        "min_microversion": "1.12",
        "max_microversion": "1.12",
        "health_policy_version": "1.1",
        "delete_with_dependency": "True",
    }


def test_as_many_processes_run_as_are_asked_for(course):
    engines = {one for one in course.processes if "senlin-like-engine" in one}

    assert engines
    assert len(course.processes) > len(engines)


def test_nothing_runs_after_unstack(course):
    assert course.left_by_unstack == set()


def test_engines_stop_in_good_order(course):
    # Two engines, stopped twice.
    assert course.farewell.count("has stopped") == 4


def test_clean_leaves_no_file(course):
    assert course.left_by_clean == []


def test_clean_leaves_no_database(course):
    assert course.databases_left == []
