"""Do to a cloud what goes wrong in real ones, and undo it after the test."""

import contextlib
import os
import pathlib
import signal
import threading
from collections.abc import Iterator

from tests.cloud import assembly, daemons, programs
from tests.cloud import settings as cloud_settings


@contextlib.contextmanager
def without(settings: cloud_settings.Settings, *names: str) -> Iterator[None]:
    """Have programs stopped inside the block, and up again after it."""
    daemons.stop(programs.named(settings, name) for name in names)
    try:
        yield
    finally:
        assembly.start(settings, *names)


@contextlib.contextmanager
def away_for(
    settings: cloud_settings.Settings, seconds: float, *names: str
) -> Iterator[None]:
    """Stop programs, and start them again after some seconds, while the block runs.

    They answer again when the block is left.
    """
    daemons.stop(programs.named(settings, name) for name in names)
    timer = threading.Timer(seconds, assembly.start, [settings, *names])
    timer.start()
    try:
        yield
    finally:
        timer.join()
        assembly.start(settings, *names)


@contextlib.contextmanager
def frozen(settings: cloud_settings.Settings, *names: str) -> Iterator[None]:
    """Let programs hang inside the block: they take connections and don't answer."""
    held = [programs.named(settings, name) for name in names]
    try:
        for daemon in held:
            daemons.send(daemon, signal.SIGSTOP)
        yield
    finally:
        for daemon in held:
            daemons.send(daemon, signal.SIGCONT)


@contextlib.contextmanager
def lost_host(settings: cloud_settings.Settings, host: str) -> Iterator[None]:
    """Have a host without power inside the block; Nova notices after 20 s."""
    daemon = programs.named(settings, f"nova-compute-{host}")
    daemons.kill(daemon)
    try:
        yield
    finally:
        daemons.start(daemon)


@contextlib.contextmanager
def fault(
    settings: cloud_settings.Settings, host: str, name: str, text: str = ""
) -> Iterator[None]:
    """Let a host fail inside the block, in a way that plugins/lab_virt.py knows.

    ``name`` is such as ``spawn-abort``, and ``text`` the reason or the seconds.
    """
    path = settings.dir / "nova" / host / "faults" / name
    path.write_text(text)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def crash_guest(settings: cloud_settings.Settings, server_id: str) -> None:
    """Shut a guest off behind Nova's back, which sees it within 20 s.

    :raises LookupError: when no host has this guest.
    """
    path = guest(settings, server_id)
    name = path.read_text().partition(" ")[2]
    written = path.with_name(f"{path.name}.new")
    written.write_text(f"crashed {name}")
    os.replace(written, path)


def lose_guest(settings: cloud_settings.Settings, server_id: str) -> None:
    """Remove a guest behind Nova's back.

    :raises LookupError: when no host has this guest.
    """
    guest(settings, server_id).unlink()


def guest(settings: cloud_settings.Settings, server_id: str) -> pathlib.Path:
    """Return the file that is a guest.

    :raises LookupError: when no host has it.
    """
    found = list((settings.dir / "nova").glob(f"*/guests/{server_id}"))
    if not found:
        raise LookupError(f"no guest {server_id} on any host")
    return found[0]
