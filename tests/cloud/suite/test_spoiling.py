"""Hosts, guests and services fail when they are told to, and come back."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from keystoneauth1 import exceptions

from tests.cloud import settings as cloud_settings
from tests.cloud import spoiling, traffic, waiting

Make = Callable[..., Any]
Settings = cloud_settings.Settings
#: Nova compares the states of guests every 20 s, and a host is lost after 20 s.
NOTICED_S = 300.0


def test_a_crashed_guest_is_found_shut_off(
    settings: Settings, member: Any, a_server: Make, until_status: Callable[..., Any]
) -> None:
    server = a_server()

    spoiling.crash_guest(settings, server.id)

    waiting.until(
        lambda: member.compute.get_server(server.id).status,
        "SHUTOFF".__eq__,
        NOTICED_S,
    )
    member.compute.start_server(server)
    until_status(member, server, "ACTIVE")


def test_a_lost_guest_can_still_be_deleted(
    settings: Settings, member: Any, a_server: Make
) -> None:
    server = a_server()

    spoiling.lose_guest(settings, server.id)

    member.compute.delete_server(server)
    waiting.until(lambda: member.compute.find_server(server.id) is None)


def test_a_host_that_fails_makes_an_error_with_its_reason(
    settings: Settings, member: Any, a_server: Make
) -> None:
    with spoiling.fault(settings, "cmp3", "spawn-abort", "the laboratory said no"):
        server = a_server(wait=False, availability_zone="az2")
        # The status is there a moment before its reason.
        fault = waiting.until(lambda: member.compute.get_server(server.id).fault)

    assert member.compute.get_server(server.id).status == "ERROR"
    assert "the laboratory said no" in fault["message"]


def test_a_server_goes_elsewhere_when_its_host_fails(
    settings: Settings, admin: Any, a_server: Make
) -> None:
    with spoiling.fault(settings, "cmp1", "spawn-fail"):
        servers = [a_server(admin, availability_zone="az1") for _ in range(3)]

    assert {server.compute_host for server in servers} == {"cmp2"}


def test_a_guest_outlives_the_service_of_its_host(
    settings: Settings, admin: Any, a_server: Make
) -> None:
    server = a_server(admin, availability_zone="az2")
    with spoiling.lost_host(settings, "cmp3"):
        waiting.until(lambda: state_of(admin, "cmp3"), "down".__eq__, NOTICED_S)

    waiting.until(lambda: state_of(admin, "cmp3"), "up".__eq__, NOTICED_S)
    assert spoiling.guest(settings, server.id).read_text().startswith("running ")
    assert admin.compute.get_server(server.id).status == "ACTIVE"


def state_of(admin: Any, host: str) -> str:
    found = list(admin.compute.services(binary="nova-compute", host=host))
    return str(found[0].state)


def test_nova_is_away_and_comes_back(settings: Settings, member: Any) -> None:
    member.compute.find_flavor("lab.tiny")

    with (
        spoiling.without(settings, "nova-api"),
        pytest.raises(exceptions.ConnectFailure),
    ):
        member.compute.find_flavor("lab.tiny")

    assert member.compute.find_flavor("lab.tiny") is not None


def test_nova_is_away_for_some_seconds(settings: Settings) -> None:
    url = settings.url("nova")
    with spoiling.away_for(settings, 2, "nova-api"):
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=5)
        waiting.until(lambda: is_answered(url))


def is_answered(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def test_a_frozen_service_takes_the_call_and_does_not_answer(
    settings: Settings,
) -> None:
    url = settings.url("octavia")
    before = traffic.mark(settings.log_dir)

    with (
        spoiling.frozen(settings, "octavia-api"),
        pytest.raises(requests.ReadTimeout),
    ):
        requests.get(url, timeout=2, headers={"User-Agent": "frozen"})

    def answered() -> int:
        found = traffic.calls(settings.log_dir, before)
        return sum(call.agent == "frozen" for call in found)

    waiting.until(answered)
