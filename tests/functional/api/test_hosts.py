"""Profiles of containers, and the nodes and clusters that they name as hosts."""

import pytest

from senlin_like.drivers import base as drivers

SPEC = {"type": "container.dockerinc.docker", "version": "1.0"}


def spec_of(**properties):
    return {**SPEC, "properties": {"image": "cirros", **properties}}


@pytest.fixture
def create(client):
    def ask(name="box", **properties):
        body = {"profile": {"name": name, "spec": spec_of(**properties)}}
        return client.post("/v1/profiles", body)

    return ask


@pytest.mark.parametrize("kind", ["node", "cluster"])
@pytest.mark.parametrize("way", ["id", "name", "short id"])
def test_a_host_is_stored_by_its_id(client, create, node, cluster, kind, way):
    host = {"node": node, "cluster": cluster}[kind]
    identity = {"id": host["id"], "name": host["name"], "short id": host["id"][:8]}

    made = create(**{f"host_{kind}": identity[way]})

    assert made.status == 201, made.raw
    profile = made.json["profile"]
    assert profile["spec"] == spec_of(**{f"host_{kind}": host["id"]})
    shown = client.get(f"/v1/{kind}s/{host['id']}").json[kind]
    assert shown["dependents"] == {"profiles": [profile["id"]]}
    assert client.delete("/v1/profiles/box").status == 204
    assert client.get(f"/v1/{kind}s/{host['id']}").json[kind]["dependents"] == {}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "Either 'host_cluster' or 'host_node' must be specified."),
        (
            {"host_node": "n", "host_cluster": "c"},
            "Either 'host_cluster' or 'host_node' must be specified, but not both.",
        ),
        (
            {"host_node": "x"},
            "The specified host_node 'x' could not be found or is not unique.",
        ),
        (
            {"host_cluster": "x"},
            "The specified host_cluster 'x' could not be found or is not unique.",
        ),
    ],
)
def test_what_is_no_host_is_refused(client, create, node, cluster, properties, message):
    made = create(**properties)
    validated = client.post(
        "/v1/profiles/validate", {"profile": {"spec": spec_of(**properties)}}
    )

    assert made.status == validated.status == 400
    assert made.message == validated.message == message
    assert made.type == "InvalidSpec"
    assert [one["name"] for one in client.get("/v1/profiles").json["profiles"]] == ["p"]


def test_a_command_with_half_a_quotation_is_refused(client, create, node):
    properties = {"host_node": node["id"], "command": "sh -c 'sleep"}

    made = create(**properties)
    validated = client.post(
        "/v1/profiles/validate", {"profile": {"spec": spec_of(**properties)}}
    )

    assert (made.status, validated.status) == (400, 400)
    assert made.message == "The value of 'command' is no command: No closing quotation."
    assert create(**{**properties, "command": "sh -c 'sleep 9'"}).status == 201


def test_an_ambiguous_host_is_refused(client, create, profile, node):
    body = {"node": {"name": "n", "profile_id": profile["id"]}}
    client.post("/v1/nodes", body)

    made = create(host_node="n")

    assert made.status == 400
    assert "is not unique" in made.message


def test_a_host_that_is_checked_only_knows_of_nothing(client, node):
    spec = spec_of(host_node="n")

    reply = client.post("/v1/profiles/validate", {"profile": {"spec": spec}})

    assert reply.status == 200
    assert client.get("/v1/nodes/n").json["node"]["dependents"] == {}


def test_containers_are_no_hosts(client, create, node):
    create(host_node="n")
    client.post("/v1/nodes", {"node": {"name": "inner", "profile_id": "box"}})

    made = create("other", host_node="inner")

    assert made.status == 400
    assert "can't be a host" in made.message


def test_hosts_of_other_projects_are_not_found(as_user, spec):
    alice = as_user("alice", "red", "member")
    bob = as_user("bob", "blue", "member")
    alice.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    made = alice.post("/v1/nodes", {"node": {"name": "n", "profile_id": "p"}})
    host = spec_of(host_node=made.json["node"]["id"])

    reply = bob.post("/v1/profiles", {"profile": {"name": "box", "spec": host}})

    assert reply.status == 400
    assert "could not be found" in reply.message


@pytest.mark.parametrize("query", ["", "?force=true"])
def test_a_cluster_that_is_named_is_not_deleted(client, create, cluster, query):
    made = create(host_cluster="c").json["profile"]

    reply = client.delete(f"/v1/clusters/c{query}")

    assert (reply.status, reply.type) == (409, "ResourceInUse")
    assert reply.message == (
        f"The cluster 'c' cannot be deleted: still referenced by profile(s): "
        f"['{made['id']}']."
    )


def test_a_profile_of_hosts_in_use_is_not_deleted(client, profile, node, create):
    create(host_node="n")

    assert client.delete("/v1/profiles/p").status == 409


def test_a_container_profile_in_use_stays_and_is_remembered(client, create, node):
    made = create(host_node="n").json["profile"]
    client.post("/v1/nodes", {"node": {"name": "inner", "profile_id": "box"}})

    assert client.delete("/v1/profiles/box").status == 409

    shown = client.get("/v1/nodes/n").json["node"]
    assert shown["dependents"] == {"profiles": [made["id"]]}


def test_containers_are_not_adopted(client):
    body = {"identity": "c", "type": "container.dockerinc.docker-1.0"}

    for path in ("/v1/nodes/adopt", "/v1/nodes/adopt-preview"):
        reply = client.post(path, body)

        assert reply.status == 400, reply.raw
        assert "existing containers" in reply.message


def test_stacks_that_can_not_be_made_name_their_profile(client):
    spec = {"type": "os.heat.stack", "version": "1.0", "properties": {}}

    made = client.post("/v1/profiles", {"profile": {"name": "pile", "spec": spec}})
    validated = client.post("/v1/profiles/validate", {"profile": {"spec": spec}})

    assert made.status == validated.status == 400
    assert made.message == (
        "Both template and template_url are not specified for profile 'pile'."
    )
    assert "'validated_profile'" in validated.message


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("os.heat.stack-1.0", ["abandon"]),
        (
            "container.dockerinc.docker-1.0",
            ["kill", "pause", "reboot", "restart", "start", "stop", "unpause"],
        ),
    ],
)
def test_the_operations_of_a_type_are_listed(client, kind, names):
    reply = client.get(f"/v1/profile-types/{kind}/ops")

    assert sorted(reply.json["operations"]) == names


def test_an_unknown_operation_of_a_container_is_refused(client, create, node):
    create(host_node="n")
    client.post("/v1/nodes", {"node": {"name": "inner", "profile_id": "box"}})

    unknown = client.post("/v1/nodes/inner/ops", {"rebuild": {}})
    negative = client.post("/v1/nodes/inner/ops", {"restart": {"wait_time": -1}})

    assert unknown.status == negative.status == 400
    assert "container.dockerinc.docker-1.0" in unknown.message


def test_a_stack_is_adopted(client, deps):
    driver = deps.driver.cloud(drivers.Account(user="admin", project="admin"))
    template = {"heat_template_version": "2018-08-31"}
    made = driver.orchestration.create_stack("s", {"template": template}, [])
    body = {"identity": made.id, "type": "os.heat.stack-1.0"}

    previewed = client.post("/v1/nodes/adopt-preview", body)
    adopted = client.post("/v1/nodes/adopt", {**body, "name": "taken"})

    assert previewed.status == 200, previewed.raw
    told = previewed.json["node_profile"]["node_preview"]
    assert told["properties"]["template"] == template
    assert adopted.status == 200, adopted.raw
    assert adopted.json["node"]["physical_id"] == made.id
    shown = client.get("/v1/nodes/taken?show_details=true").json["node"]["details"]
    assert shown["stack_status"] == "CREATE_COMPLETE"
