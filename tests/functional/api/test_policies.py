"""Policies."""

import dataclasses
import re

import pytest

from senlin_like.operations.deps import Settings

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
KEYS = {
    "created_at",
    "data",
    "domain",
    "id",
    "name",
    "project",
    "spec",
    "type",
    "updated_at",
    "user",
}


def create(client, spec, name="y"):
    return client.post("/v1/policies", {"policy": {"name": name, "spec": spec}})


def validate(client, spec):
    return client.post("/v1/policies/validate", {"policy": {"spec": spec}})


def names(reply):
    return [one["name"] for one in reply.json["policies"]]


@pytest.fixture
def policy(client, policy_spec):
    return create(client, policy_spec).json["policy"]


def test_a_policy_lives(client, policy_spec):
    policy_spec |= {"version": 1.0, "description": "Shrink by one."}
    made = create(client, policy_spec)
    assert made.status == 201
    policy = made.json["policy"]
    assert set(policy) == KEYS
    assert policy["spec"] == policy_spec
    assert policy["type"] == "senlin.policy.scaling-1.0"
    assert policy["data"] == {}
    assert TIME.fullmatch(policy["created_at"])
    assert policy["updated_at"] is None

    for identity in (policy["id"], "y", policy["id"][:6]):
        assert client.get(f"/v1/policies/{identity}").json["policy"] == policy
    assert client.get("/v1/policies").json == {"policies": [policy]}

    changed = client.patch("/v1/policies/y", {"policy": {"name": "z"}})
    assert changed.status == 200
    renamed = changed.json["policy"]
    assert TIME.fullmatch(renamed["updated_at"])
    assert renamed == policy | {"name": "z", "updated_at": renamed["updated_at"]}
    assert client.get("/v1/policies/z").json["policy"] == renamed

    gone = client.delete("/v1/policies/z")
    assert gone.status == 204
    assert gone.raw == b""
    missing = client.get("/v1/policies/z")
    assert missing.status == 404
    assert missing.message == "The policy 'z' could not be found."


def test_a_policy_is_validated_without_being_stored(client, policy_spec):
    reply = validate(client, policy_spec)

    assert reply.status == 200
    policy = reply.json["policy"]
    assert set(policy) == KEYS
    assert policy["id"] is policy["created_at"] is policy["updated_at"] is None
    assert policy["name"] == "validated_policy"
    assert policy["type"] == "senlin.policy.scaling-1.0"
    assert policy["spec"] == policy_spec
    assert policy["project"]
    assert client.get("/v1/policies").json == {"policies": []}


def test_validation_came_with_its_version(client, policy_spec):
    assert validate(client.at("1.2"), policy_spec).status == 200
    older = validate(client.at("1.1"), policy_spec)

    assert older.status == 400
    assert older.message == "API version '1.1' is not supported on this method."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bogus": 1}, "Unrecognizable spec item 'bogus'"),
        ({"event": None}, "Required spec item 'event' not provided"),
        (
            {"event": "CLUSTER_RESIZE"},
            "'CLUSTER_RESIZE' must be one of the allowed values: "
            "CLUSTER_SCALE_IN, CLUSTER_SCALE_OUT",
        ),
        (
            {"adjustment": {"type": "blah"}},
            "'blah' must be one of the allowed values: EXACT_CAPACITY, "
            "CHANGE_IN_CAPACITY, CHANGE_IN_PERCENTAGE",
        ),
        (
            {"adjustment": {"number": 0}},
            "the 'number' for 'adjustment' must be > 0",
        ),
    ],
)
@pytest.mark.parametrize("ask", [create, validate])
def test_a_bad_spec_is_refused_with_its_bare_reason(
    client, policy_spec, ask, changes, message
):
    policy_spec["properties"] |= changes

    reply = ask(client, policy_spec)

    assert (reply.status, reply.type) == (400, "InvalidSpec")
    assert reply.message == message
    assert client.get("/v1/policies").json == {"policies": []}


@pytest.mark.parametrize("missing", ["type", "version", "properties"])
@pytest.mark.parametrize("ask", [create, validate])
def test_a_spec_has_all_its_parts(client, policy_spec, ask, missing):
    del policy_spec[missing]

    reply = ask(client, policy_spec)

    assert reply.status == 400
    assert f"'{missing}'" in reply.message


@pytest.mark.parametrize("ask", [create, validate])
def test_a_policy_of_an_unknown_type_is_not_found(client, policy_spec, ask):
    policy_spec["type"] = "senlin.policy.bogus"

    reply = ask(client, policy_spec)

    assert reply.status == 404
    assert (
        reply.message == "The policy_type 'senlin.policy.bogus-1.0' could not be found."
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Request body missing 'policy' key."),
        ({"policy": {"name": "y"}}, "'spec' is a required property"),
        ({"policy": {"spec": {}}}, "'name' is a required property"),
        ({"policy": {"name": None, "spec": {}}}, "Field `name' cannot be None"),
        ({"policy": {"name": "y", "spec": None}}, "Field `spec' cannot be None"),
        (
            {"policy": {"name": "y", "spec": []}},
            "[] is not of type 'object' (field 'spec')",
        ),
        (
            {"policy": {"name": "y", "spec": {}, "metadata": {}}},
            "Additional properties are not allowed ('metadata' was unexpected)",
        ),
    ],
)
def test_what_is_created_is_checked(client, body, message):
    reply = client.post("/v1/policies", body)

    assert (reply.status, reply.type) == (400, "HTTPBadRequest")
    assert reply.message == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Request body missing 'policy' key."),
        ({"policy": {}}, "'spec' is a required property"),
        (
            {"policy": {"spec": {}, "name": "y"}},
            "Additional properties are not allowed ('name' was unexpected)",
        ),
    ],
)
def test_what_is_validated_is_checked(client, body, message):
    reply = client.post("/v1/policies/validate", body)

    assert reply.status == 400
    assert reply.message == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Malformed request data, missing 'policy' key in request body."),
        ({"policy": {}}, "'name' is a required property"),
        ({"policy": {"name": None}}, "Field `name' cannot be None"),
        ({"policy": {"name": "y"}}, "No property needs an update."),
        (
            {"policy": {"name": "z", "spec": {"k1": "v1"}}},
            "Additional properties are not allowed ('spec' was unexpected)",
        ),
    ],
)
def test_a_change_is_checked(client, policy, body, message):
    reply = client.patch("/v1/policies/y", body)

    assert reply.status == 400
    assert reply.message == message


def test_a_name_that_fits_several_is_ambiguous(client, policy_spec):
    for _ in range(2):
        create(client, policy_spec)

    for reply in (client.get("/v1/policies/y"), client.delete("/v1/policies/y")):
        assert (reply.status, reply.type) == (400, "MultipleChoices")
        assert reply.message == (
            "Multiple results found matching the query criteria 'y'. "
            "Please be more specific."
        )


def test_names_are_unique_where_the_operator_says_so(build, policy_spec):
    client = build(settings=Settings(name_unique=True))
    create(client, policy_spec)

    reply = create(client, policy_spec)

    assert (reply.status, reply.type) == (400, "BadRequest")
    assert reply.message == "A policy named 'y' already exists."
    assert len(client.get("/v1/policies").json["policies"]) == 1


def test_a_name_is_unique_in_its_project_only(as_user, build, policy_spec):
    unique = build(settings=Settings(name_unique=True), auth_strategy="keystone")
    red, blue = (
        dataclasses.replace(as_user("u", project, "member"), wsgi=unique.wsgi)
        for project in ("red", "blue")
    )

    assert create(red, policy_spec).status == 201
    assert create(blue, policy_spec).status == 201
    assert create(red, policy_spec).status == 400


def test_lists_are_filtered_and_sorted(client, policy_spec):
    deletion = {"type": "senlin.policy.deletion", "version": "1.1", "properties": {}}
    for name, spec in (("b", policy_spec), ("a", deletion), ("c", deletion)):
        assert create(client, spec, name).status == 201

    def listed(query):
        return names(client.get(f"/v1/policies?{query}"))

    assert listed("") == ["b", "a", "c"]
    assert listed("sort=name:desc") == ["c", "b", "a"]
    assert listed("sort=type,name:desc") == ["c", "a", "b"]
    assert listed("type=senlin.policy.deletion-1.1") == ["a", "c"]
    assert listed("type=senlin.policy.deletion-1.0") == []
    assert listed("name=a&name=b&sort=name") == ["a", "b"]
    page = client.get("/v1/policies?limit=2").json
    assert [one["name"] for one in page["policies"]] == ["b", "a"]
    rest = page["policies_links"][0]["href"].removeprefix("http://localhost")
    assert names(client.get(rest)) == ["c"]


def test_lists_show_the_own_project_unless_all_are_asked_for(as_user, policy_spec):
    mine, admin = as_user("me", "mine", "member"), as_user("a", "q", "admin")
    create(mine, policy_spec)

    refused = mine.get("/v1/policies?global_project=True")

    assert refused.status == 403
    assert refused.message == "You are not authorized to complete this operation."
    assert names(admin.get("/v1/policies")) == []
    assert names(admin.get("/v1/policies?global_project=true")) == ["y"]
    assert admin.get("/v1/policies/y").status == 200


def test_the_interval_of_health_checks_has_the_operators_bound(build):
    spec = {
        "type": "senlin.policy.health",
        "version": "1.1",
        "properties": {
            "detection": {
                "interval": 59,
                "detection_modes": [{"type": "NODE_STATUS_POLLING"}],
            },
            "recovery": {"actions": [{"name": "RECREATE"}]},
        },
    }

    refused = create(build(), spec)

    assert refused.status == 400
    assert refused.message == "the 'interval' for 'detection' must be >= 60"
    patient = build(settings=Settings(health_check_interval_min=10))
    assert create(patient, spec).status == 201


def test_specs_are_not_readable_in_the_database(client, deps, policy_spec):
    policy_spec["description"] = "whisper"

    create(client, policy_spec)

    with deps.db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM policy").fetchall()
    assert len(rows) == 1
    assert "whisper" not in str(rows)
