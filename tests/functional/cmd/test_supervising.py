"""Engine processes are started again when they end, and end when they are told to."""

import signal
import subprocess
import sys

import pytest

SUPERVISED = """
import signal
import types
from senlin_like.cmd import engine

# Whoever runs the tests may ignore it, and children would too.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
engine._RESTART_S = {pause}
engine.LOG = types.SimpleNamespace(
    warning=lambda *words: print("ended", flush=True), exception=print
)

def run_one(conf):
    print("started", flush=True)
    {work}

engine.run_one = run_one
engine._supervise(types.SimpleNamespace(engine=types.SimpleNamespace(workers=1)))
"""


def supervised(*, pause: float, work: str) -> subprocess.Popen[str]:
    script = SUPERVISED.format(pause=pause, work=work)
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )


def test_none_is_started_after_the_signal_to_stop():
    with supervised(pause=5, work="pass") as process:
        for expected in ("started", "ended"):
            assert process.stdout.readline().strip() == expected

        process.send_signal(signal.SIGTERM)

        assert process.wait(60) == 0
        assert process.stdout.read() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_all_are_told_to_stop(number):
    work = "signal.pause()"
    with supervised(pause=5, work=work) as process:
        assert process.stdout.readline().strip() == "started"

        process.send_signal(number)

        assert process.wait(60) == 0
