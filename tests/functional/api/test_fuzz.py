"""Whatever is sent, the answer is never a 500, and a readable fault if not good."""

import json
import urllib.parse
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from senlin_like.api import openapi
from senlin_like.policies import registry as policy_types

ROUTES = [(method, path) for path, method, _endpoint in openapi.operations()]
WRITES = [(method, path) for method, path in ROUTES if method != "GET"]
READS = [path for method, path in ROUTES if method == "GET"]
WORDS = st.sampled_from(
    [
        "profile",
        "cluster",
        "node",
        "policy",
        "action",
        "name",
        "spec",
        "type",
        "version",
        "properties",
        "metadata",
        "config",
        "profile_id",
        "cluster_id",
        "min_size",
        "max_size",
        "desired_capacity",
        "timeout",
        "nodes",
        "count",
        "resize",
        "scale_in",
        "scale_out",
        "add_nodes",
        "del_nodes",
        "replace_nodes",
        "check",
        "recover",
        "reboot",
        "operation",
        "operation_params",
        "adjustment_type",
        "number",
        "min_step",
        "strict",
        "force",
        "status",
        "identity",
        "overrides",
        "params",
        "filters",
        "role",
        "tainted",
        "profile_only",
        "limit",
        "marker",
        "sort",
        "global_project",
        "show_details",
        "receiver",
        "message",
        "webhook",
        "params",
        "CLUSTER_SCALE_OUT",
        "V",
        "os.nova.server",
        "senlin.policy.scaling",
        "1.0",
        "c",
        "n",
        "p",
        "flavor",
        "networks",
        "image",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | WORDS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
POLICY_WORDS = st.sampled_from(
    [
        "event",
        "adjustment",
        "regions",
        "zones",
        "pool",
        "vip",
        "subnet",
        "protocol_port",
        "detection",
        "recovery",
        "detection_modes",
        "interval",
        "hooks",
        "weight",
        "name",
        "type",
        "CLUSTER_SCALE_IN",
        "NODE_STATUS_POLLING",
    ]
)
POLICY_VALUES = st.recursive(
    SCALARS | POLICY_WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(POLICY_WORDS, inner, max_size=4)
    ),
    max_leaves=12,
)
FUZZED = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def concrete(path: str, identity: str = "c") -> str:
    quoted = urllib.parse.quote(identity, safe="")
    return "/".join(
        quoted if part.startswith("{") else part for part in path.split("/")
    )


def judge(reply: Any) -> None:
    assert reply.status < 500, reply.raw
    if reply.status >= 400:
        jsonschema.validate(
            reply.json, openapi.describe()["components"]["schemas"]["Fault"]
        )


@FUZZED
@given(
    route=st.sampled_from(WRITES),
    body=st.dictionaries(WORDS, VALUES, max_size=3),
    identity=WORDS,
)
def test_bodies(client, cluster, node, route, body, identity):
    method, path = route

    judge(client.call(method, concrete(path, identity), json.dumps(body).encode()))


@FUZZED
@given(
    body=st.fixed_dictionaries({}, optional={
        "name": st.just("x") | VALUES, "profile_id": st.just("p") | VALUES,
        "min_size": VALUES, "max_size": VALUES, "desired_capacity": VALUES,
        "timeout": VALUES, "metadata": VALUES, "config": VALUES,
    }),
)  # fmt: skip
def test_clusters(client, profile, body):
    judge(client.post("/v1/clusters", {"cluster": body}))


@FUZZED
@given(
    properties=st.dictionaries(
        st.sampled_from(
            [
                "flavor",
                "name",
                "image",
                "networks",
                "metadata",
                "user_data",
                "block_device_mapping_v2",
                "key_name",
                "security_groups",
                "personality",
                "scheduler_hints",
                "config_drive",
            ]
        ),
        VALUES,
        max_size=4,
    )
)
def test_specs(client, properties):
    spec = {"type": "os.nova.server", "version": "1.0", "properties": properties}
    # Python writes NaN, which is no JSON: that is part of the game.
    judge(client.post("/v1/profiles/validate", {"profile": {"spec": spec}}))


@FUZZED
@given(
    kind=st.sampled_from(policy_types.load().names()),
    properties=st.dictionaries(POLICY_WORDS, POLICY_VALUES, max_size=4),
)
def test_policy_specs(client, kind, properties):
    name, _, version = kind.rpartition("-")
    spec = {"type": name, "version": version, "properties": properties}

    judge(client.post("/v1/policies", {"policy": {"name": "y", "spec": spec}}))


@FUZZED
@given(raw=st.binary(max_size=60).map(lambda tail: b"{" + tail))
def test_bytes(client, raw):
    judge(client.call("POST", "/v1/clusters", raw))


@FUZZED
@given(
    path=st.sampled_from(READS),
    identity=st.text(min_size=1, max_size=40),
    query=st.dictionaries(WORDS | st.text(max_size=5), WORDS | st.text(max_size=10)),
    method=st.sampled_from(["GET", "HEAD", "PUT", "OPTIONS", "DELETE", "PURGE"]),
)
def test_paths_and_queries(client, path, identity, query, method):
    encoded = urllib.parse.urlencode(query, errors="surrogatepass")
    text = identity.encode("utf-8", "surrogatepass")
    target = concrete(path, "%s").replace("%25s", urllib.parse.quote(text, safe=""))

    reply = client.call(method, f"{target}?{encoded}")

    if method != "HEAD":
        judge(reply)


@FUZZED
@given(text=st.text(max_size=30))
def test_versions(client, text):
    header = text.encode("utf-8", "replace").decode("latin-1")

    judge(client.with_environ(HTTP_OPENSTACK_API_VERSION=header).get("/v1/build-info"))


def test_a_bug_tells_its_request_and_nothing_else(build, deps, caplog):
    class Broken:
        def names(self):
            raise RuntimeError("the secret of the house")

    client = build(profiles=Broken())

    reply = client.get("/v1/profile-types")

    assert reply.status == 500
    assert reply.headers["x-openstack-request-id"] in reply.message
    assert b"secret" not in reply.raw
    assert "the secret of the house" in caplog.text
