"""Make, look at, spoil and forget a cloud: ``python -m tests.cloud up``.

See tests/cloud/README.rst.
"""

import argparse
import datetime
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

from openstack import exceptions

from tests.cloud import assembly, daemons, programs, traffic
from tests.cloud import settings as cloud_settings
from tests.tempest import processes

ENDED = {"stop": daemons.stop, "kill": lambda one: [daemons.kill(each) for each in one]}


def main() -> int:
    """Run from the command line."""
    options = _parser().parse_args()
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "up": _up,
        "down": _down,
        "wipe": _wipe,
        "status": _status,
        "start": _start,
        "stop": _end,
        "kill": _end,
        "run": _run,
        "traffic": _traffic,
    }
    processes.exit_on_signals()
    processes.end_leftovers(options.dir / "log")
    try:
        return verbs[options.verb](options)
    except processes.ProgramError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.cloud", description=__doc__)
    parser.add_argument(
        "--dir",
        type=pathlib.Path,
        default=cloud_settings.default_dir(),
        help="keeps all that belongs to it (SENLIN_LIKE_CLOUD_DIR; %(default)s)",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    up = verbs.add_parser("up", help="make it, or start what is missing")
    cloud_settings.add_options(up)
    verbs.add_parser("down", help="end every program, and keep everything else")
    wipe = verbs.add_parser("wipe", help="end and forget everything but the software")
    wipe.add_argument("--software", action="store_true", help="forget that too")
    verbs.add_parser("status", help="show what runs, and its memory")
    for verb, text in (
        ("start", "start programs, and wait until they answer"),
        ("stop", "end programs"),
        ("kill", "end programs as a loss of power would"),
    ):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("names", nargs="+", metavar="NAME", help="as status shows it")
    run = verbs.add_parser("run", help="run a command with clouds.yaml at hand")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    counted = verbs.add_parser("traffic", help="count the requests that were answered")
    for name in ("--after", "--before"):
        counted.add_argument(name, type=_time, metavar="TIME", help="like 22:30:00")
    counted.add_argument("--agent", help="only by clients with this in their name")
    counted.add_argument("--per", type=int, default=1, help="divide by so many nodes")
    return parser


def _known(options: argparse.Namespace) -> cloud_settings.Settings:
    """Return the settings of the cloud that is there.

    :raises processes.ProgramError: when there is none.
    """
    settings = cloud_settings.read(options.dir)
    if settings is None:
        reason = f"There is no cloud in {options.dir}: python -m tests.cloud up"
        raise processes.ProgramError(reason)
    return settings


def _up(options: argparse.Namespace) -> int:
    """Make it, or start what is missing."""
    settings = cloud_settings.settled(options)
    try:
        assembly.bring_up(settings)
    except exceptions.SDKException as error:
        raise processes.ProgramError(f"a service refuses: {error}") from error
    print(f"export OS_CLIENT_CONFIG_FILE={settings.clouds_file} OS_CLOUD=lab")
    return 0


def _down(options: argparse.Namespace) -> int:
    """End every program."""
    assembly.take_down(_known(options))
    processes.say("down")
    return 0


def _wipe(options: argparse.Namespace) -> int:
    """Forget everything."""
    if cloud_settings.read(options.dir) is None:
        processes.say(f"nothing to forget in {options.dir}")
        return 0
    assembly.wipe(_known(options), with_software=options.software)
    processes.say("forgotten")
    return 0


def _status(options: argparse.Namespace) -> int:
    """Show every program; the exit status is 0 only if all run."""
    total, missing = 0.0, 0
    for daemon in programs.every(_known(options)):
        pid = daemons.pid_of(daemon)
        if pid is None:
            missing += 1
            print(f"{daemon.name:20s} down")
            continue
        memory = processes.session_memory_mib(pid)
        total += memory
        where = daemon.url or ""
        print(f"{daemon.name:20s} up  {pid:8d} {memory:6.0f} MiB  {where}".rstrip())
    print(f"{total:.0f} MiB, {missing} down")
    return 1 if missing else 0


def _start(options: argparse.Namespace) -> int:
    """Start programs by name."""
    assembly.start(_known(options), *options.names)
    return 0


def _end(options: argparse.Namespace) -> int:
    """Stop or kill programs by name."""
    settings = _known(options)
    ended = [programs.named(settings, name) for name in options.names]
    ENDED[options.verb](ended)
    return 0


def _run(options: argparse.Namespace) -> int:
    """Run a command as a user of the cloud."""
    settings = _known(options)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    path = f"{os.environ.get('PATH', os.defpath)}:{programs.venv(settings) / 'bin'}"
    environment = {
        "OS_CLOUD": "lab",
        **os.environ,
        "OS_CLIENT_CONFIG_FILE": str(settings.clouds_file),
        # For the suite beside this file, and that of the drivers.
        "SENLIN_LIKE_CLOUD_DIR": str(settings.dir),
        "SENLIN_LIKE_CLOUD": str(settings.clouds_file),
        "PATH": path,
    }
    return subprocess.run(command, env=environment, check=False).returncode


def _traffic(options: argparse.Namespace) -> int:
    """Count the requests of the APIs."""
    found = traffic.calls(_known(options).log_dir)
    if options.agent is not None:
        found = [call for call in found if options.agent in call.agent]
    first = options.after if options.after is not None else 0.0
    end = options.before if options.before is not None else float("inf")
    counted = traffic.count(traffic.between(found, first, end))
    print(traffic.table(counted, options.per))
    return 0


def _time(text: str) -> float:
    """Read a time of today, or with a date, as seconds since 1970."""
    if ":" in text and "-" not in text:
        text = f"{datetime.date.today().isoformat()} {text}"
    return datetime.datetime.fromisoformat(text).astimezone().timestamp()


if __name__ == "__main__":
    sys.exit(main())
