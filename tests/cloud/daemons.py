"""Start and end programs that go on when the command that started them is done.

Each leads a session of its own.  A note says which process it is and when that
began, so that no other process that got its number is ever taken for it.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence

from tests.tempest import processes

GRACE_S = 10.0
POLL_S = 0.05


@dataclasses.dataclass(frozen=True, kw_only=True)
class Daemon:
    """Describe a program; ``environment`` is added to ours.

    ``url`` answers when it is up; None if it serves nobody over HTTP.
    """

    name: str
    command: Sequence[str]
    dir: pathlib.Path
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    url: str | None = None

    @property
    def note(self) -> pathlib.Path:
        """Return the file that says which process it is."""
        return self.dir / "run" / f"{self.name}.json"

    @property
    def log(self) -> pathlib.Path:
        """Return the file with what it prints; its own log may be another."""
        return self.dir / "log" / f"{self.name}.out"


def start(daemon: Daemon) -> None:
    """Start a program unless it runs already; don't wait until it answers."""
    if pid_of(daemon) is not None:
        return
    for folder in (daemon.note.parent, daemon.log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with daemon.log.open("ab") as log:
        process = subprocess.Popen(
            list(daemon.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **daemon.environment},
            cwd=daemon.dir,
            start_new_session=True,
        )
    note = {"pid": process.pid, "began": _began(process.pid)}
    daemon.note.write_text(json.dumps(note))
    # It isn't waited for; ending it is the business of a later command.
    process.returncode = 0


def pid_of(daemon: Daemon) -> int | None:
    """Return the process of a program; None if it doesn't run."""
    try:
        note = json.loads(daemon.note.read_text())
    except (OSError, ValueError):
        return None
    is_same = note["began"] is not None and _began(note["pid"]) == note["began"]
    return int(note["pid"]) if is_same else None


def send(daemon: Daemon, number: signal.Signals) -> None:
    """Send a signal to a program and to all that it has started."""
    pid = pid_of(daemon)
    if pid is None:
        return
    for member in _session(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, number)


def stop(daemons: Iterable[Daemon], grace_s: float = GRACE_S) -> None:
    """End programs side by side; who isn't gone in time is killed."""
    running = [(one, pid) for one in daemons if (pid := pid_of(one)) is not None]
    members = [(pid, member) for _, pid in running for member in _session(pid)]
    for _, pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while time.monotonic() < deadline and any(pid_of(one) for one, _ in running):
        _reap(pid for _, pid in running)
        time.sleep(POLL_S)
    for pid, member in members:
        # Its number may be that of another process by now.
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(member) == pid:
                os.kill(member, signal.SIGKILL)
    for daemon, _ in running:
        _wait_until_gone(daemon)
        daemon.note.unlink(missing_ok=True)


def kill(daemon: Daemon) -> None:
    """End a program as a loss of power would."""
    send(daemon, signal.SIGKILL)
    _wait_until_gone(daemon)
    daemon.note.unlink(missing_ok=True)


def wait_for_answer(daemon: Daemon, timeout_s: float) -> None:
    """Wait until a program answers at its URL, with any status below 500.

    :raises processes.ProgramError: when it ends, or the time is over.
    """
    deadline = time.monotonic() + timeout_s
    while daemon.url is not None and not processes.answers(daemon.url):
        end = f"end of {daemon.log}:\n{processes.tail(daemon.log)}"
        if pid_of(daemon) is None:
            raise processes.ProgramError(f"{daemon.name} has ended; {end}")
        if time.monotonic() > deadline:
            reason = f"{daemon.name} doesn't answer at {daemon.url}; {end}"
            raise processes.ProgramError(reason)
        time.sleep(POLL_S)


def _wait_until_gone(daemon: Daemon) -> None:
    """Wait for the end of a program that was killed."""
    while (pid := pid_of(daemon)) is not None:
        _reap([pid])
        time.sleep(POLL_S)


def _reap(pids: Iterable[int]) -> None:
    """Take note of the end of those that this very command has started."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _session(leader: int) -> list[int]:
    """List the processes of a session."""
    members = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getsid(int(entry.name)) == leader:
                members.append(int(entry.name))
    return members


def _began(pid: int) -> int | None:
    """Return when a process began, in clock ticks since boot; None if it ended."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in brackets may contain blanks; fields 3 and 22 come after it.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])
