"""Do what an operator does on a real cloud: bring images to hosts, and find leaks.

``real_operator.py --admin-cloud NAME [GROUP...]`` takes an administrator from
clouds.yaml, who makes a project for it and takes it away again. It runs below
``service.py``, whose configuration and database it uses.
"""

import configparser
import json
import pathlib
import subprocess
import sys
from typing import Any

import environments
import sqlalchemy as sa
import trials

COMMAND_TIMEOUT_S = 240
#: Exit status when something was found.
FOUND = 3
MARK = "cluster_node_id"


def precaching(trial: trials.Trial) -> None:
    """Bring images to the hosts of an aggregate, one of which there isn't."""
    trial.become(trial.add_user("member", "admin"))
    compute = trial.admin.compute
    hosts = sorted(one.host for one in compute.services(binary="nova-compute"))
    images = [
        trial.admin.image.find_image(name).id
        for name in (trial.options.image, trial.options.other_image)
    ]
    made = _call(trial, "POST", "", {"aggregate": {"name": trial.name}})["aggregate"]
    path = f"/{made['id']}"
    for host in hosts:
        _call(trial, "POST", f"{path}/action", {"add_host": {"host": host}})
    before = {one.name for one in compute.aggregates()}
    for what, wanted, status in (
        ("bring images to hosts", images, "SUCCEEDED"),
        ("bring an image that there isn't", [made["uuid"]], "FAILED"),
    ):
        with trial.step(what):
            cache = {"cache": [{"id": one} for one in wanted]}
            _call(trial, "POST", f"{path}/images", cache)
            action = trial.action(made["uuid"])
            print(f"           {action.status}: {action.status_reason}")
            print(f"           {json.dumps(action.outputs)}")
            trial.expect(action.status, status, "status")
            trial.expect(action.outputs["hosts"]["total"], len(hosts), "hosts")
    with trial.step("remove the aggregate; Nova has no more than before"):
        for host in hosts:
            _call(trial, "POST", f"{path}/action", {"remove_host": {"host": host}})
        _call(trial, "DELETE", path)
        mine = {one.name for one in compute.aggregates()} - before
        left = [one for one in mine if one.startswith("senlin-like-")]
        trial.expect(left, [], "aggregates in Nova")


def _call(trial: trials.Trial, method: str, path: str, body: Any = None) -> Any:
    """Ask the service for something of aggregates."""
    answer = trial.clustering.request(
        f"/os-aggregates{path}", method, json=body, microversion="1.16"
    )
    if answer.status_code >= 400:
        raise trials.Failed(answer.text)
    return answer.json() if answer.content else None


def leaks(trial: trials.Trial) -> None:
    """Lose the row of a node, and have its server found and deleted, and no other."""
    compute = trial.user.compute
    lost, gone, kept = (trial.node(trial.server()) for _ in range(3))
    copied = _own_server(trial, {MARK: kept.id})
    own = _own_server(trial, {})
    every = {one.id for one in compute.servers()}
    with trial.step("nothing is found"):
        status, text = _manage("report", "--project", trial.project.id, "--format=json")
        found = json.loads(text)
        trial.expect([one["id"] for one in found["nodes"]], [], "lost nodes")
        trial.expect(_ids(found, "orphan"), [], "orphans")
    _forget(lost.id)
    compute.delete_server(gone.physical_id)
    trial.until(
        lambda: gone.physical_id not in {one.id for one in compute.servers()}, "it goes"
    )
    mine = ("--project", trial.project.id, "--older-than", "0")
    with trial.step("the server without a node is found"):
        status, text = _manage("report", *mine)
        print(text)
        status, text = _manage("report", *mine, "--format=json")
        found = json.loads(text)
        trial.expect(status, FOUND, "exit status")
        trial.expect(_ids(found, "orphan"), [lost.physical_id], "orphans")
        trial.expect(_ids(found, "unknown"), [copied.id], "others with a mark")
        trial.expect([one["id"] for one in found["nodes"]], [gone.id], "lost nodes")
    left = every - {gone.physical_id}
    with trial.step("a dry run changes nothing"):
        status, text = _manage("mend", "--dry-run", *mine)
        print(text)
        trial.expect(status, FOUND, "exit status")
        trial.expect({one.id for one in compute.servers()}, left, "servers")
    _mend(trial, mine, lost.physical_id)
    with trial.step("the lost node is in ERROR"):
        trial.action(gone.id)
        trial.expect(trial.clustering.get_node(gone.id).status, "ERROR", "status")
    with trial.step("delete the rest"):
        for node in (gone, kept):
            trial.delete(node)
        for server in (copied, own):
            compute.delete_server(server)
            compute.wait_for_delete(server)


def _mend(trial: trials.Trial, mine: tuple[str, ...], orphan: str) -> None:
    """Put things in order, twice: the ports of a server go after it."""
    compute = trial.user.compute
    left = {one.id for one in compute.servers()} - {orphan}
    plugged = {one.id for one in trial.ports() if one.device_id == orphan}
    ports = {one.id for one in trial.ports()} - plugged
    with trial.step("mending deletes it, and no other"):
        _status, text = _manage("mend", "--yes", "--pause", "0", *mine)
        print(text)
        trial.until(lambda: {one.id for one in compute.servers()} <= left, "it goes")
        trial.expect({one.id for one in compute.servers()}, left, "servers")
    with trial.step("its port goes with the next one, and no other"):
        _status, text = _manage("mend", "--yes", "--pause", "0", *mine)
        print(text)
        trial.expect({one.id for one in trial.ports()}, ports, "ports")


def _ids(found: dict[str, Any], verdict: str) -> list[str]:
    return [
        one["id"]
        for one in found["leaks"]
        if one["verdict"] == verdict and one["kind"] == "server"
    ]


def _own_server(trial: trials.Trial, metadata: dict[str, str]) -> Any:
    user, options = trial.user, trial.options
    server = user.compute.create_server(
        name=f"{trial.name}-own",
        flavor_id=user.compute.find_flavor(options.flavor).id,
        image_id=user.image.find_image(options.image).id,
        networks=[{"uuid": user.network.find_network(options.network).id}],
        metadata=metadata,
    )
    return user.compute.wait_for_server(server)


def _config_file() -> pathlib.Path:
    return environments.default_work_dir() / "service" / "senlin_like.conf"


def _manage(*words: str) -> tuple[int, str]:
    """Run ``senlin-like-manage cloud``; return its exit status and its words."""
    command = pathlib.Path(sys.executable).parent / "senlin-like-manage"
    done = subprocess.run(
        [str(command), "--config-file", str(_config_file()), "cloud", *words],
        stdout=subprocess.PIPE,
        text=True,
        timeout=COMMAND_TIMEOUT_S,
        check=False,
    )
    return done.returncode, done.stdout


def _forget(node_id: str) -> None:
    """Lose the row of a node, but nothing else that tells of it."""
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read(_config_file())
    engine = sa.create_engine(config["database"]["connection"].replace("$$", "$"))
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM node WHERE id = :id"), {"id": node_id})
    engine.dispose()


if __name__ == "__main__":
    sys.exit(trials.run(__doc__, (precaching, leaks)))
