"""Bring a cloud up step by step, take it down, and forget it.

What is done once is noted in the folder ``done``, so that a run that was interrupted
goes on where it was.
"""

import concurrent.futures
import pathlib
import shutil
import time

from tests.cloud import (
    accounts,
    daemons,
    installation,
    programs,
    resources,
    schemas,
    storage,
    templates,
)
from tests.cloud import settings as cloud_settings
from tests.tempest import processes

START_TIMEOUT_S = 240
#: How many schemas are made at a time.
JOBS = 3
#: The ones that take longest first.
SCHEMAS = (
    "neutron",
    "nova",
    "heat",
    "octavia",
    "cinder",
    "glance",
    "placement",
    "zaqar",
)
FOLDERS = (
    "glance/images",
    "glance/staging",
    "glance/tasks",
    "keystone",
    "lock",
    "log",
    "neutron",
    "nova",
    "octavia",
)


def bring_up(settings: cloud_settings.Settings) -> None:
    """Make a cloud, or start what is missing of one.

    :raises processes.ProgramError: when a step fails.
    :raises openstack.exceptions.SDKException: when a service refuses.
    """
    began = time.monotonic()
    cloud_settings.write(settings)
    for folder in FOLDERS:
        (settings.dir / folder).mkdir(parents=True, exist_ok=True)
    if not installation.is_current(settings):
        take_down(settings)
    installation.prepare(settings)
    installed = time.monotonic()
    templates.write_all(settings, programs.venv(settings))
    if not _is_done(settings, "databases"):
        storage.make_databases(settings)
        _note_done(settings, "databases")
    storage.make_vhost(settings)
    _make_schema(settings, "keystone")
    keystone = programs.named(settings, "keystone")
    daemons.start(keystone)
    with concurrent.futures.ProcessPoolExecutor(JOBS) as pool:
        # Processes, since what runs and ends programs wants the main thread.
        made = [
            pool.submit(_make_schema, settings, service)
            for service in SCHEMAS
            if settings.has(service)
        ]
        daemons.wait_for_answer(keystone, START_TIMEOUT_S)
        accounts.write_clouds(settings)
        accounts.fill(settings)
        for each in concurrent.futures.as_completed(made):
            each.result()
    processes.say(f"tables and users after {time.monotonic() - began:.0f} s")
    start(settings)
    resources.make(settings)
    resources.settle_hosts(settings)
    now = time.monotonic()
    processes.say(
        f"up after {now - began:.0f} s, {now - installed:.0f} s without installation"
    )


def start(settings: cloud_settings.Settings, *names: str) -> None:
    """Start some programs, or all, and wait until they answer.

    :raises processes.ProgramError: when one ends or doesn't answer.
    """
    wanted = [
        programs.named(settings, name) for name in names or programs.names(settings)
    ]
    for daemon in wanted:
        daemons.start(daemon)
    for daemon in wanted:
        daemons.wait_for_answer(daemon, START_TIMEOUT_S)
    for daemon in wanted:
        if daemons.pid_of(daemon) is None:
            reason = f"{daemon.name} has ended:\n{processes.tail(daemon.log)}"
            raise processes.ProgramError(reason)


def take_down(settings: cloud_settings.Settings) -> None:
    """End every program, and keep everything else."""
    daemons.stop(programs.every(settings))


def wipe(settings: cloud_settings.Settings, *, with_software: bool = False) -> None:
    """End every program, and forget everything, but the software unless told so.

    :raises processes.ProgramError: when a server refuses to remove what is ours.
    """
    take_down(settings)
    storage.drop_databases(settings)
    storage.drop_vhost(settings)
    kept = "" if with_software else "venv"
    # What says that this is a cloud goes last.
    for path in sorted(settings.dir.iterdir(), key=cloud_settings.is_memory):
        if path.name != kept:
            _remove(path)


def _remove(path: pathlib.Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _make_schema(settings: cloud_settings.Settings, service: str) -> None:
    """Make the tables of a service once."""
    if not _is_done(settings, f"schema-{service}"):
        schemas.make(settings, service)
        _note_done(settings, f"schema-{service}")


def _is_done(settings: cloud_settings.Settings, step: str) -> bool:
    """Tell whether an earlier run has finished a step."""
    return (settings.dir / "done" / step).exists()


def _note_done(settings: cloud_settings.Settings, step: str) -> None:
    """Remember that a step is finished."""
    place = settings.dir / "done"
    place.mkdir(exist_ok=True)
    (place / step).touch()
