"""The samples of the API reference are what the service takes and answers.

``SENLIN_LIKE_WRITE_SAMPLES=1`` writes them anew. Ids and times are replaced, so
that each run gives the same files.
"""

import json
import os
import pathlib
import re
from typing import Any

import pytest

FOLDER = pathlib.Path(__file__).parents[3] / "api-ref" / "source" / "samples"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TIME_OF_NOVA = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")


class Samples:
    """Compares answers with the files, or writes them."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        self.wrong: list[str] = []

    def keep(self, name: str, value: Any) -> None:
        """Compare one JSON value with its file."""
        text = json.dumps(value, indent=2, sort_keys=True)
        text = _UUID.sub(self._replaced, text)
        text = _TIME.sub("2026-01-31T12:00:00Z", text)
        text = _TIME_OF_NOVA.sub("2026-01-31T12:00:00.000000", text)
        text = re.sub(r"_[0-9a-f]{8}\"", '_00000000"', text) + "\n"
        text = re.sub(
            r"http://[^/]+:8777/", "http://clustering.example.org:8777/", text
        )
        file = FOLDER / f"{name}.json"
        if os.environ.get("SENLIN_LIKE_WRITE_SAMPLES"):
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            self.wrong.append(name)

    def _replaced(self, found: re.Match[str]) -> str:
        number = len(self.seen) + 1
        made = f"00000000-0000-4000-8000-{number:012d}"
        return self.seen.setdefault(found.group(), made)


@pytest.fixture
def samples():
    kept = Samples()
    yield kept
    assert not kept.wrong, "samples differ: run with SENLIN_LIKE_WRITE_SAMPLES=1"


@pytest.fixture
def send(client, samples, deps):
    """Send a request, keep both bodies, and let what it started succeed."""

    def sent(name, method, path, body=None, status=200, version=None):
        asking = client if version is None else client.at(None)
        given = {} if version is None else {"http_openstack_api_version": version}
        reply = asking.call(method, path, body, **given)
        assert reply.status == status, reply.raw
        if body is not None:
            samples.keep(f"{name}-request", body)
        if reply.raw:
            samples.keep(f"{name}-response", reply.json)
        with deps.db.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE action SET status = 'SUCCEEDED', "
                "status_reason = 'Action completed successfully.'"
            )
            connection.exec_driver_sql("UPDATE cluster SET status = 'ACTIVE'")
            connection.exec_driver_sql("UPDATE node SET status = 'ACTIVE'")
        return reply

    return sent


def test_samples(send, spec, policy_spec, deps):
    discovery(send)
    profiles(send, spec)
    clusters(send)
    nodes(send)
    policies(send, policy_spec)
    cluster_policies(send, deps)
    receivers(send)
    aggregates(send)
    send("fault", "GET", "/v1/clusters/nobody", status=404)


def discovery(send):
    send("versions", "GET", "/", status=300)
    send("version", "GET", "/v1")
    send("build-info", "GET", "/v1/build-info")
    send("profile-type-list", "GET", "/v1/profile-types")
    send("profile-type-show", "GET", "/v1/profile-types/container.dockerinc.docker-1.0")
    send("profile-type-ops", "GET", "/v1/profile-types/os.nova.server-1.0/ops")
    send("policy-type-list", "GET", "/v1/policy-types")
    send("policy-type-show", "GET", "/v1/policy-types/senlin.policy.deletion-1.1")
    send("services", "GET", "/v1/services")


def profiles(send, spec):
    profile = {"name": "web", "spec": spec, "metadata": {"tier": "front"}}
    send("profile-create", "POST", "/v1/profiles", {"profile": profile}, 201)
    send(
        "profile-validate", "POST", "/v1/profiles/validate", {"profile": {"spec": spec}}
    )
    send("profile-show", "GET", "/v1/profiles/web")
    send("profile-list", "GET", "/v1/profiles")
    send("profile-update", "PATCH", "/v1/profiles/web", {"profile": {"name": "web2"}})


def policies(send, spec):
    policy = {"name": "shrink", "spec": spec}
    send("policy-create", "POST", "/v1/policies", {"policy": policy}, 201)
    send("policy-validate", "POST", "/v1/policies/validate", {"policy": {"spec": spec}})
    send("policy-show", "GET", "/v1/policies/shrink")
    send("policy-list", "GET", "/v1/policies")
    send("policy-update", "PATCH", "/v1/policies/shrink", {"policy": {"name": "less"}})


def clusters(send):
    cluster = {"name": "c1", "profile_id": "web2", "max_size": 5, "timeout": 600}
    send("cluster-create", "POST", "/v1/clusters", {"cluster": cluster}, 202)
    send("cluster-show", "GET", "/v1/clusters/c1")
    send("cluster-list", "GET", "/v1/clusters")
    send(
        "cluster-update", "PATCH", "/v1/clusters/c1", {"cluster": {"timeout": 900}}, 202
    )
    send(
        "cluster-scale-out",
        "POST",
        "/v1/clusters/c1/actions",
        {"scale_out": {"count": 2}},
        202,
    )
    resize = {"adjustment_type": "EXACT_CAPACITY", "number": 3}
    send("cluster-resize", "POST", "/v1/clusters/c1/actions", {"resize": resize}, 202)
    path = "/v1/clusters/c1/actions"
    checked = send("cluster-check", "POST", path, {"check": {}}, 202)
    token = {"lifecycle_action_token": checked.json["action"]}
    send("cluster-complete-lifecycle", "POST", path, {"complete_lifecycle": token}, 202)
    send("cluster-attributes", "GET", "/v1/clusters/c1/attrs/name")


def nodes(send):
    send(
        "node-create",
        "POST",
        "/v1/nodes",
        {"node": {"name": "n1", "profile_id": "web2"}},
        202,
    )
    send("node-show", "GET", "/v1/nodes/n1")
    send("node-list", "GET", "/v1/nodes?name=n1")
    send("node-update", "PATCH", "/v1/nodes/n1", {"node": {"role": "master"}}, 202)
    send("node-check", "POST", "/v1/nodes/n1/actions", {"check": {}}, 202)
    reboot = {"reboot": {"type": "SOFT"}}
    action = send("node-operation", "POST", "/v1/nodes/n1/ops", reboot, 202)
    send("action-show", "GET", f"/v1/actions/{action.json['action']}")
    send("action-list", "GET", "/v1/actions?action=CLUSTER_CREATE")
    send("node-delete", "DELETE", "/v1/nodes/n1", status=202)


def cluster_policies(send, deps):
    path = "/v1/clusters/c1/actions"
    attach = {"policy_attach": {"policy_id": "less", "enabled": True}}
    send("cluster-policy-attach", "POST", path, attach, 202)
    with deps.db.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO cluster_policy SELECT lower(hex(randomblob(4))) || "
            "'-2f4e-4c0e-9a77-2d0d6b1a5d11', c.id, p.id, 1, 100, 1, NULL, NULL "
            "FROM cluster c, policy p"
        )
    send("cluster-policy-list", "GET", "/v1/clusters/c1/policies")
    send("cluster-policy-show", "GET", "/v1/clusters/c1/policies/less")
    disable = {"policy_update": {"policy_id": "less", "enabled": False}}
    send("cluster-policy-update", "POST", path, disable, 202)
    detach = {"policy_detach": {"policy_id": "less"}}
    send("cluster-policy-detach", "POST", path, detach, 202)


def receivers(send):
    receiver = {
        "name": "grow",
        "type": "webhook",
        "cluster_id": "c1",
        "action": "CLUSTER_SCALE_OUT",
        "params": {"count": 1},
    }
    made = send("receiver-create", "POST", "/v1/receivers", {"receiver": receiver}, 201)
    send("receiver-show", "GET", "/v1/receivers/grow")
    send("receiver-list", "GET", "/v1/receivers")
    changes = {"receiver": {"name": "grow-faster", "params": {"count": 2}}}
    send("receiver-update", "PATCH", "/v1/receivers/grow", changes)
    queue = {"receiver": {"name": "listen", "type": "message"}}
    send("receiver-create-message", "POST", "/v1/receivers", queue, 201)
    webhook = f"/v1/webhooks/{made.json['receiver']['id']}/trigger?V=2"
    send("webhook-trigger", "POST", webhook, {"count": 3}, 202)


def aggregates(send):
    path = "/v1/os-aggregates"
    aggregate = {"name": "fast", "availability_zone": "east"}
    send("aggregate-create", "POST", path, {"aggregate": aggregate})
    added = {"add_host": {"host": "host1"}}
    send("aggregate-add-host", "POST", f"{path}/fast/action", added)
    metadata = {"set_metadata": {"metadata": {"ssd": "true", "hdd": None}}}
    send("aggregate-set-metadata", "POST", f"{path}/fast/action", metadata)
    renamed = {"aggregate": {"name": "faster"}}
    send("aggregate-update", "PUT", f"{path}/fast", renamed)
    send("aggregate-list", "GET", path)
    shown = send("aggregate-show", "GET", f"{path}/faster").json["aggregate"]
    image = {"cache": [{"id": "70a599e0-31e7-49b7-b260-868f441e862b"}]}
    send("aggregate-images", "POST", f"{path}/faster/images", image, 202)
    compute(send, f"{path}/{shown['id']}")
    growth = {"scale_out": {"count": 2, "precache_aggregate": "faster"}}
    actions = "/v1/clusters/c1/actions"
    send("cluster-scale-out-precache", "POST", actions, growth, 202)
    removed = {"remove_host": {"host": "host1"}}
    send("aggregate-remove-host", "POST", f"{path}/faster/action", removed)


def compute(send, path):
    nova = "compute 2.81"
    send("compute-aggregate-show", "GET", path, version=nova)
    added = {"add_host": {"host": "host1"}}
    send("compute-fault", "POST", f"{path}/action", added, 409, version=nova)
