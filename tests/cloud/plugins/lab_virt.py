"""Stand in for a hypervisor whose guests outlive nova-compute and can be spoilt.

Below the ``state_path`` of a host, ``guests/<server id>`` is a guest: a file with
its state and its name.  To write another state, or to remove the file, is what
happens to a guest behind Nova's back.  Files in ``faults/`` make the host fail, for
as long as they are there:

``spawn-abort``  a server isn't built, and ends in ERROR; the text says why
``spawn-fail``   the same, but Nova tries other hosts before
``spawn-delay``  building takes so many seconds
``reboot-fail``  a reboot fails
``power-fail``   to start or stop a server fails

Nova takes drivers from its own package only: this file is copied to ``nova.virt``.
"""

import collections.abc
import os
import pathlib
import time
from collections.abc import Iterator
from typing import Any

import nova.conf
from nova import exception
from nova.compute import power_state
from nova.virt import fake

STATES = {
    "running": power_state.RUNNING,
    "paused": power_state.PAUSED,
    "suspended": power_state.SUSPENDED,
    "shutdown": power_state.SHUTDOWN,
    "crashed": power_state.CRASHED,
}
WORDS = {state: word for word, state in STATES.items()}


class Guest:
    """A guest as the fake driver sees it: it asks for attributes and for items."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self.uuid = path.name

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    @property
    def name(self) -> str:
        return self._words()[1]

    @property
    def state(self) -> int:
        # Somebody wrote a word that isn't known here.
        return STATES.get(self._words()[0], power_state.CRASHED)

    @state.setter
    def state(self, state: int) -> None:
        keep(self._path, state, self.name)

    def _words(self) -> tuple[str, str]:
        try:
            state, _, name = self._path.read_text().strip().partition(" ")
        except FileNotFoundError as error:
            raise exception.InstanceNotFound(instance_id=self.uuid) from error
        return state, name


class Guests(collections.abc.MutableMapping[str, Any]):
    """The fake driver's guests by id, in a folder instead of in memory."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def __getitem__(self, uuid: str) -> Guest:
        if not (self._folder / uuid).exists():
            raise KeyError(uuid)
        return Guest(self._folder / uuid)

    def __setitem__(self, uuid: str, guest: Any) -> None:
        keep(self._folder / uuid, guest.state, guest.name)

    def __delitem__(self, uuid: str) -> None:
        try:
            (self._folder / uuid).unlink()
        except FileNotFoundError as error:
            raise KeyError(uuid) from error

    def __iter__(self) -> Iterator[str]:
        # With a dot in the name it is being written.
        names = [path.name for path in self._folder.iterdir()]
        return iter(name for name in names if "." not in name)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def keep(path: pathlib.Path, state: int, name: str) -> None:
    """Write a guest down, so that nobody ever reads half of it."""
    written = path.with_name(f"{path.name}.new")
    written.write_text(f"{WORDS.get(state, 'shutdown')} {name}\n")
    os.replace(written, path)


# FakeDriver itself makes up another node in each process, so that a host would
# not be the same after a restart.
class LabDriver(fake.FakeDriverWithoutFakeNodes):
    """A host that a test can fill and spoil."""

    vcpus = 256
    memory_mb = 1024 * 1024
    local_gb = 10000

    def __init__(self, virtapi: Any, read_only: bool = False) -> None:
        super().__init__(virtapi, read_only)
        state_path = pathlib.Path(nova.conf.CONF.state_path)
        self.instances = Guests(state_path / "guests")
        self._faults = state_path / "faults"
        self._faults.mkdir(exist_ok=True)

    def spawn(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        if seconds := self._fault("spawn-delay"):
            time.sleep(float(seconds))
        if reason := self._fault("spawn-abort"):
            raise exception.BuildAbortException(
                instance_uuid=instance.uuid, reason=reason
            )
        if reason := self._fault("spawn-fail"):
            raise exception.NovaException(reason)
        return super().spawn(context, instance, *args, **kwargs)

    def reboot(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        if reason := self._fault("reboot-fail"):
            raise exception.InstanceRebootFailure(reason=reason)
        return super().reboot(context, instance, *args, **kwargs)

    def power_on(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        if reason := self._fault("power-fail"):
            raise exception.InstancePowerOnFailure(reason=reason)
        return super().power_on(context, instance, *args, **kwargs)

    def power_off(self, instance: Any, *args: Any, **kwargs: Any) -> Any:
        if reason := self._fault("power-fail"):
            raise exception.InstancePowerOffFailure(reason=reason)
        return super().power_off(instance, *args, **kwargs)

    def _fault(self, name: str) -> str | None:
        """Return what a fault's file says, or its name; None if there is none."""
        try:
            return (self._faults / name).read_text().strip() or name
        except FileNotFoundError:
            return None
