"""What notifications of Nova and Heat say, recorded and made up."""

import json
import pathlib

import pytest

from senlin_like.engine import cloud_events

RECORDS = pathlib.Path(__file__).parents[2] / "data" / "cloud_notifications.json"
RECORDED = json.loads(RECORDS.read_text())
NODE = "1b4e28ba-2fa1-4d21-8b3a-6e9a4a3c9d7e"
OBJECT = "5a612134-d556-48fb-b2c5-20529f5e57d2"
GOOD_NEWS = ("create.end", "update")


def state_of(payload):
    return payload.get("nova_object.data", payload)["state"]


def is_bad(told):
    return told["event_type"].endswith(GOOD_NEWS) is False or (
        state_of(told["payload"]) == "error"
    )


@pytest.mark.parametrize("told", RECORDED, ids=lambda one: one["event_type"])
def test_bad_news_are_read_from_all_formats(told):
    found = cloud_events.read(told["event_type"], told["payload"])

    expected = cloud_events.Notice(
        node_id=NODE, object_id=OBJECT, event=told["event_type"]
    )
    assert found == (expected if is_bad(told) else None)


def test_good_and_bad_news_are_recorded_of_all_formats():
    formats = {"compute": 0, "instance": 0, "orchestration": 0}
    for told in RECORDED:
        formats[told["event_type"].partition(".")[0]] += is_bad(told)

    assert formats == {"compute": 7, "instance": 7, "orchestration": 1}


OLD = "compute.instance.power_off.end"
NEW = "instance.power_off.end"
STACK = "orchestration.stack.delete.end"
MARKED = {"cluster_node_id": NODE}


@pytest.mark.parametrize(
    ("event_type", "payload"),
    [
        (None, {}),
        (OLD, None),
        (OLD, []),
        (OLD, {}),
        (OLD, {"metadata": None, "instance_id": OBJECT}),
        (OLD, {"metadata": [], "instance_id": OBJECT}),
        (OLD, {"metadata": {}, "instance_id": OBJECT}),
        (OLD, {"metadata": MARKED}),
        (OLD, {"metadata": MARKED, "instance_id": 7}),
        (OLD, {"metadata": {"cluster_node_id": [NODE]}, "instance_id": OBJECT}),
        (OLD, {"metadata": {"cluster_node_id": "\x00"}, "instance_id": OBJECT}),
        (OLD, {"metadata": {"cluster_node_id": "web"}, "instance_id": OBJECT}),
        (OLD, {"metadata": MARKED, "instance_id": "a\ud800"}),
        (f"{OLD}\x00.error", {"metadata": MARKED, "instance_id": OBJECT}),
        (STACK, {"tags": [f"cluster_node_id={NODE}\x00"], "stack_identity": OBJECT}),
        (NEW, {"metadata": MARKED, "uuid": OBJECT}),
        (NEW, {"nova_object.data": "x"}),
        (STACK, {"tags": None, "stack_identity": OBJECT}),
        (STACK, {"tags": ["other"], "stack_identity": OBJECT}),
        (STACK, {"tags": [f"cluster_node_id={NODE}"]}),
        ("scheduler.select_destinations.end", {"metadata": MARKED}),
        ("compute.instance.power_on.end", {"metadata": MARKED, "instance_id": OBJECT}),
    ],
)
def test_what_says_nothing_of_a_node_is_passed_over(event_type, payload):
    assert cloud_events.read(event_type, payload) is None


@pytest.mark.parametrize("event", ["soft_delete.end", "shelve.end", "resize.error"])
def test_other_ends_and_errors_are_bad_news(event):
    old = {"metadata": MARKED, "instance_id": OBJECT}
    new = {"nova_object.data": {"metadata": MARKED, "uuid": OBJECT}}

    found = [
        cloud_events.read(f"compute.instance.{event}", old),
        cloud_events.read(f"instance.{event}", new),
    ]

    assert [(one.node_id, one.object_id) for one in found] == [(NODE, OBJECT)] * 2
