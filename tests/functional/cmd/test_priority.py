"""A daemon stands back for the rest of its host, a command in a terminal doesn't."""

import pathlib
import subprocess
import sys

SESSION = pathlib.Path("/proc/self/autogroup")
STANDING_BACK = """
import os, pathlib
from senlin_like.cmd import priority
priority.stand_back({niceness})
session = pathlib.Path("/proc/self/autogroup")
print(os.nice(0), session.read_text().split()[-1] if session.exists() else "none")
"""


def standing_back(niceness: int, *, daemon: bool) -> list[str]:
    """Return the niceness of a new process, and of its session if there is one."""
    command = [sys.executable, "-c", STANDING_BACK.format(niceness=niceness)]
    if not daemon:
        # The process in the middle leads the session, as a terminal's shell does.
        command = ["sh", "-c", '"$@"; exit $?', "sh", *command]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, start_new_session=True
    ).stdout.split()


def of_session(niceness: int) -> str:
    """Return what the kernel says of a session's niceness, if it knows any."""
    return str(niceness) if SESSION.exists() else "none"


def test_a_daemon_takes_its_session_along():
    before = standing_back(0, daemon=True)

    after = standing_back(3, daemon=True)

    assert int(after[0]) == min(int(before[0]) + 3, 19)
    assert after[1] == of_session(3)


def test_the_session_of_a_terminal_stays_as_it_is():
    before = standing_back(0, daemon=False)

    after = standing_back(3, daemon=False)

    assert int(after[0]) == min(int(before[0]) + 3, 19)
    assert after[1] == before[1] == of_session(0)


def test_without_niceness_nothing_changes():
    assert standing_back(0, daemon=True)[1] == of_session(0)
