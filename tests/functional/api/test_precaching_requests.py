"""Who may let clusters wait for images on hosts, and from which version on."""

import pytest

SCALE = {"scale_out": {"count": 1, "precache_aggregate": "fast"}}


@pytest.fixture
def admin(as_user):
    return as_user("root", "p", "admin")


@pytest.fixture
def member(as_user, spec, admin):
    """A member with a cluster ``c``, where there is an aggregate ``fast``."""
    user = as_user("u", "p", "member")
    user.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    user.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": "p"}})
    made = admin.post("/v1/os-aggregates", {"aggregate": {"name": "fast"}})
    assert made.status == 200
    return user


@pytest.fixture
def ready(member, deps):
    """A cluster whose creation has ended."""
    with deps.db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE action SET status = 'SUCCEEDED'")
        connection.exec_driver_sql("UPDATE cluster SET status = 'ACTIVE'")
    return member


def actions_of(admin, kind):
    listed = admin.get(f"/v1/actions?action={kind}").json["actions"]
    return [one["id"] for one in listed]


def test_it_needs_the_right_to_bring_images(ready, admin):
    refused = ready.post("/v1/clusters/c/actions", SCALE)

    assert refused.status == 403
    assert actions_of(admin, "AGGREGATE_CACHE_IMAGES") == []
    assert admin.post("/v1/clusters/c/actions", SCALE).status == 202
    assert len(actions_of(admin, "AGGREGATE_CACHE_IMAGES")) == 1


def test_older_versions_know_nothing_of_it(ready, admin):
    asked = ready.at("1.16").post("/v1/clusters/c/actions", SCALE)

    assert asked.status == 202
    assert actions_of(admin, "AGGREGATE_CACHE_IMAGES") == []


def test_a_new_profile_needs_the_right_too(ready, admin, spec):
    ready.post("/v1/profiles", {"profile": {"name": "q", "spec": spec}})
    change = {"cluster": {"profile_id": "q", "precache_aggregate": "fast"}}

    assert ready.patch("/v1/clusters/c", change).status == 403
    accepted = admin.patch("/v1/clusters/c", change)

    assert accepted.status == 202, accepted.raw
    assert len(actions_of(admin, "AGGREGATE_CACHE_IMAGES")) == 1


def test_an_aggregate_that_is_not_there_makes_the_request_wrong(ready, admin):
    body = {"scale_out": {"count": 1, "precache_aggregate": "slow"}}

    reply = admin.post("/v1/clusters/c/actions", body)

    assert reply.status == 400
    assert reply.message == "The specified aggregate 'slow' could not be found."
