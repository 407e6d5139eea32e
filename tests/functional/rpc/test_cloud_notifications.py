"""Notifications of the cloud through oslo.messaging, on its driver in the process."""

import queue
import uuid

import pytest

from senlin_like import exceptions
from senlin_like.conf import opts
from senlin_like.rpc import cloud_notifications
from tests import recorded

PATIENCE_S = 20


class Taken:
    """Keeps what was taken; fails as often as ``failures`` has errors."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.batches = queue.Queue()

    def __call__(self, told):
        self.batches.put([event_type for event_type, _ in told])
        if self.failures:
            raise self.failures.pop(0)

    def next(self):
        return self.batches.get(timeout=PATIENCE_S)


@pytest.fixture
def nova():
    return f"nova-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def conf(tmp_path, nova):
    file = tmp_path / "service.conf"
    file.write_text(
        "[DEFAULT]\ntransport_url = fake:/\n"
        f"[health_manager]\nnova_control_exchange = {nova}\n"
        f"[health]\nheat_control_exchange = {nova}-heat\n"
    )
    return opts.load(["--config-file", str(file)])


@pytest.fixture
def listening(conf, monkeypatch):
    monkeypatch.setattr(cloud_notifications, "_RETRY_S", 0.0)
    servers = []

    def start(take):
        servers.append(cloud_notifications.listen(conf, take))

    yield start
    for server in servers:
        server.stop()
        server.wait()


@pytest.fixture
def send():
    """Send notifications; what is on its way is lost when the sender goes."""
    with recorded.sending("fake:/") as sent:

        def several(exchange, *events):
            for event in events:
                told = recorded.about(recorded.NODE, recorded.OBJECT, event)
                sent(told, exchange, "notifications")

        yield several


def test_what_nova_and_heat_tell_is_taken(listening, nova, send):
    taken = Taken()
    listening(taken)

    send(nova, "compute.instance.power_off.end")
    assert taken.next() == ["compute.instance.power_off.end"]
    send(nova, "compute.instance.rebuild.error")
    assert taken.next() == ["compute.instance.rebuild.error"]
    send(f"{nova}-heat", "orchestration.stack.delete.end")
    assert taken.next() == ["orchestration.stack.delete.end"]


def test_each_notification_is_taken_by_one(listening, nova, send):
    several = Taken(), Taken()
    for taken in several:
        listening(taken)

    events = ["compute.instance.power_off.end", "compute.instance.delete.end"] * 5
    send(nova, *events)

    found = []
    while len(found) < len(events):
        for taken in several:
            if not taken.batches.empty():
                found += taken.next()
    assert sorted(found) == sorted(events)


def test_what_can_not_be_taken_comes_again(listening, nova, send):
    taken = Taken(exceptions.ServiceUnavailable("away"))
    listening(taken)

    send(nova, "compute.instance.delete.end")

    assert [taken.next(), taken.next()] == [["compute.instance.delete.end"]] * 2


def test_what_fails_by_a_bug_does_not_come_again(listening, nova, send):
    taken = Taken(ValueError())
    listening(taken)

    send(nova, "compute.instance.delete.end")
    assert taken.next() == ["compute.instance.delete.end"]
    send(nova, "compute.instance.pause.end")

    assert taken.next() == ["compute.instance.pause.end"]
