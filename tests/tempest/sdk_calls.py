"""Make every call of openstacksdk's clustering proxy against a service.

``sdk_calls.py --cloud NAME`` takes the cloud from clouds.yaml.  The calls are
listed by introspection, so that none is forgotten.  Prints a table and exits
with 1 if a call doesn't do what it should or has no check here.
"""

import argparse
import functools
import inspect
import os
import pathlib
import secrets
import sys
import traceback
from collections.abc import Callable

import environments

CALL_TIMEOUT_S = 60
#: How the names of the files with checks end.
CHECKS = "_checks.py"


def main() -> int:
    """Make the calls from the command line, in an environment of their own."""
    options = _parse()
    return run_inside(options, _make_calls)


def _parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--microversion", default="1.14", help="(%(default)s)")
    parser.add_argument(
        "--with-later", action="store_true", help="metadata of clusters too"
    )
    parser.add_argument(
        "--unmanaged-server",
        metavar="ID",
        help="a server that no node has, to be adopted; without it adopt_node is "
        "left out",
    )
    return parser.parse_args()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which SDK talks to which cloud."""
    parser.add_argument(
        "--work-dir", type=pathlib.Path, default=environments.default_work_dir()
    )
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--cloud", default=os.environ.get("OS_CLOUD"))
    parser.add_argument(
        "--newest", action="store_true", help="openstacksdk's newest release"
    )


def run_inside(
    options: argparse.Namespace, work: Callable[[argparse.Namespace], int]
) -> int:
    """Do the work of a command in the environment with the SDK.

    Outside of it the command begins anew inside.  Returns the exit status.
    """
    work_dir = options.work_dir.resolve()
    return environments.until_done(work_dir, lambda: _enter(options, work_dir, work))


def _enter(
    options: argparse.Namespace,
    work_dir: pathlib.Path,
    work: Callable[[argparse.Namespace], int],
) -> int:
    """Do the work, or begin anew inside the environment with the SDK."""
    environment = environments.Environment(
        name="sdk-newest" if options.newest else "sdk",
        packages=("openstacksdk",),
        constraints=(
            None if options.newest else environments.HERE / "constraints-sdk.txt"
        ),
        python=options.python,
    )
    # Inside, the interpreter of the environment is the one that runs us.
    if pathlib.Path(sys.prefix) == work_dir / "venv" / environment.name:
        return work(options)
    bin_dir = environments.prepare(environment, work_dir)
    python = str(bin_dir / "python")
    return environments.stay([python, *sys.argv], None)


def proxy_calls(proxy: type) -> list[str]:
    """List the public calls that a class of the SDK itself defines."""
    return sorted(
        name
        for name, member in vars(proxy).items()
        if inspect.isfunction(member) and not name.startswith("_")
    )


def _make_calls(options: argparse.Namespace) -> int:
    """Make all calls in order and print the table."""
    import openstack
    import sdk_checks
    from openstack import version
    from openstack.clustering.v1 import _proxy

    connection = openstack.connect(
        cloud=options.cloud,
        api_timeout=CALL_TIMEOUT_S,
        # Without it the SDK sends no version, and old resources answer as 1.0.
        clustering_default_microversion=options.microversion,
    )
    checks = sdk_checks.Checks(
        proxy=connection.clustering,
        name=f"sdk-{secrets.token_hex(3)}",
        unmanaged=options.unmanaged_server,
    )
    calls = proxy_calls(_proxy.Proxy)
    left_out = [] if options.with_later else sdk_checks.LATER
    wrong = 0
    for step in sdk_checks.STEPS:
        covered = [call for call in step.calls if call in calls]
        if set(covered) & set(left_out) or (step.adopts and not checks.unmanaged):
            print(f"left out    {', '.join(covered)}", flush=True)
        else:
            complaint = attempt(functools.partial(step.check, checks))
            wrong += bool(complaint)
            verdict = "FAILS" if complaint else "works"
            print(f"{verdict:11} {', '.join(covered)} {complaint}", flush=True)
    covered = {call for step in sdk_checks.STEPS for call in step.calls}
    forgotten = sorted(set(calls) - covered)
    for call in forgotten:
        print(f"FAILS       {call}: no check here")
    print(
        f"{len(calls)} calls of openstacksdk {version.__version__}, "
        f"{len(sdk_checks.STEPS)} steps, {wrong + len(forgotten)} fail"
    )
    return 1 if wrong or forgotten else 0


def attempt(check: Callable[[], None]) -> str:
    """Run a check and return what is wrong, empty if nothing is."""
    try:
        check()
    # Whatever goes wrong in one call, the other calls are made all the same.
    except Exception as error:  # noqa: BLE001
        place = traceback.extract_tb(error.__traceback__)
        paths = [(pathlib.Path(frame.filename).name, frame.lineno) for frame in place]
        lines = [f"{name}:{line}" for name, line in paths if name.endswith(CHECKS)]
        where = f" ({lines[-1]})" if lines else ""
        return f"{type(error).__name__}: {str(error)[:300]}{where}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
