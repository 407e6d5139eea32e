"""Programs of the cloud for tests go on by themselves, and are ended by their note."""

import json
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cloud import daemons

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("ready", "w").close()
time.sleep(600)
"""


@pytest.fixture
def a_daemon(tmp_path: pathlib.Path) -> Iterator[daemons.Daemon]:
    """Describe a program; if it runs it is ended in the end."""
    daemon = daemons.Daemon(
        name="sleeper",
        command=[sys.executable, "-c", "import time; time.sleep(600)"],
        dir=tmp_path,
    )
    yield daemon
    daemons.kill(daemon)


def test_a_program_is_started_once(a_daemon: daemons.Daemon) -> None:
    daemons.start(a_daemon)
    first = daemons.pid_of(a_daemon)

    daemons.start(a_daemon)

    assert first is not None
    assert daemons.pid_of(a_daemon) == first
    assert os.getsid(first) == first


def test_a_program_goes_on_when_its_command_is_done(
    a_daemon: daemons.Daemon,
) -> None:
    start = f"""
import pathlib
from tests.cloud import daemons
folder = pathlib.Path({str(a_daemon.dir)!r})
command = {a_daemon.command!r}
daemons.start(daemons.Daemon(name="sleeper", command=command, dir=folder))
"""
    root = pathlib.Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", start], cwd=root, check=True, timeout=120)

    assert daemons.pid_of(a_daemon) is not None


def test_a_stopped_program_leaves_no_note(a_daemon: daemons.Daemon) -> None:
    daemons.start(a_daemon)

    daemons.stop([a_daemon])

    assert daemons.pid_of(a_daemon) is None
    assert not a_daemon.note.exists()


def test_who_does_not_heed_the_signal_is_killed(a_daemon: daemons.Daemon) -> None:
    stubborn = daemons.Daemon(
        name="stubborn", command=[sys.executable, "-c", STUBBORN], dir=a_daemon.dir
    )
    ready = a_daemon.dir / "ready"
    os.mkfifo(ready)
    daemons.start(stubborn)
    # Who opens such a file waits for who opens its other end.
    ready.open().close()

    daemons.stop([stubborn], grace_s=0.2)

    assert daemons.pid_of(stubborn) is None


def test_another_process_with_its_number_is_left_alone(
    a_daemon: daemons.Daemon,
) -> None:
    daemons.start(a_daemon)
    note = json.loads(a_daemon.note.read_text())
    a_daemon.note.write_text(json.dumps({**note, "began": note["began"] - 1}))

    daemons.stop([a_daemon])
    daemons.kill(a_daemon)

    os.kill(note["pid"], 0)
    os.kill(note["pid"], signal.SIGKILL)
    os.waitpid(note["pid"], 0)


def test_a_program_that_ended_by_itself_does_not_run(
    a_daemon: daemons.Daemon,
) -> None:
    daemons.start(a_daemon)
    pid = daemons.pid_of(a_daemon)
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    # Nobody has asked for its status yet: it is still in the list of processes.
    assert daemons.pid_of(a_daemon) is None
