"""Whatever is sent to receivers and webhooks, the answer is never a 500."""

import json
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
WORDS = st.sampled_from(["count", "params", "nodes", "name", "V", "k"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)
    ),
    max_leaves=8,
)
FUZZED = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def hook(client, cluster, deps, end_actions):
    body = {
        "name": "r",
        "type": "webhook",
        "cluster_id": "c",
        "action": "CLUSTER_ADD_NODES",
    }
    made = client.post("/v1/receivers", {"receiver": body}).json["receiver"]
    return f"/v1/webhooks/{made['id']}/trigger"


@FUZZED
@given(
    body=st.fixed_dictionaries(
        {},
        optional={
            "name": st.just("x") | VALUES,
            "type": st.sampled_from(["webhook", "message"]) | VALUES,
            "cluster_id": st.just("c") | VALUES,
            "action": st.just("CLUSTER_CHECK") | VALUES,
            "params": VALUES,
            "actor": VALUES,
            "more": VALUES,
        },
    )
)
def test_creation(client, cluster, body):
    reply = client.post("/v1/receivers", {"receiver": body})

    assert reply.status in (201, 400), reply.raw
    if reply.status == 201:
        shown = client.get(f"/v1/receivers/{reply.json['receiver']['id']}")
        assert shown.json == reply.json


@FUZZED
@given(
    raw=st.binary(max_size=40)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(WORDS, VALUES).map(lambda value: json.dumps(value).encode()),
    query=st.dictionaries(WORDS | st.text(max_size=4), st.text(max_size=9)).map(
        lambda pairs: urllib.parse.urlencode(pairs, errors="surrogatepass")
    )
    | st.text(st.characters(max_codepoint=126, min_codepoint=33), max_size=20),
    version=st.sampled_from([None, "1.0", "1.9", "1.10", "latest"]),
    kind=st.sampled_from(["application/json", "text/plain", "text/xml", ""]),
)
def test_trigger(client, hook, deps, end_actions, raw, query, version, kind):
    end_actions(deps)

    reply = client.at(version).call("POST", f"{hook}?{query}", raw, CONTENT_TYPE=kind)

    assert reply.status in (202, 400), reply.raw
    assert reply.status == 202 or reply.json["error"]["message"]


@FUZZED
@given(identity=st.text(min_size=1, max_size=40))
def test_addresses(client, hook, identity):
    quoted = urllib.parse.quote(identity.encode("utf-8", "surrogatepass"), safe="")

    reply = client.post(f"/v1/webhooks/{quoted}/trigger?V=1")

    assert reply.status in (400, 404), reply.raw
