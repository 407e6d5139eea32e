"""Images that a Docker engine is told to fetch."""

import json
import threading

import pytest
import requests

from senlin_like import exceptions
from senlin_like.drivers.docker import pulls
from senlin_like.drivers.objects import OWN_HOST


class Engine:
    """Docker's side of it: what it says while it fetches."""

    def __init__(self, *progress):
        self.progress = progress
        self.asked = []
        self.may_go_on = threading.Event()
        self.has_ended = threading.Event()

    def pull(self, image, **_how):
        self.asked.append(image)
        return self.said()

    def said(self):
        self.may_go_on.wait(30)
        for step in self.progress:
            if isinstance(step, Exception):
                raise step
            yield step if isinstance(step, bytes) else json.dumps(step).encode() + b"\n"
        self.has_ended.set()


def ask(made, engine, image="a:1", *, project="red"):
    with pytest.raises(exceptions.CloudError) as caught:
        made.await_image(OWN_HOST, engine, image, project=project)
    return caught.value


def until_failed(made, engine):
    """Ask until it isn't busy any more."""
    until_over(engine)
    return ask(made, engine)


def until_over(engine):
    """Wait for all that is being fetched."""
    engine.may_go_on.set()
    for thread in threading.enumerate():
        if thread.name == "docker-pull":
            thread.join(30)


def test_an_image_is_fetched_once_for_all_who_wait():
    made, engine = pulls.Pulls(), Engine({"status": "Downloading"})

    errors = [ask(made, engine) for _ in range(3)]

    engine.may_go_on.set()
    assert engine.has_ended.wait(30)
    assert engine.asked == ["a:1"]
    assert all(isinstance(one, exceptions.CloudBusy) for one in errors)
    assert all(one.retry_after_s for one in errors)


def test_a_failure_is_told_once_and_then_tried_anew():
    made, engine = pulls.Pulls(), Engine({"status": "."}, {"error": "No such tag."})
    ask(made, engine)

    failure = until_failed(made, engine)

    assert (failure.status, failure.message) == (404, "Image a:1: No such tag.")
    assert isinstance(ask(made, engine), exceptions.CloudBusy)
    assert engine.asked == ["a:1", "a:1"]


def test_an_old_failure_is_forgotten():
    now = [0.0]
    made, engine = pulls.Pulls(lambda: now[0]), Engine({"error": "No."})
    ask(made, engine)
    until_over(engine)

    now[0] = 3600.0

    assert isinstance(ask(made, engine), exceptions.CloudBusy)


def test_failures_that_nobody_asks_for_do_not_stay():
    now = [0.0]
    made, engine = pulls.Pulls(lambda: now[0]), Engine({"error": "No."})
    for number in range(3):
        ask(made, engine, f"a:{number}")
    until_over(engine)
    assert len(made._failed) == 3

    now[0] = 3600.0
    ask(made, engine, "b:1")

    assert len(made._failed) <= 1
    until_over(engine)


def test_one_project_does_not_take_all_the_room():
    made, engine = pulls.Pulls(), Engine()
    for number in range(100):
        ask(made, engine, f"a:{number}")

    error = ask(made, engine, "b:1", project="blue")

    assert isinstance(error, exceptions.CloudBusy)
    until_over(engine)
    assert "b:1" in engine.asked
    assert len(engine.asked) < 32


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        ([b'{"sta', b'tus": "."}\r\n{"error"', b': "No."}\r\n\r\n'], "No."),
        ([b"[" * 100_000], "how far"),
        ([b"[]\nnull\n", b'{"error": {"code": 1}}'], "{'code': 1}"),
        ([requests.exceptions.ConnectionError()], "broke off"),
        ([ValueError()], "ValueError"),
    ],
)
def test_progress_is_read_however_it_comes(pieces, reason):
    made, engine = pulls.Pulls(), Engine(*pieces)
    ask(made, engine)

    failure = until_failed(made, engine)

    assert failure.status == 404
    assert reason in failure.message
