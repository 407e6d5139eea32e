import pytest

from senlin_like.api import microversions as mv

HIGHEST = mv.text(mv.HIGHEST)


@pytest.mark.parametrize("path", ["/", "/versions", "/versions/1"])
def test_versions_are_listed_without_authentication(as_user, path):
    reply = as_user.nobody.at("9.9").get(path)

    assert reply.status == 300
    (version,) = reply.json["versions"]
    assert version["id"] == "1.0"
    assert version["max_version"] == HIGHEST
    assert version["links"][0] == {"href": "http://localhost/v1", "rel": "self"}


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1.0", "/v1.0/"])
def test_version_is_shown_without_authentication(as_user, path):
    reply = as_user.nobody.get(path)

    assert reply.status == 200
    assert reply.json["version"]["links"][0]["href"] == "http://localhost/v1"


def test_self_link_has_the_mount_prefix_and_the_host(client):
    mounted = client.with_environ(
        SCRIPT_NAME="/clustering",
        HTTP_HOST="cloud.example",
        **{"wsgi.url_scheme": "https"},
    )

    reply = mounted.get("/v1")

    link = reply.json["version"]["links"][0]["href"]
    assert link == "https://cloud.example/clustering/v1"


def test_proxy_headers_count_only_where_that_is_configured(build):
    headers = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "h.example"}

    believed = build(enable_proxy_headers_parsing=True).with_environ(**headers).get("/")
    ignored = build().with_environ(**headers).get("/")

    assert "https://h.example/v1" in believed.raw.decode()
    assert "http://localhost/v1" in ignored.raw.decode()


@pytest.mark.parametrize(
    "path",
    ["/vx", "/v1.1", "/v2/clusters", "/clusters", "/v1/bogus", "/v1/clusters/",
     "/v1//clusters", "/v1/clusters/c/bogus", "/v1/clusters/c/attrs/a/b",
     "/v1/clusters/%ff"],
)  # fmt: skip
@pytest.mark.parametrize("accept", ["application/json", "*/*"])
def test_unknown_paths_are_not_found(client, path, accept):
    reply = client.get(path, http_accept=accept)

    assert reply.status == 404
    assert reply.json["title"] == "Not Found"


def test_version_can_stand_in_accept(client):
    accept = "application/vnd.openstack.clustering-v1"

    assert client.get("/clusters", http_accept=accept).status == 200
    assert client.get("/clusters", http_accept=accept.replace("v1", "v2")).status == 404


def test_known_paths_name_their_methods(client):
    reply = client.call("PUT", "/v1/clusters")

    assert reply.status == 405
    assert reply.headers["allow"] == "GET, POST, HEAD"
    assert reply.type == "HTTPMethodNotAllowed"


def test_head_is_get_without_the_body(client):
    got, headed = client.get("/v1/clusters"), client.call("HEAD", "/v1/clusters")

    assert headed.status == 200
    assert headed.raw == b""
    assert headed.headers["content-length"] == got.headers["content-length"]


def test_healthcheck_answers_without_authentication(as_user):
    assert as_user.nobody.get("/healthcheck").status == 200


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, "1.0"),
        ("", "1.0"),
        ("compute 2.81", "1.0"),
        ("clustering", "1.0"),
        ("clustering 1.5", "1.5"),
        ("CLUSTERING  1.5 ", "1.5"),
        ("clustering 1.5,clustering 1.7", "1.7"),
        ("compute 2.1, clustering 1.3", "1.3"),
        ("clustering Latest", HIGHEST),
    ],
)
def test_microversion_is_negotiated(client, asked, expected):
    environ = {} if asked is None else {"HTTP_OPENSTACK_API_VERSION": asked}

    reply = client.at(None).with_environ(**environ).get("/v1/build-info")

    assert reply.headers["openstack-api-version"] == f"clustering {expected}"
    assert reply.headers["vary"] == "OpenStack-API-Version"


@pytest.mark.parametrize(
    "version", ["bad", "1", "1.05", "0.9", "1.5 1.6", "1." + "9" * 99]
)
def test_malformed_version_is_refused_before_authentication(as_user, version):
    reply = as_user.nobody.at(version).get("/v1/clusters")

    assert reply.status == 400
    assert reply.type == "HTTPBadRequest"
    assert "is of invalid format. It must be of format 'major.minor'." in reply.message


@pytest.mark.parametrize("version", ["1.99", "2.0", "2.81"])
def test_version_out_of_range_is_refused_before_authentication(as_user, version):
    reply = as_user.nobody.at(version).get("/v1/clusters")

    assert reply.status == 406
    assert reply.type == "InvalidGlobalAPIVersion"
    assert reply.message == (
        f"Version '{version}' is not supported by the API. "
        f"Minimum is '1.0' and maximum is '{HIGHEST}'."
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "version"),
    [
        ("GET", "/v1/clusters/c/attrs/name", None, "1.1"),
        ("POST", "/v1/profiles/validate", {}, "1.1"),
        ("POST", "/v1/clusters/c/actions", {"replace_nodes": {}}, "1.2"),
        ("POST", "/v1/clusters/c/actions", {"complete_lifecycle": {}}, "1.8"),
        ("POST", "/v1/clusters/c/ops", {}, "1.3"),
        ("POST", "/v1/nodes/n/ops", {}, "1.3"),
        ("GET", "/v1/profile-types/x/ops", None, "1.3"),
        ("POST", "/v1/nodes/adopt", {}, "1.6"),
        ("POST", "/v1/nodes/adopt-preview", {}, "1.6"),
        ("PATCH", "/v1/actions/a", {}, "1.11"),
    ],
)
def test_operations_are_not_there_before_their_version(
    client, method, path, body, version
):
    reply = client.at(version).call(method, path, body)

    assert reply.status == 400
    assert reply.type == "MethodVersionNotFound"
    assert reply.message == f"API version '{version}' is not supported on this method."


def test_every_answer_has_a_request_id(client):
    ids = {
        client.get(path).headers["x-openstack-request-id"]
        for path in ("/", "/vx", "/v1")
    }

    assert len(ids) == 3
    assert all(one.startswith("req-") for one in ids)
