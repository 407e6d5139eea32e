# ruff: noqa: E501 - texts of the wire stay in one piece
import io
import json

import pytest

GENERIC = (
    "The server could not comply with the request since it is either malformed or "
    "otherwise incorrect."
)


def create(client, **fields):
    return client.post("/v1/clusters", {"cluster": {"name": "c", **fields}})


@pytest.mark.parametrize("raw", [b"", b"[]", b' {"cluster": {}}', b'"x"', b"null"])
def test_a_body_that_is_no_object_counts_as_absent(client, raw):
    reply = client.call("POST", "/v1/clusters", raw)

    assert reply.status == 400
    assert reply.message == GENERIC
    assert reply.type == "HTTPBadRequest"


@pytest.mark.parametrize("kind", ["text/xml", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_counts_as_absent(client, kind):
    reply = client.post("/v1/clusters", {"cluster": {}}, content_type=kind)

    assert reply.message == GENERIC


@pytest.mark.parametrize(
    "kind", ["", "JSON", "text/plain", "application/json; charset=utf-8"]
)
def test_json_has_several_types(client, kind):
    reply = client.post("/v1/clusters", {"cluster": {}}, content_type=kind)

    assert reply.message == "'name' is a required property"


@pytest.mark.parametrize(
    "raw",
    [b"{", b'{"cluster": NaN}', b'{"a": Infinity}', b"{" * 100000, b'{"\xff": 1}',
     b'{"a":' * 5000 + b"1" + b"}" * 5000],
)  # fmt: skip
def test_broken_json_is_refused(client, raw):
    assert client.call("POST", "/v1/clusters", raw).status == 400


@pytest.mark.parametrize("number", [10**400, -(10**400), 10**10])
def test_whole_numbers_beyond_floats_are_refused(client, cluster, number):
    reply = client.post("/v1/clusters/c/actions", {"resize": {"number": number}})

    assert reply.status == 400
    assert "The value for the number field must be between" in reply.message


def test_numbers_beyond_floats_are_refused(client):
    reply = client.call(
        "POST", "/v1/clusters", b'{"cluster": {"metadata": {"a": 1e999}}}'
    )

    assert reply.message == "The request body holds a number out of range."


def test_half_a_surrogate_pair_is_refused(client):
    reply = client.call("POST", "/v1/clusters", b'{"cluster": {"name": "\\ud800"}}')

    assert reply.status == 400
    assert "surrogate" in reply.message


def test_deep_nesting_is_refused(client):
    deep: object = 1
    for _ in range(64):
        deep = {"a": deep}

    reply = client.post("/v1/clusters", {"cluster": {"metadata": deep}})

    assert reply.message == "The request body is nested deeper than 64 levels."


def test_a_large_body_is_refused(client):
    body = json.dumps({"cluster": {"name": "x" * 1048576}}).encode()

    reply = client.call("POST", "/v1/clusters", body)

    assert reply.status == 400
    assert reply.type == "RequestLimitExceeded"
    assert reply.message == (
        f"Request limit exceeded: JSON body size ({len(body)} bytes) exceeds maximum "
        "allowed size (1048576 bytes)."
    )


def test_a_large_body_of_unknown_length_is_refused(client):
    streamed = client.with_environ(
        HTTP_TRANSFER_ENCODING="chunked",
        **{"wsgi.input": io.BytesIO(b'{"a": "' + b"x" * 2000000 + b'"}')},
    )

    reply = streamed.call("POST", "/v1/clusters")

    assert reply.type == "RequestLimitExceeded"


def test_a_body_of_unknown_length_is_read(client):
    streamed = client.with_environ(
        HTTP_TRANSFER_ENCODING="chunked",
        CONTENT_TYPE="application/json",
        **{"wsgi.input": io.BytesIO(b'{"bad": {}}')},
    )

    assert streamed.call("POST", "/v1/clusters").message == (
        "Request body missing 'cluster' key."
    )


def test_a_bad_length_is_refused(client):
    for length in ("x", "\xb2"):
        odd = client.with_environ(CONTENT_LENGTH=length)
        assert odd.post("/v1/clusters").status == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"bad": {}}, "Request body missing 'cluster' key."),
        ({}, "Request body missing 'cluster' key."),
        ({"cluster": "x"}, "'x' is not of type 'object'"),
        ({"cluster": []}, "[] is not of type 'object'"),
        ({"cluster": None}, "None is not of type 'object'"),
    ],
)
def test_the_wrapper_of_a_creation_is_checked(client, body, message):
    assert client.post("/v1/clusters", body).message == message


@pytest.mark.parametrize("body", [{}, {"cluster": None}])
def test_the_wrapper_of_a_change_is_checked(client, body):
    assert client.patch("/v1/clusters/c", body).message == (
        "Malformed request data, missing 'cluster' key in request body."
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "'profile_id' is a required property"),
        ({"profile_id": 5}, "5 is not of type 'string' (field 'profile_id')"),
        ({"profile_id": None}, "Field `profile_id' cannot be None"),
        ({"name": None}, "Field `name' cannot be None"),
        ({"name": ""}, "The value for the name field must be at least 1 characters long."),
        (
            {"name": "x" * 256},
            "The value for the name field must be less than 255 characters long.",
        ),
        (
            {"name": "a b"},
            "The value for the 'name' (a b) contains illegal characters. It must contain "
            'only alphanumeric or "_-.~" characters and must start with letter.',
        ),
        ({"min_size": "x"}, "The value for min_size must be an integer: 'x'."),
        (
            {"min_size": -1},
            "The value for the min_size field must be greater than or equal to 0.",
        ),
        (
            {"desired_capacity": 1001},
            "The value for the desired_capacity field must be less than or equal to 1000.",
        ),
        ({"max_size": "-1"}, "'-1' does not match '^[0-9]*$' (field 'max_size')"),
        ({"max_size": True}, "True is not of type 'integer', 'string' (field 'max_size')"),
        ({"timeout": -1}, "Value must be >= 0 for field 'timeout'."),
        (
            {"timeout": 2**31},
            "The value for the timeout field must be less than or equal to 2147483647.",
        ),
        ({"metadata": "x"}, "The value (x) is not a valid JSON. (field 'metadata')"),
        ({"metadata": "{}"}, "'{}' is not of type 'object' (field 'metadata')"),
        ({"metadata": []}, "[] is not of type 'object' (field 'metadata')"),
        (
            {"profile_id": "p", "bad": 1},
            "Additional properties are not allowed ('bad' was unexpected)",
        ),
        (
            {"profile_id": "p", "a": 1, "b": 2},
            "Additional properties are not allowed ('a', 'b' were unexpected)",
        ),
        ({"bad": 1, "min_size": "x"}, "The value for min_size must be an integer: 'x'."),
        ({"bad": 1}, "'profile_id' is a required property"),
        ({"profile_id": "a\0b"}, "The value for the profile_id field contains a null character."),
    ],
)  # fmt: skip
def test_fields_are_checked(client, fields, message):
    reply = create(client, **fields)

    assert reply.status == 400
    assert reply.message == message
    assert reply.json["error"]["error_code"] == "clustering.request.malformed"


def test_a_trailing_newline_is_no_part_of_a_name(client):
    assert create(client, name="x\n", profile_id="p").status == 400


def test_names_may_be_chinese(client, profile):
    assert create(client, name="集群", profile_id=profile["id"]).status == 202


def test_keys_beside_the_wrapper_are_ignored(client, profile):
    body = {"cluster": {"name": "c", "profile_id": profile["id"]}, "extra": 1}

    assert client.post("/v1/clusters", body).status == 202


def test_the_limit_of_nodes_is_read_when_it_is_used(build, deps):
    import dataclasses

    small = build(dataclasses.replace(deps.settings, max_nodes_per_cluster=5))

    assert create(small, desired_capacity=6).message == (
        "The value for the desired_capacity field must be less than or equal to 5."
    )
