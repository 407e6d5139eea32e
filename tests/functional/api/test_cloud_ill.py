"""A cloud that answers with an error is told as such, not as the caller's fault."""

import pytest


def _ask(client, spec, kind):
    adoption = {"identity": "x", "type": "os.nova.server-1.0"}
    path, body = {
        "create": ("/v1/profiles", {"profile": {"name": "p", "spec": spec}}),
        "validate": ("/v1/profiles/validate", {"profile": {"spec": spec}}),
        "adopt": ("/v1/nodes/adopt", adoption),
        "preview": ("/v1/nodes/adopt-preview", adoption),
    }[kind]
    return client.post(path, body)


STACK = {
    "type": "os.heat.stack",
    "version": "1.0",
    "properties": {"template": {"heat_template_version": "2016-10-14"}},
}
KINDS = ["create", "validate", "adopt", "preview"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [500, 503, 429, 401])
def test_a_failing_cloud_is_unavailable(client, deps, spec, kind, status):
    deps.driver.controls.add_fault(
        {"effect": "error", "status": status, "message": "Out of order."}
    )

    reply = _ask(client, spec, kind)

    assert reply.status == 503
    assert reply.headers["retry-after"] == "5"
    assert reply.type == "ServiceUnavailable"
    assert "Out of order." in reply.message


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_cloud_forbids_is_forbidden(client, deps, spec, kind):
    deps.driver.controls.add_fault(
        {"effect": "error", "method": "compute.*", "status": 403, "message": "Not you."}
    )

    reply = _ask(client, spec, kind)

    assert (reply.status, reply.message) == (403, "Not you.")


@pytest.mark.parametrize(("status", "told"), [(500, 503), (403, 403), (400, 400)])
def test_a_template_is_only_blamed_for_what_it_says(client, deps, status, told):
    deps.driver.controls.add_fault(
        {"effect": "error", "method": "orchestration.*", "status": status}
    )

    assert _ask(client, STACK, "create").status == told


@pytest.fixture
def members(stage, serve, spec):
    """Make a cluster of two nodes; give a client."""
    client = serve(stage.deps)
    client.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    body = {"cluster": {"name": "c", "profile_id": "p", "desired_capacity": 2}}
    assert client.post("/v1/clusters", body).status == 202
    stage.drain()
    return client


@pytest.mark.parametrize("effect", ["error", "busy", "timeout"])
def test_attributes_that_the_cloud_keeps_are_not_missing(members, stage, effect):
    path = "/v1/clusters/c/attrs/details.status"
    assert len(members.get(path).json["cluster_attributes"]) == 2
    stage.controls.add_fault({"effect": effect, "method": "compute.*"})

    reply = members.get(path)

    assert reply.status == 503
    assert reply.headers["retry-after"] == "5"
    assert members.get("/v1/clusters/c/attrs/name").status == 200
