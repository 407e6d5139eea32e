"""Images that a Docker engine is told to fetch."""

import threading

import pytest

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
        yield from self.progress
        self.has_ended.set()


def ask(made, engine, image="a:1"):
    with pytest.raises(exceptions.CloudError) as caught:
        made.await_image(OWN_HOST, engine, image)
    return caught.value


def until_failed(made, engine):
    """Ask until it isn't busy any more."""
    engine.may_go_on.set()
    for thread in threading.enumerate():
        if thread.name == "docker-pull":
            thread.join(30)
    return ask(made, engine)


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
    engine.may_go_on.set()
    until_ended = [t for t in threading.enumerate() if t.name == "docker-pull"]
    for thread in until_ended:
        thread.join(30)

    now[0] = 3600.0

    assert isinstance(ask(made, engine), exceptions.CloudBusy)
