"""Test how the benchmarks ask: endpoints, credentials, bodies, options."""

import argparse

import pytest

from benchmarks import (
    auth,
    build_time,
    client,
    engines,
    errors,
    inventory,
    options,
    requests_per_second,
    wire,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8777", "http://127.0.0.1:8777/v1"),
        ("http://127.0.0.1:8777/v1/", "http://127.0.0.1:8777/v1"),
        ("https://cloud/clustering", "https://cloud:443/clustering/v1"),
        ("https://cloud/clustering/v1.0", "https://cloud:443/clustering/v1.0"),
        ("http://[::1]:8777", "http://[::1]:8777/v1"),
    ],
)
def test_any_spelling_of_the_endpoint_is_taken(url: str, expected: str) -> None:
    assert client.versioned(url).url == expected


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8777", "ftp://host", "http://", "http://u:p@h", "http://h:x"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(errors.BenchmarkError):
        wire.parse(url)


def test_a_refused_url_does_not_show_its_password() -> None:
    with pytest.raises(errors.BenchmarkError) as caught:
        wire.parse("http://user:hush@host")

    assert "hush" not in str(caught.value)


def test_root_lies_above_the_version() -> None:
    target = client.Target(
        address=client.versioned("http://host:1/clustering"),
        credentials=auth.nobody(),
        microversion="1.14",
    )

    assert target.at_root().address.url == "http://host:1/clustering"


def test_credentials_become_headers() -> None:
    assert auth.nobody().headers() == {}
    assert auth.token("abc").headers() == {"X-Auth-Token": "abc"}
    assert auth.http_basic("u", "p").headers() == {"Authorization": "Basic dTpw"}


def test_credentials_are_not_shown() -> None:
    login = auth.PasswordLogin(
        auth_url="http://host", user="u", password="hush", project="p"
    )

    assert "hush" not in repr(auth.token("hush")) + repr(login)


@pytest.mark.parametrize(
    ("chosen", "environment", "expected"),
    [
        (None, {}, "none"),
        (None, {"OS_TOKEN": "x"}, "token"),
        (None, {"OS_AUTH_URL": "x", "OS_USERNAME": "x"}, "keystone"),
        ("v3password", {}, "keystone"),
        ("http_basic", {"OS_TOKEN": "x"}, "http_basic"),
    ],
)
def test_kind_of_authentication(
    chosen: str | None, environment: dict[str, str], expected: str
) -> None:
    assert options.auth_type(chosen, environment) == expected


def test_unknown_kind_of_authentication_is_refused() -> None:
    with pytest.raises(errors.BenchmarkError, match="kerberos"):
        options.auth_type("kerberos", {})


def test_action_is_found_in_the_location() -> None:
    response = client.Response(
        status=202, body=b"null", location="http://host/x/v1/actions/abc"
    )

    assert inventory.action_id(response) == "abc"


@pytest.mark.parametrize("location", [None, "", "http://host/v1/clusters/abc"])
def test_other_locations_are_refused(location: str | None) -> None:
    response = client.Response(status=202, body=b"null", location=location)

    with pytest.raises(errors.BenchmarkError, match="no action"):
        inventory.action_id(response)


def test_excerpt_is_the_message_if_there_is_one() -> None:
    told = client.Response(status=400, body=b'{"error": {"message": "No."}}')
    plain = client.Response(status=502, body=b"Bad gateway" + b"!" * 1000)

    assert told.excerpt() == "No."
    assert plain.excerpt().startswith("Bad gateway")
    assert len(plain.excerpt()) == 200


def test_profile_names_the_wait_only_if_there_is_one() -> None:
    spec = inventory.ServerSpec()

    plain = inventory.profile_body("a", spec, 0)["profile"]["spec"]["properties"]
    slow = inventory.profile_body("a", spec, 10)["profile"]["spec"]["properties"]

    assert "metadata" not in plain
    assert slow["metadata"] == {"simulated_wait_time": 10}


@pytest.mark.parametrize(
    ("way", "seconds", "metadata_s", "jitter"),
    [("settings", 10, 0, 0.2), ("metadata", 10, 10, 0.0), ("settings", 0, 0, 0.0)],
)
def test_build_time_is_told_in_one_way(
    way: str, seconds: float, metadata_s: int, jitter: float
) -> None:
    arguments = argparse.Namespace(build_time_by=way, build_jitter=0.2)

    chosen = build_time.chosen(arguments, seconds)

    assert (chosen.metadata_s, chosen.jitter) == (metadata_s, jitter)


def test_command_of_an_engine_is_split_without_a_shell() -> None:
    found = engines.command_of("engine --name 'e {index}' ; true", 3)

    assert found == ["engine", "--name", "e 3", ";", "true"]


def test_recorded_options_hold_no_place_of_a_secret() -> None:
    parser = requests_per_second.parser()
    options.add_common(parser)
    arguments = parser.parse_args(
        ["--endpoint", "http://h", "--token-file", "secret", "--processes", "api=x"]
    )

    found = options.recorded(arguments)

    assert found["connections"] == "1 16"
    assert found["processes"] == "api"
    assert "secret" not in found.values()
