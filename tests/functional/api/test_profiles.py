"""Profiles."""

import re

import pytest

from senlin_like.api import microversions as mv

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_a_profile_lives(client, spec):
    made = client.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    assert made.status == 201
    profile = made.json["profile"]
    assert profile["spec"] == spec
    assert profile["type"] == "os.nova.server-1.0"
    assert profile["metadata"] == {}
    assert TIME.fullmatch(profile["created_at"])

    for identity in (profile["id"], "p", profile["id"][:6]):
        assert client.get(f"/v1/profiles/{identity}").json["profile"] == profile

    changed = client.patch(
        "/v1/profiles/p", {"profile": {"name": "q", "metadata": None}}
    )
    assert changed.status == 200
    assert changed.json["profile"]["name"] == "q"
    assert changed.json["profile"]["metadata"] is None

    gone = client.delete("/v1/profiles/q")
    assert gone.status == 204
    assert gone.raw == b""
    newest = mv.text(mv.HIGHEST)
    assert gone.headers["openstack-api-version"] == f"clustering {newest}"
    missing = client.get("/v1/profiles/q")
    assert missing.status == 404
    assert missing.message == "The profile 'q' could not be found."


def test_a_profile_is_validated_without_being_stored(client, spec):
    reply = client.post("/v1/profiles/validate", {"profile": {"spec": spec}})

    assert reply.status == 200
    profile = reply.json["profile"]
    assert profile["id"] is None
    assert profile["name"] == "validated_profile"
    assert profile["created_at"] is None
    assert client.get("/v1/profiles").json == {"profiles": []}


def test_a_bad_spec_is_refused_with_its_reason(client, spec):
    spec["properties"]["bogus"] = 1

    made = client.post(
        "/v1/profiles", {"profile": {"name": "test-profile", "spec": spec}}
    )
    validated = client.post("/v1/profiles/validate", {"profile": {"spec": spec}})

    assert made.status == validated.status == 400
    assert made.message == (
        "Failed in creating profile test-profile: Unrecognizable spec item 'bogus'"
    )
    assert validated.message == "Unrecognizable spec item 'bogus'"


@pytest.mark.parametrize("bad", [{}, {"spec": None}, {"name": "x", "spec": {}}])
def test_validation_takes_a_spec_only(client, bad):
    assert client.post("/v1/profiles/validate", {"profile": bad}).status == 400


def test_a_profile_of_an_unknown_type_is_not_found(client, spec):
    spec["type"] = "senlin.profile.bogus"

    reply = client.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})

    assert reply.status == 404
    assert (
        reply.message
        == "The profile_type 'senlin.profile.bogus-1.0' could not be found."
    )


@pytest.mark.parametrize("changes", [{}, {"name": "p"}, {"name": None}])
def test_a_change_that_changes_nothing_is_refused(client, profile, changes):
    reply = client.patch("/v1/profiles/p", {"profile": changes})

    assert reply.status == 400
    assert reply.message == "No property needs an update."


def test_a_spec_can_not_change(client, profile):
    assert client.patch("/v1/profiles/p", {"profile": {"spec": {}}}).message == (
        "Additional properties are not allowed ('spec' was unexpected)"
    )


def test_a_profile_in_use_stays(client, profile, cluster):
    reply = client.delete("/v1/profiles/p")

    assert reply.status == 409
    assert reply.type == "ResourceInUse"
    assert reply.message == (
        f"The profile '{profile['id']}' cannot be deleted: still referenced by some "
        "clusters and/or nodes."
    )


def test_a_name_that_fits_several_is_ambiguous(client, spec):
    for _ in range(2):
        client.post("/v1/profiles", {"profile": {"name": "p-nova", "spec": spec}})

    reply = client.get("/v1/profiles/p-nova")

    assert reply.status == 400
    assert reply.type == "MultipleChoices"
    assert reply.message == (
        "Multiple results found matching the query criteria 'p-nova'. "
        "Please be more specific."
    )
