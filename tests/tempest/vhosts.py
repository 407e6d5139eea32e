"""Make a virtual host on RabbitMQ, and remove it; or a queue in another one."""

import contextlib
import pathlib
import shutil
from collections.abc import Iterator

import processes

CONTROL_TIMEOUT_S = 60


@contextlib.contextmanager
def made(name: str, user: str, work_dir: pathlib.Path) -> Iterator[None]:
    """Have a virtual host inside the block that this user may do all on.

    :raises processes.ProgramError: when ``rabbitmqctl`` isn't there or refuses.
    """
    _rabbitmqctl(work_dir, "add_vhost", name)
    try:
        everything = [".*", ".*", ".*"]
        _rabbitmqctl(work_dir, "set_permissions", "-p", name, user, *everything)
        yield
    finally:
        _rabbitmqctl(work_dir, "delete_vhost", name)


def delete_queue(vhost: str, name: str, work_dir: pathlib.Path) -> None:
    """Remove a queue that is there.

    :raises processes.ProgramError: when ``rabbitmqctl`` isn't there or refuses.
    """
    _rabbitmqctl(work_dir, "delete_queue", "-p", vhost, name)


def _rabbitmqctl(work_dir: pathlib.Path, *arguments: str) -> None:
    """Run RabbitMQ's administration command."""
    command = shutil.which("rabbitmqctl")
    if command is None:
        reason = "rabbitmqctl isn't on the PATH: name a virtual host in --transport-url"
        raise processes.ProgramError(reason)
    program = processes.Program(
        name=f"rabbitmqctl-{arguments[0]}",
        command=[command, "-q", *arguments],
        run_dir=work_dir / "log",
    )
    processes.run(program, CONTROL_TIMEOUT_S)
