"""Start, watch and end the programs of the test environment.

Every program runs in a session of its own with its output in a file.  What it
is and when it began is noted in the run directory, so that the next run ends
what a killed one left behind, and nothing else.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import types
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence

POLL_S = 0.1


class ProgramError(Exception):
    """Say in one message what a program did wrong, with the end of its log."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Program:
    """Describe a program to start; ``environment`` is added to ours."""

    name: str
    command: Sequence[str]
    run_dir: pathlib.Path
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    grace_s: float = 20
    cwd: pathlib.Path | None = None

    @property
    def log(self) -> pathlib.Path:
        """Return the file with everything that the program prints."""
        return self.run_dir / f"{self.name}.log"

    @property
    def note(self) -> pathlib.Path:
        """Return the file that says which process it is."""
        return self.run_dir / f"{self.name}.process"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Started:
    """Hold a program together with its process."""

    program: Program
    process: "subprocess.Popen[bytes]"


def say(text: str) -> None:
    """Print a line of progress with the time of day."""
    print(time.strftime("%H:%M:%S"), text, flush=True)


def tail(log: pathlib.Path, lines: int = 40) -> str:
    """Return the last lines of a log, or a remark that there is none."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return f"({log} was not written)"
    return "\n".join(text.splitlines()[-lines:])


def run(program: Program, timeout_s: float) -> str:
    """Run a program to its end and return what it printed.

    :raises ProgramError: when its exit status isn't zero or the time is over.
    """
    program.run_dir.mkdir(parents=True, exist_ok=True)
    with running(program) as started:
        try:
            status = started.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise _failure(program, f"took more than {timeout_s:g} s") from None
    if status != 0:
        raise _failure(program, f"ended with status {status}")
    return program.log.read_text(errors="replace")


@contextlib.contextmanager
def running(program: Program) -> Iterator[Started]:
    """Keep a program running inside the block, and end it afterwards.

    :raises ProgramError: when another command runs it in the same directory.
    """
    program.run_dir.mkdir(parents=True, exist_ok=True)
    if _is_owned(_read(program.note)):
        reason = f"{program.name} is run by another command in {program.run_dir}"
        raise ProgramError(reason)
    with program.log.open("wb") as log:
        process = subprocess.Popen(
            list(program.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **program.environment},
            # Programs that look for modules where they start must not find ours.
            cwd=program.cwd or program.run_dir,
            start_new_session=True,
        )
    note = {
        "pid": process.pid,
        "began": _began(process.pid),
        "owner": os.getpid(),
        "owner_began": _began(os.getpid()),
    }
    program.note.write_text(json.dumps(note))
    try:
        yield Started(program=program, process=process)
    finally:
        _end(process, program.grace_s)
        program.note.unlink(missing_ok=True)


def wait_for_answer(started: Started, url: str, timeout_s: float = 60) -> None:
    """Wait until a program answers at a URL, with any status below 500.

    :raises ProgramError: when the program ends, or the time is over.
    """
    deadline = time.monotonic() + timeout_s
    while not answers(url):
        status = started.process.poll()
        if status is not None:
            raise _failure(started.program, f"ended with status {status}")
        if time.monotonic() > deadline:
            reason = f"didn't answer at {url} within {timeout_s:g} s"
            raise _failure(started.program, reason)
        time.sleep(POLL_S)


def answers(url: str) -> bool:
    """Tell whether a GET on a URL is answered with a status below 500."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def require_alive(started: Started) -> None:
    """Check that a program hasn't ended by itself.

    :raises ProgramError: when it has.
    """
    status = started.process.poll()
    if status is not None:
        raise _failure(started.program, f"ended with status {status}")


def memory_mib(started: Started) -> float:
    """Add up the proportional memory of a program and its children, in MiB."""
    return session_memory_mib(started.process.pid)


def session_memory_mib(leader: int) -> float:
    """Add up the proportional memory of a session's processes, in MiB."""
    total = 0
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if os.getsid(int(entry.name)) == leader:
                total += _pss_kib((entry / "smaps_rollup").read_text())
    return total / 1024


def end_leftovers(run_dir: pathlib.Path) -> list[str]:
    """End the programs that a killed command noted in this directory.

    Left over is what began when the note says, and whose command is gone.
    """
    ended = []
    for path in sorted(run_dir.glob("*.process")):
        note = _read(path)
        if _is_owned(note):
            continue
        if note.get("began") and _began(note["pid"]) == note["began"]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(note["pid"], signal.SIGKILL)
            ended.append(path.stem)
        path.unlink(missing_ok=True)
    return ended


def exit_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into an exit that runs every clean-up."""

    def leave(number: int, frame: types.FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def _end(process: "subprocess.Popen[bytes]", grace_s: float) -> None:
    """End a process and its whole session, at first gently."""
    # A second Ctrl-C must not stop the clean-up halfway.
    with _ignoring(signal.SIGINT):
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def _ignoring(number: signal.Signals) -> Iterator[None]:
    """Ignore a signal inside the block."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


def _failure(program: Program, reason: str) -> ProgramError:
    """Make the error of a program, with the end of its log."""
    return ProgramError(
        f"{program.name} {reason}; end of {program.log}:\n{tail(program.log)}"
    )


def _read(path: pathlib.Path) -> dict[str, int]:
    """Read the note about a process; empty if there is none that is whole."""
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}


def _is_owned(note: Mapping[str, int]) -> bool:
    """Tell whether the command that wrote a note still runs."""
    owner = note.get("owner")
    return owner is not None and _began(owner) == note["owner_began"]


def _began(pid: int) -> int | None:
    """Return when a process began, in clock ticks since boot."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in brackets may contain blanks; field 22 counts after it.
    return int(stat.rpartition(")")[2].split()[19])


def _pss_kib(rollup: str) -> int:
    """Find the proportional set size in a memory summary of the kernel."""
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
