"""The dispatcher that sends notifications waits for a broker that is away."""

import datetime
import threading

import pytest

from senlin_like.domain.enums import EventLevel, Phase
from senlin_like.events.happening import Happening
from senlin_like.events.message import PRIORITIES, Message

PATIENCE_S = 20
HAPPENING = Happening(
    level=EventLevel.WARN,
    phase=Phase.END,
    subject_type="NODE",
    verb="NODE_CREATE",
    subject={"id": "n", "secret": "not among the fields"},
    action={"id": "a"},
    timestamp=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
)


class Broker:
    """Fails some times, then takes what it is sent."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.sent = []
        self.is_closed = False
        self.asked = threading.Event()

    def send(self, event_type, payload, priority):
        self.asked.set()
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((event_type, payload, priority))

    def close(self):
        self.is_closed = True


def test_a_notification_is_sent_once_the_broker_is_back(caplog):
    caplog.set_level("INFO")
    broker = Broker(OSError("away"), ConnectionError("away"))

    Message(broker, retry_s=0.0).send(HAPPENING)

    [(event_type, payload, priority)] = broker.sent
    assert (event_type, priority) == ("node.create.end", "warn")
    assert "secret" not in str(payload)
    assert caplog.text.count("No broker for notifications (OSError)") == 1
    assert caplog.text.count("takes notifications again") == 1


def test_what_can_not_be_sent_at_all_is_not_tried_again():
    broker = Broker(TypeError("not JSON"))

    with pytest.raises(TypeError):
        Message(broker).send(HAPPENING)

    assert broker.sent == []


def test_closing_ends_the_waiting():
    broker = Broker(*[OSError("away")] * 3)
    message = Message(broker, retry_s=PATIENCE_S * 10)
    failed = []

    def send():
        try:
            message.send(HAPPENING)
        except ConnectionError as error:
            failed.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    assert broker.asked.wait(PATIENCE_S)
    message.close()
    thread.join(PATIENCE_S)

    assert len(failed) == 1
    assert broker.is_closed


def test_every_level_has_a_priority():
    assert set(PRIORITIES) == set(EventLevel)
