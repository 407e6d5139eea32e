"""Make the virtual environments of the programs that the tests need.

Each is made of exact versions in a constraints file, and made again only when
that file, the list of packages or the interpreter has changed.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import processes

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
INSTALL_TIMEOUT_S = 1200
DATABASE_TIMEOUT_S = 60


@dataclasses.dataclass(frozen=True, kw_only=True)
class Environment:
    """Describe a virtual environment; without constraints the newest is taken."""

    name: str
    packages: Sequence[str]
    constraints: pathlib.Path | None
    python: str = sys.executable


def default_work_dir() -> pathlib.Path:
    """Return the directory for everything made by the tests."""
    chosen = os.environ.get("SENLIN_LIKE_TEMPEST_DIR")
    return pathlib.Path(chosen) if chosen else CHECKOUT / ".cache" / "tempest"


def prepare(environment: Environment, work_dir: pathlib.Path) -> pathlib.Path:
    """Make an environment if need be, and return the directory of its programs.

    :raises processes.ProgramError: when a package can't be installed.
    """
    place = work_dir.resolve() / "venv" / environment.name
    stamp = place / "made-of"
    fingerprint = _fingerprint(environment)
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return place / "bin"
    processes.say(f"installing {environment.name}")
    shutil.rmtree(place, ignore_errors=True)
    for number, command in enumerate(_commands(environment, place)):
        program = processes.Program(
            name=f"install-{environment.name}-{number}",
            command=command,
            run_dir=work_dir / "log",
            # Versions of our own dependencies, as in tox, mean nothing to these.
            environment={"PIP_CONSTRAINT": ""},
        )
        processes.run(program, INSTALL_TIMEOUT_S)
    stamp.write_text(fingerprint)
    return place / "bin"


def free_port() -> int:
    """Find a port on the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database(verb: str, url: str, python: pathlib.Path, work_dir: pathlib.Path) -> None:
    """Make (``create``) a database anew, or ``drop`` it.

    :raises processes.ProgramError: when the server refuses.
    """
    program = processes.Program(
        name=f"database-{verb}",
        command=[str(python), str(HERE / "databases.py"), verb],
        run_dir=work_dir / "log",
        environment={"DATABASE_URL": url},
    )
    processes.run(program, DATABASE_TIMEOUT_S)


def write_clouds(work_dir: pathlib.Path, clouds: Mapping[str, object]) -> pathlib.Path:
    """Write a ``clouds.yaml`` that nobody else may read, and return its path."""
    path = work_dir.resolve() / "clouds.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    # Every JSON document is a YAML document.
    path.write_text(json.dumps(clouds, indent=2))
    return path


def escape(value: str) -> str:
    """Protect a value from being expanded by the configuration parser."""
    return value.replace("$", "$$")


def until_done(work_dir: pathlib.Path, work: Callable[[], int]) -> int:
    """Do the work of a command, and turn what stops it into an exit status.

    Ends first what a killed run in the same directory left behind.
    """
    processes.exit_on_signals()
    for name in processes.end_leftovers(work_dir / "log"):
        processes.say(f"ended {name}, left over from an earlier run")
    try:
        return work()
    except processes.ProgramError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def stay(command: Sequence[str], clouds_file: pathlib.Path | None) -> int:
    """Run a command with the clouds at hand, or wait for an interruption.

    Returns the exit status of the command.
    """
    environment = dict(os.environ)
    if clouds_file is not None:
        environment["OS_CLIENT_CONFIG_FILE"] = str(clouds_file)
    if command:
        return subprocess.run(command, env=environment, check=False).returncode
    processes.say("stop with Ctrl-C")
    signal.pause()
    return 0


def _commands(environment: Environment, place: pathlib.Path) -> list[list[str]]:
    """Say how to install: with uv if it is there, else with venv and pip."""
    wanted = list(environment.packages)
    if environment.constraints is not None:
        wanted += ["--constraint", str(environment.constraints)]
    python = str(place / "bin" / "python")
    if uv := shutil.which("uv"):
        return [
            [uv, "venv", "--python", environment.python, str(place)],
            # As pip does; a client that compiles itself at each start is slow.
            [uv, "pip", "install", "--compile-bytecode", "--python", python, *wanted],
        ]
    return [
        [environment.python, "-m", "venv", str(place)],
        [python, "-m", "pip", "install", "--disable-pip-version-check", *wanted],
    ]


def _fingerprint(environment: Environment) -> str:
    """Sum up what an environment is made of."""
    digest = hashlib.sha256(" ".join(environment.packages).encode())
    digest.update(environment.python.encode())
    if environment.constraints is not None:
        digest.update(environment.constraints.read_bytes())
    return digest.hexdigest()
