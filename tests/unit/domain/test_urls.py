"""Which addresses of users are asked."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import urls
from senlin_like.domain.urls import Rules


def networks(*texts):
    return tuple(ipaddress.ip_network(text) for text in texts)


EVERYTHING = networks("0.0.0.0/0", "::/0")


def refusal(address, **rules):
    return Rules(**rules).refusal(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
    ],
)
def test_metadata_is_never_asked_whatever_is_allowed(address):
    assert "never asked" in refusal(address, allowed=EVERYTHING)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "0.0.0.0", "224.0.0.1", "::ffff:127.0.0.1", "::"]
)
def test_special_addresses_are_asked_only_where_allowed(address):
    assert refusal(address) is not None
    assert refusal(address, allowed=EVERYTHING) is None


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.1.1", "8.8.8.8", "fd12::1"])
def test_nodes_are_asked(address):
    assert refusal(address) is None
    assert refusal(address, denied=EVERYTHING) is not None


def test_what_is_allowed_goes_before_what_is_denied():
    rules = {"denied": networks("10.0.0.0/8"), "allowed": networks("10.1.0.0/16")}

    assert refusal("10.1.2.3", **rules) is None
    assert refusal("10.2.2.3", **rules) is not None
    assert refusal("64:ff9b::10.2.2.3", **rules) is not None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://node", "http"),
        ("file:///etc/passwd", "http"),
        ("http://", "no host"),
        ("http://user:pw@node/", "user"),
        ("http://node/a b", "blanks"),
        ("http://node/\r\nX: y", "blanks"),
        ("http://node:99999/", "range"),
        ("http://node:x/", "port|Port"),
        ("http://169.254.169.254/", "never"),
        ("http://[fe80::1]/", "never"),
        ("http://[fe80::1%25eth0]/", "never"),
        ("http://[::1", "IPv6"),
        ("http://" + "a" * 3000, "characters"),
    ],
)
def test_a_url_that_can_not_be_asked_has_its_reason(url, reason):
    assert re.search(reason, urls.problem(url) or "")


def test_a_url_is_taken_apart():
    target = urls.parse("https://node-1:8443/health?deep=1#there")

    assert (target.scheme, target.host, target.port) == ("https", "node-1", 8443)
    assert (target.path, target.authority) == ("/health?deep=1", "node-1:8443")
    assert urls.parse("http://[2001:db8::1]").authority == "[2001:db8::1]"


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    for url in (text, f"http://{text}"):
        reason = urls.problem(url)
        assert reason is None or reason


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example/a/b?token=c", "https://hooks.example"),
        ("http://10.0.0.5:8080/x", "http://10.0.0.5:8080"),
        ("http://[fd12::1]:81/", "http://[fd12::1]:81"),
        ("http://user:secret@h/", ""),
        ("what is this", ""),
    ],
)
def test_of_a_url_only_its_origin_may_be_shown(url, shown):
    assert urls.origin(url) == shown
