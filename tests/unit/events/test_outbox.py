"""What waits to be told never holds anybody up, and is told in order."""

import datetime
import logging
import threading

import pytest

from senlin_like.domain.enums import EventLevel, Phase
from senlin_like.events.happening import Happening
from senlin_like.events.outbox import Outbox

PATIENCE_S = 20


def a_happening(number=0, **fields):
    return Happening(
        **{
            "level": EventLevel.INFO,
            "phase": Phase.END,
            "subject_type": "NODE",
            "verb": "NODE_CREATE",
            "subject": {"id": number},
            "action": {},
            "timestamp": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
            **fields,
        }
    )


class Gate:
    """A dispatcher that sends nothing until it is opened."""

    def __init__(self):
        self.opened = threading.Event()
        self.reached = threading.Event()
        self.sent = []
        self.is_closed = False
        self.broken = False

    def send(self, happening):
        self.reached.set()
        assert self.opened.wait(PATIENCE_S)
        if self.broken:
            raise OSError("no way")
        self.sent.append(happening.subject["id"])

    def close(self):
        self.is_closed = True


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.opened.set()


def test_everything_is_told_in_order(gate):
    gate.opened.set()
    outbox = Outbox("gate", gate)

    for number in range(50):
        outbox.put(a_happening(number))
    outbox.close(PATIENCE_S)

    assert gate.sent == list(range(50))
    assert gate.is_closed
    assert outbox.dropped == 0


def test_what_does_not_fit_is_dropped_counted_and_said(gate, caplog):
    caplog.set_level(logging.WARNING)
    outbox = Outbox("gate", gate, limit=3)
    outbox.put(a_happening(0))
    assert gate.reached.wait(PATIENCE_S)

    for number in range(1, 6):
        outbox.put(a_happening(number))
    told = [record.message for record in caplog.records]
    gate.opened.set()
    outbox.close(PATIENCE_S)

    assert gate.sent == [0, 1, 2, 3]
    assert outbox.dropped == 2
    assert told == ["Events for 'gate' are dropped: 3 wait already"]
    assert "2 events for 'gate' were dropped" in caplog.text


def test_a_stuck_dispatcher_does_not_hold_up_the_end(gate, caplog):
    outbox = Outbox("gate", gate)
    for number in range(3):
        outbox.put(a_happening(number))
    assert gate.reached.wait(PATIENCE_S)

    outbox.close(0.0)
    gate.broken = True
    gate.opened.set()

    assert outbox.dropped == 3
    assert "3 events for 'gate' were dropped" in caplog.text
    assert gate.is_closed


def test_a_dispatcher_that_fails_goes_on(gate, caplog):
    gate.opened.set()
    gate.broken = True
    outbox = Outbox("gate", gate)
    outbox.put(a_happening(1))
    outbox.put(a_happening(2))

    outbox.close(PATIENCE_S)

    assert outbox.dropped == 2
    assert "The event dispatcher 'gate' failed: no way" in caplog.text


def test_nothing_is_taken_after_the_end(gate):
    outbox = Outbox("gate", gate)
    outbox.close(PATIENCE_S)

    outbox.put(a_happening())

    assert outbox.dropped == 1
    assert gate.is_closed


@pytest.mark.parametrize(
    ("subject_type", "verb", "phase", "event_type"),
    [
        ("CLUSTER", "CLUSTER_SCALE_OUT", Phase.START, "cluster.scale_out.start"),
        ("NODE", "NODE_CREATE", Phase.ERROR, "node.create.error"),
        ("NODE", "reboot", Phase.END, "node.reboot.end"),
    ],
)
def test_the_type_of_an_event_is_that_of_senlin(subject_type, verb, phase, event_type):
    made = a_happening(subject_type=subject_type, verb=verb, phase=phase)

    assert made.event_type == event_type
