# ruff: noqa: E501 - texts of the wire stay in one piece
import uuid

import pytest

from senlin_like.api.v1 import actions, clusters, events, nodes, policies, profiles

LISTINGS = {
    "profiles": profiles.LISTING,
    "policies": policies.LISTING,
    "clusters": clusters.LISTING,
    "nodes": nodes.LISTING,
    "actions": actions.LISTING,
    "events": events.LISTING,
}


@pytest.fixture
def five(client, spec):
    """Names of five profiles, in the order of their creation."""
    names = ["b", "a", "c", "a", "d"]
    for name in names:
        client.post("/v1/profiles", {"profile": {"name": name, "spec": spec}})
    return names


def names(reply):
    return [one["name"] for one in reply.json["profiles"]]


@pytest.mark.parametrize("plural", LISTINGS)
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=not-int", "The value for limit must be an integer: 'not-int'."),
        ("limit=-5", "Value must be >= 0 for field 'limit'."),
        ("marker=bad-marker", "The value for marker is not a valid UUID: 'bad-marker'."),
        ("sort=bad-sort", "Unsupported sort key 'bad-sort' for 'sort'."),
        ("sort=bad:down", "Unsupported sort dir 'down' for 'sort'."),
        ("sort=:asc", "Missing sort key for 'sort'."),
        ("sort=,", "Missing sort key for 'sort'."),
        ("global_project=not-bool", "Invalid value 'not-bool' specified for 'global_project'"),
        ("limit=%00", "The query contains a null character."),
    ],
)  # fmt: skip
def test_the_query_is_checked(client, plural, query, message):
    reply = client.get(f"/v1/{plural}?{query}")

    assert reply.status == 400
    assert reply.message == message
    assert reply.type == "HTTPBadRequest"


@pytest.mark.parametrize("plural", LISTINGS)
def test_unknown_parameters_are_refused_first(client, plural):
    reply = client.get(f"/v1/{plural}?limit=x&bogus=foo")

    name = "'bogus'" if plural == "clusters" else "bogus"
    assert reply.message == f"Invalid parameter {name}"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("clusters?status", "['bad-status']"),
        ("clusters?status", ""),
        ("clusters?status", "active"),
        ("nodes?status", "bad"),
        ("actions?status", "bad"),
        ("actions?action", "['bad-action']"),
        ("events?action", "bad"),
        ("events?level", "20"),
        ("events?level", "info"),
    ],
)
def test_filters_with_words_take_no_others(client, path, value):
    reply = client.get(f"/v1/{path}={value}")

    assert reply.status == 400
    assert reply.message == f"Field value {value} is invalid"


def test_admins_may_ask_for_all_projects_and_others_not(as_user, spec):
    mine = as_user("u", "p", "member")
    mine.post("/v1/profiles", {"profile": {"name": "x", "spec": spec}})
    admin = as_user("a", "q", "admin")

    assert mine.get("/v1/profiles?global_project=True").status == 403
    assert mine.get("/v1/profiles?global_project=false").status == 200
    assert admin.get("/v1/profiles").json == {"profiles": []}
    assert names(admin.get("/v1/profiles?global_project=TRUE")) == ["x"]


def test_values_of_one_filter_are_alternatives(client, five):
    assert sorted(names(client.get("/v1/profiles?name=a&name=b&name=a"))) == [
        "a",
        "a",
        "b",
    ]
    assert names(client.get("/v1/profiles?name=")) == []


def test_the_last_value_of_a_single_parameter_counts(client, five):
    assert len(names(client.get("/v1/profiles?limit=4&limit=2"))) == 2
    assert (
        len(names(client.get("/v1/profiles?limit=&marker=&sort=&global_project="))) == 5
    )


def test_lists_are_sorted(client, five):
    assert names(client.get("/v1/profiles")) == five
    assert names(client.get("/v1/profiles?sort=name:desc,type")) == [
        "d",
        "c",
        "b",
        "a",
        "a",
    ]


def test_no_limit_is_an_empty_page(client, five):
    assert client.get("/v1/profiles?limit=0").json == {"profiles": []}


def test_pages_follow_each_other_by_their_links(client, five):
    seen = []
    path = "/v1/profiles?limit=2&sort=name"
    while path:
        reply = client.get(path)
        assert "link" not in reply.headers
        seen.append(names(reply))
        links = reply.json.get("profiles_links", [])
        path = links[0]["href"].removeprefix("http://localhost") if links else None

    assert seen == [["a", "a"], ["b", "c"], ["d"]]


def test_pages_are_never_larger_than_configured(build, deps, five):
    import dataclasses

    client = build(dataclasses.replace(deps.settings, max_page_size=3))

    reply = client.get("/v1/profiles?limit=99999999999")

    assert len(names(reply)) == 3
    assert "limit=3" in reply.json["profiles_links"][0]["href"]


def test_an_unknown_marker_means_the_first_page(client, five):
    assert names(client.get(f"/v1/profiles?marker={uuid.uuid4()}")) == five


def test_nodes_of_an_unknown_cluster_are_a_bad_request(client):
    reply = client.get("/v1/nodes?cluster_id=fake")

    assert reply.status == 400
    assert reply.message == "Cannot find the given cluster: fake."


def test_nodes_are_filtered_by_the_name_of_their_cluster(client, cluster, node):
    assert client.get("/v1/nodes?cluster_id=c").json == {"nodes": []}
    assert len(client.get("/v1/nodes").json["nodes"]) == 1


def test_actions_are_filtered_by_their_cluster_since_its_version(client, cluster, node):
    assert len(client.get("/v1/actions?cluster_id=c").json["actions"]) == 1
    assert client.get("/v1/actions?cluster_id=c&cluster_id=fake").json == {
        "actions": []
    }
    older = client.at("1.13").get("/v1/actions?cluster_id=c").json["actions"]
    assert len(older) == 2
    assert "cluster_id" not in older[0]


@pytest.mark.parametrize(
    "name", ["NODE_CREATE", "HEALTH_CHECK", "MEMBERS_CHECK", "LIFECYCLE_HOOK"]
)
def test_events_of_everything_that_tells_some_can_be_asked_for(client, name):
    assert client.get(f"/v1/events?action={name}").json == {"events": []}


def test_events_of_an_unknown_cluster_are_none(client):
    assert client.get("/v1/events?cluster_id=fake").json == {"events": []}


def test_too_many_parameters_are_refused(client):
    assert client.get("/v1/profiles?" + "name=a&" * 1001).status == 400
