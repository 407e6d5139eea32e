"""What stands around the API: web pages, load balancers, the simulated cloud."""

import dataclasses
import uuid

import pytest

from senlin_like import exceptions
from senlin_like.api import app


class OtherDriver:
    """A driver of a cloud that has no levers."""


@pytest.fixture
def simulated(client):
    """A client of an application with the levers of its cloud."""
    return client


def test_health_needs_the_database(client, deps, monkeypatch):
    def away():
        raise exceptions.ServiceUnavailable("The database can't be reached.")

    monkeypatch.setattr(deps.db, "reader", away)

    reply = client.get("/healthcheck")

    assert reply.status == 503
    assert reply.json["status"] == "down"


def test_a_database_that_is_away_is_told(client, deps, monkeypatch):
    def away():
        raise exceptions.ServiceUnavailable("The database can't be reached.")

    monkeypatch.setattr(deps.db, "reader", away)

    reply = client.get("/v1/clusters")

    assert reply.status == 503
    assert reply.headers["retry-after"] == "5"


def test_web_pages_of_a_configured_origin_are_let_in(build, client, deps, configured):
    conf = configured()
    app.build(deps, conf)
    conf.set_override("allowed_origin", ["http://page.example"], group="cors")
    let = dataclasses.replace(client, wsgi=app.build(deps, conf))

    preflight = let.call(
        "OPTIONS",
        "/v1/clusters",
        http_origin="http://page.example",
        http_access_control_request_method="GET",
    )
    refused = let.get("/v1/clusters/x", http_origin="http://page.example")
    conf.clear_override("allowed_origin", group="cors")

    assert preflight.status == 200
    assert preflight.headers["access-control-allow-origin"] == "http://page.example"
    assert refused.status == 404
    assert refused.headers["access-control-allow-origin"] == "http://page.example"


def test_the_levers_are_there_with_the_simulated_cloud_only(client, deps, configured):
    elsewhere = dataclasses.replace(deps, driver=OtherDriver())

    without = dataclasses.replace(client, wsgi=app.build(elsewhere, configured()))

    assert without.get("/simulated/v1/settings").status == 404
    assert client.get("/simulated/v1/settings").status == 200


def test_settings_are_changed(simulated):
    path = "/simulated/v1/settings"

    changed = simulated.call("PUT", path, {"settings": {"build_seconds": 5}})

    assert changed.json["settings"]["build_seconds"] == 5
    assert simulated.get(path).json == changed.json
    assert simulated.call("PUT", path, {"settings": {"bogus": 1}}).status == 400
    assert simulated.call("PUT", path, {}).status == 400
    assert simulated.call("PUT", path).status == 400


def test_faults_come_and_go(simulated):
    path = "/simulated/v1/faults"

    made = simulated.post(path, {"fault": {"effect": "busy"}})

    assert made.status == 201, made.raw
    (rule,) = simulated.get(path).json["faults"]
    assert rule == made.json["fault"]
    assert simulated.delete(f"{path}/{rule['id']}").status == 204
    assert simulated.delete(f"{path}/{rule['id']}").status == 404
    assert simulated.delete(f"{path}/x").status == 404
    assert simulated.delete(path).status == 204
    assert simulated.post(path, {"fault": {"bogus": 1}}).status == 400


def test_servers_hosts_and_counters_are_shown(simulated):
    assert simulated.get("/simulated/v1/servers?project=x").json == {"servers": []}
    assert simulated.get("/simulated/v1/servers?bogus=x").status == 400
    assert simulated.patch("/simulated/v1/servers/x", {"server": {}}).status == 400
    missing = simulated.patch(
        "/simulated/v1/servers/x", {"server": {"status": "ERROR"}}
    )
    assert missing.status == 404
    assert simulated.delete("/simulated/v1/servers/x").status == 404
    containers = "/simulated/v1/containers"
    assert simulated.get(f"{containers}?project=x").json == {"containers": []}
    assert simulated.delete(f"{containers}/x").status == 404
    hosts = simulated.get("/simulated/v1/hosts").json["hosts"]
    assert {one["effective_zone"] for one in hosts} == {"nova", "ZONE1"}
    assert simulated.get("/simulated/v1/counters").status == 200
    assert simulated.delete("/simulated/v1/counters").status == 204
    assert simulated.get("/simulated/v1/problems").json == {"problems": []}


def test_images_on_hosts_are_shown_and_taken_away(simulated, deps):
    path = "/simulated/v1/image_caches"
    image = deps.driver.controls.things("image")[0]["id"]
    deps.driver.hosts.cache_image("host1", image)

    shown = simulated.get(path)
    cleared = simulated.delete(path)

    (cached,) = shown.json["image_caches"]
    assert (cached["host"], cached["image_id"]) == ("host1", image)
    assert cached["status"] == "cached"
    assert cleared.status == 204
    assert simulated.get(path).json == {"image_caches": []}


def test_load_balancers_and_server_groups_are_shown(simulated):
    path = "/simulated/v1/load_balancers"
    assert simulated.get(f"{path}?project=x").json == {"load_balancers": []}
    assert simulated.get(f"{path}?bogus=x").status == 400
    unhappy = simulated.patch(f"{path}/x", {"load_balancer": {"status": "HAPPY"}})
    assert unhappy.status == 400
    missing = simulated.patch(f"{path}/x", {"load_balancer": {"status": "ERROR"}})
    assert missing.status == 404
    assert simulated.delete(f"{path}/x").status == 404
    groups = simulated.get("/simulated/v1/server_groups")
    assert groups.json == {"server_groups": []}


def test_levers_are_for_administrators(simulated, as_user):
    levers = (
        "settings",
        "faults",
        "servers",
        "containers",
        "load_balancers",
        "server_groups",
        "hosts",
        "image_caches",
        "counters",
        "problems",
    )

    replies = [
        as_user("u", "p", "member").get(f"/simulated/v1/{one}") for one in levers
    ]

    assert {reply.status for reply in replies} == {403}


def test_what_a_request_logs_is_marked_with_it(build, logged):
    class Broken:
        def names(self):
            raise RuntimeError("a bug")

    given = f"req-{uuid.uuid4()}"
    client = build(profiles=Broken()).with_environ(HTTP_X_OPENSTACK_REQUEST_ID=given)
    reply = client.get("/v1/profile-types")

    own = reply.headers["x-openstack-request-id"]
    [told] = [line for line in logged() if f"Request {own} failed" in line]
    assert f"[{given} {own} admin admin " in told
