"""Calls to Docker whose answer takes as long as a container does."""

import threading

import pytest

from senlin_like import exceptions
from senlin_like.drivers.docker import lingering


def fail():
    raise exceptions.CloudError("No.", 409)


def test_a_refusal_is_told():
    with pytest.raises(exceptions.CloudError, match="No"):
        lingering.Lingering(patience_s=30).begin("Stopping", fail)


def test_what_takes_long_goes_on_by_itself():
    end, ended = threading.Event(), threading.Event()

    def call():
        end.wait(30)
        ended.set()

    lingering.Lingering(patience_s=0).begin("Stopping", call)

    assert not ended.is_set()
    end.set()
    assert ended.wait(30)


def test_only_so_many_go_on_at_once():
    end = threading.Event()
    made = lingering.Lingering(most=1, patience_s=0)
    made.begin("Stopping a", lambda: end.wait(30))

    with pytest.raises(exceptions.CloudBusy, match="Stopping b"):
        made.begin("Stopping b", lambda: None)
    end.set()
    for thread in threading.enumerate():
        if thread.name == "docker":
            thread.join(30)

    made.begin("Stopping b", lambda: None)
