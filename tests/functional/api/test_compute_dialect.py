"""Nova's manner of the API: which requests get it, its versions, its faults."""

import dataclasses
import urllib.parse
import uuid

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from senlin_like import exceptions
from senlin_like.api.compute import microversions as nova
from tests.functional.hosts import WithHosts, a_host

OURS = "/v1/os-aggregates"
ALIAS = "/compute/v2.1/os-aggregates"
SERVICES = "/compute/v2.1/os-services"
STANDARD = "HTTP_OPENSTACK_API_VERSION"
LEGACY = "HTTP_X_OPENSTACK_NOVA_API_VERSION"
FAULT = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": {
        "type": "object",
        "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
        "required": ["code", "message"],
        "additionalProperties": False,
    },
}


@pytest.fixture
def deps(deps):
    return dataclasses.replace(deps, driver=WithHosts(deps.driver, a_host(1)))


@pytest.fixture
def bare(client):
    """A client that says nothing of versions."""
    return client.at(None)


def said(reply):
    """Return what an answer says of versions."""
    names = ("openstack-api-version", "x-openstack-nova-api-version", "vary")
    return tuple(reply.headers.get(name) for name in names)


def in_novas_words(text):
    return (f"compute {text}", text, f"OpenStack-API-Version, {nova.LEGACY_HEADER}")


def in_our_words(text):
    return (f"clustering {text}", None, "OpenStack-API-Version")


def fault_of(reply):
    """Return the one key of a fault of Nova's, and its message."""
    jsonschema.validate(reply.json, FAULT)
    [(name, told)] = reply.json.items()
    assert told["code"] == reply.status
    assert reply.headers["content-type"] == "application/json"
    return name, told["message"]


@pytest.mark.parametrize("path", [OURS, "/v1.0/os-aggregates", ALIAS])
@pytest.mark.parametrize(
    ("standard", "legacy", "text"),
    [
        (None, None, "2.1"),
        ("", "", "2.1"),
        ("compute", None, "2.1"),
        ("baremetal 1.50", None, "2.1"),
        ("compute 2.1", None, "2.1"),
        ("compute 2.41", None, "2.41"),
        ("COMPUTE  2.41 ", None, "2.41"),
        ("compute 2.5, compute 2.6", None, "2.6"),
        ("compute latest", None, "2.81"),
        ("compute 2.81", "2.81", "2.81"),
        (None, "2.41", "2.41"),
        (None, "latest", "2.81"),
        ("compute 2.2", "2.41", "2.2"),
        ("baremetal 1.50", "2.41", "2.41"),
    ],
)
def test_versions_are_novas(bare, path, standard, legacy, text):
    reply = bare.get(path, **headers(standard, legacy))

    assert reply.status == 200
    assert said(reply) == in_novas_words(text)
    assert reply.headers["x-openstack-request-id"].startswith("req-")


def headers(standard, legacy=None):
    both = {STANDARD: standard, LEGACY: legacy}
    return {name: value for name, value in both.items() if value is not None}


@pytest.mark.parametrize(
    "standard",
    [
        "clustering 1.16",
        "compute 2.81, clustering 1.16",
        "clustering 1.16,compute 1.16",
    ],
)
@pytest.mark.parametrize("legacy", [None, "2.81"])
def test_a_word_for_clustering_decides_on_our_path(bare, standard, legacy):
    reply = bare.get(OURS, **headers(standard, legacy))

    assert reply.status == 200
    assert said(reply) == in_our_words("1.16")
    assert bare.get(ALIAS, **headers(standard)).headers["vary"].count(",") == 1


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(
    ("asked", "images"),
    [("1.0", False), ("1.14", False), ("1.15", False), ("1.16", True)],
)
def test_our_own_versions_stand_for_novas_on_our_path(bare, legacy, asked, images):
    told = {LEGACY: asked} if legacy else {STANDARD: f"compute {asked}"}
    body = {"cache": [{"id": str(uuid.uuid4())}]}

    reply = bare.post(f"{OURS}/99/images", body, **told)

    text = "Aggregate 99 could" if images else "The resource could"
    assert fault_of(reply) == ("itemNotFound", f"{text} not be found.")
    assert said(reply) == in_novas_words(asked)
    assert bare.get(ALIAS, **told).status == 406


@pytest.mark.parametrize("asked", ["1.99", "2.0", "2.82", "3.1", "99.0"])
@pytest.mark.parametrize("path", [OURS, ALIAS])
def test_a_version_that_is_not_there_is_not_acceptable(as_user, path, asked):
    reply = as_user.nobody.at(None).get(path, **headers(f"compute {asked}"))

    assert reply.status == 406
    assert fault_of(reply) == (
        "computeFault",
        f"Version {asked} is not supported by the API. Minimum is 2.1 and maximum "
        "is 2.81.",
    )
    assert said(reply) == (None, None, in_novas_words("")[2])


@pytest.mark.parametrize("asked", ["x", "2", "2.01", "Latest", "2.1 2.2", "2.1\xb2"])
def test_a_version_that_is_badly_written_is_told(as_user, asked):
    for told in (headers(f"compute {asked}"), headers(None, asked)):
        reply = as_user.nobody.at(None).get(OURS, **told)

        assert reply.status == 400
        assert fault_of(reply) == (
            "badRequest",
            f"API Version String {asked} is of invalid format. Must be of format "
            "MajorNum.MinorNum.",
        )


@pytest.mark.parametrize(
    "path",
    ["/v1/clusters", "/v1/os-aggregates-x", "/v2/os-aggregates", "/os-aggregates"],
)
def test_elsewhere_nothing_is_novas(bare, path):
    reply = bare.get(path, **headers("compute 2.81", "2.81"))

    assert said(reply) == in_our_words("1.0")
    assert reply.status == 200 or reply.json["error"]["code"] == 404


@pytest.mark.parametrize(("version", "status"), [("1.14", 400), ("1.15", 200)])
def test_in_our_manner_aggregates_have_a_version(client, version, status):
    reply = client.at(version).get(OURS)

    assert reply.status == status
    assert said(reply) == in_our_words(version)
    if status == 400:
        assert reply.type == "MethodVersionNotFound"


@pytest.mark.parametrize("path", [OURS, ALIAS])
def test_what_came_later_is_not_there_at_all(bare, path):
    body = {"cache": [{"id": str(uuid.uuid4())}]}

    earlier = bare.post(f"{path}/99/images", body, **headers("compute 2.80"))
    now = bare.post(f"{path}/99/images", body, **headers("compute 2.81"))

    assert fault_of(earlier) == ("itemNotFound", "The resource could not be found.")
    assert fault_of(now) == ("itemNotFound", "Aggregate 99 could not be found.")


@pytest.mark.parametrize("path", [OURS, ALIAS])
def test_both_paths_are_the_same_place(bare, path):
    made = bare.post(path, {"aggregate": {"name": "a"}})
    other = ALIAS if path == OURS else OURS

    again = bare.post(other, {"aggregate": {"name": "a"}})

    assert made.status == 200
    assert again.status == 409
    assert fault_of(again) == ("conflictingRequest", "Aggregate a already exists.")


@pytest.mark.parametrize("path", [OURS, ALIAS])
def test_other_methods_are_refused_with_those_that_there_are(bare, path):
    reply = bare.call("PATCH", path)

    assert reply.status == 405
    assert fault_of(reply)[0] == "badMethod"
    assert reply.headers["allow"] == "GET, POST, HEAD"
    assert said(reply) == in_novas_words("2.1")


@pytest.mark.parametrize(
    "path", [f"{OURS}/", f"{OURS}/1/x", f"{ALIAS}/", f"{ALIAS}/%ff", "/compute/v2",
             "/compute/v2.1/x", "/compute/v2.1//"]
)  # fmt: skip
def test_paths_that_are_not_there_are_items_not_found(bare, path):
    accept = "application/vnd.openstack.clustering-v1"

    for reply in (bare.get(path), bare.get(path, http_accept=accept)):
        assert fault_of(reply) == ("itemNotFound", "The resource could not be found.")
        assert said(reply) == in_novas_words("2.1")


@pytest.mark.parametrize(
    ("body", "kind", "status", "name"),
    [
        (b"{", "application/json", 400, "badRequest"),
        (b"[]", "application/json", 400, "badRequest"),
        (b"", "application/json", 400, "badRequest"),
        (b"aggregate", "", 400, "badRequest"),
        (b"{}", "application/xml", 415, "badMediaType"),
        (b"<a/>", "text/xml; charset=utf-8", 415, "badMediaType"),
    ],
)
def test_a_body_has_to_be_a_json_object(bare, body, kind, status, name):
    texts = {400: "Malformed request body", 415: "Unsupported Content-Type"}

    reply = bare.post(OURS, body, CONTENT_TYPE=kind)

    assert reply.status == status
    assert fault_of(reply) == (name, texts[status])


@pytest.mark.parametrize("path", [OURS, ALIAS])
def test_a_body_that_is_too_large_is_over_the_limit(build, path):
    small = build(max_json_body_size=1024).at(None)
    body = {"aggregate": {"name": "x" * 1024}}

    announced = small.post(path, body)
    streamed = small.with_environ(
        HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    ).post(path, body, CONTENT_LENGTH="")

    for reply in (announced, streamed):
        assert reply.status == 413
        assert fault_of(reply)[0] == "overLimit"


def test_who_is_not_known_is_told_so(as_user):
    for path in (OURS, ALIAS, SERVICES):
        reply = as_user.nobody.at(None).get(path)

        assert reply.status == 401
        assert fault_of(reply)[0] == "unauthorized"
        assert reply.headers["www-authenticate"] == 'Keystone uri="http://keystone"'
        assert said(reply) == in_novas_words("2.1")


def test_a_refusal_names_the_rule(as_user):
    reply = as_user("u", "p", "member").at(None).get(SERVICES)

    assert reply.status == 403
    assert fault_of(reply) == (
        "forbidden",
        "Policy doesn't allow os_services:index to be performed.",
    )


def test_in_our_manner_a_refusal_is_as_before(as_user):
    reply = as_user("u", "p", "member").get("/v1/services")

    assert reply.message == "You are not authorized to complete this operation."


@pytest.mark.parametrize(
    ("error", "status", "name", "wait"),
    [
        (exceptions.ServiceUnavailable("x", 7), 503, "serviceUnavailable", "7"),
        (exceptions.TooManyRequests("x", 3), 429, "overLimit", "3"),
        (exceptions.OverQuota(), 403, "forbidden", None),
        (exceptions.SpecUnreadable("x"), 500, "computeFault", None),
        (ZeroDivisionError("secret"), 500, "computeFault", None),
    ],
)
def test_failures_are_faults_as_well(serve, deps, error, status, name, wait):
    client = serve(dataclasses.replace(deps, driver=WithHosts(deps.driver, error)))

    reply = client.at(None).get(SERVICES)

    assert reply.status == status
    assert fault_of(reply)[0] == name
    assert reply.headers.get("retry-after") == wait
    assert b"secret" not in reply.raw


@pytest.mark.parametrize("path", ["/compute", "/compute/"])
def test_the_versions_of_the_compute_root_are_listed(as_user, path):
    reply = as_user.nobody.at("9.9").get(path)

    assert reply.status == 200
    assert reply.json == {
        "versions": [
            {
                "id": "v2.1",
                "status": "CURRENT",
                "version": "2.81",
                "min_version": "2.1",
                "updated": "2013-07-23T11:33:21Z",
                "links": [{"rel": "self", "href": "http://localhost/compute/v2.1/"}],
            }
        ]
    }


@pytest.mark.parametrize("path", ["/compute/v2.1", "/compute/v2.1/"])
def test_the_document_of_the_compute_root_is_shown(as_user, path):
    mounted = as_user.nobody.at(None).with_environ(
        SCRIPT_NAME="/cloud", HTTP_HOST="h.example", **{"wsgi.url_scheme": "https"}
    )

    version = mounted.get(path).json["version"]

    assert (version["id"], version["status"]) == ("v2.1", "CURRENT")
    assert (version["min_version"], version["version"]) == ("2.1", "2.81")
    assert [one["rel"] for one in version["links"]] == ["self", "describedby"]
    assert version["links"][0]["href"] == "https://h.example/cloud/compute/v2.1/"
    assert version["media-types"][0]["base"] == "application/json"
    assert mounted.call("HEAD", path).raw == b""
    assert fault_of(mounted.post(path, {}))[0] == "badMethod"


ENTRY = st.builds(
    "{}{}{}".format,
    st.sampled_from(["compute", "clustering", "Compute", "baremetal", ""]),
    st.sampled_from([" ", "  ", "\t", ""]),
    st.one_of(
        st.sampled_from(["latest", "2.1", "2.81", "1.0", "1.15", "1.16", "2.99", ""]),
        st.builds("{}.{}".format, st.integers(0, 4), st.integers(-1, 10**30)),
        st.text(st.characters(max_codepoint=255), max_size=120),
    ),
)
HEADER = st.one_of(
    st.lists(ENTRY, max_size=4).map(",".join),
    st.text(st.characters(max_codepoint=255), max_size=300),
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(standard="compute " + "9" * 5000 + ".1", legacy="", path=OURS)
@example(standard="", legacy="1." + "9" * 5000, path=OURS)
@given(standard=HEADER, legacy=HEADER, path=st.sampled_from([OURS, ALIAS, SERVICES]))
def test_no_header_is_too_odd(bare, standard, legacy, path):
    reply = bare.get(path, **headers(standard, legacy))

    assert reply.status in (200, 400, 406)
    if "Nova" in reply.headers["vary"]:
        assert (reply.status == 200) == (nova.LEGACY_HEADER.lower() in reply.headers)
        if reply.status != 200:
            fault_of(reply)
    else:
        assert path == OURS
        assert "clustering" in standard.lower()
        assert reply.status == 200 or reply.json["error"]["code"] == reply.status


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    start=st.sampled_from([f"{OURS}/", f"{ALIAS}/", "/compute/", "/compute/v2.1/os-"]),
    rest=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "PURGE"]),
    raw=st.binary(max_size=20),
)
def test_no_path_is_too_odd(bare, start, rest, method, raw):
    reply = bare.call(method, start + urllib.parse.quote(rest), raw)

    assert reply.status < 500
    if reply.status >= 400:
        fault_of(reply)
