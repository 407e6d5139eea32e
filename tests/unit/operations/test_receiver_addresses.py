"""Where webhooks are reached: configured, in the catalogue, or guessed."""

import json

import pytest

from senlin_like.context import RequestContext
from senlin_like.operations import receiver_addresses as addresses
from senlin_like.operations.deps import Settings

V2 = {"publicURL": "http://one", "region": "R1"}, {"publicURL": "http://two/v1"}
V3 = (
    {"interface": "internal", "url": "http://inside", "region": "R1"},
    {"interface": "public", "url": "http://three/", "region": "R3"},
)


def ctx(*endpoints, kind="clustering", text=None):
    catalogue = [{"type": kind, "endpoints": list(endpoints)}]
    return RequestContext(
        user_id="u",
        project_id="p",
        service_catalog=json.dumps(catalogue) if text is None else text,
    )


@pytest.mark.parametrize(
    ("settings", "who", "base"),
    [
        (Settings(), ctx(*V2), "http://one/v1"),
        (Settings(region="R1"), ctx(*reversed(V2)), "http://one/v1"),
        (Settings(region="R9"), ctx(*reversed(V2)), "http://two/v1"),
        (Settings(), ctx(*V3), "http://three/v1"),
        (Settings(host="h"), ctx(*V2, kind="compute"), "http://h:8777/v1"),
        (Settings(host="h"), ctx(V3[0]), "http://h:8777/v1"),
        (Settings(host="h"), ctx(text=""), "http://h:8777/v1"),
        (Settings(host="h"), ctx(text="{"), "http://h:8777/v1"),
        (Settings(host="h"), ctx(text="{}"), "http://h:8777/v1"),
        (Settings(receiver_host="r", receiver_port=1), ctx(*V2), "http://r:1/v1"),
        (Settings(receiver_host="::1"), ctx(), "http://[::1]:8777/v1"),
    ],
)
def test_the_base(settings, who, base):
    assert addresses.base(settings, who) == base
    assert addresses.notify_url(settings, who, "id") == f"{base}/receivers/id/notify"


def test_parameters_stand_in_order_and_encoded():
    params = {"b": "x y&z", "a": 1, "list": [1], "map": {}, "c": None}

    url = addresses.alarm_url(Settings(receiver_host="r"), ctx(), "id", params)

    assert url == ("http://r:8777/v1/webhooks/id/trigger?V=2&a=1&b=x+y%26z&c=None")


def test_an_address_does_not_get_too_long():
    url = addresses.alarm_url(
        Settings(receiver_host="r"), ctx(), "id", {"a": "x" * 3000}
    )

    assert url == "http://r:8777/v1/webhooks/id/trigger?V=2"
