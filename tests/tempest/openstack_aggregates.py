"""Run every ``openstack aggregate`` command, and those that list hosts.

Takes the current python-openstackclient, or with ``--retired`` the one that
``openstack_client.py`` uses.  Runs below ``service.py``, whose clouds also have the
images that ``aggregate cache image`` looks for.  Prints a table and exits with 1 if
a command doesn't do what it should.
"""

import argparse
import configparser
import dataclasses
import os
import pathlib
import secrets
import sys
from collections.abc import Sequence

import aggregate_commands
import environments
import images
import openstack_client


def main() -> int:
    """Run the commands from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--work-dir", type=pathlib.Path, default=environments.default_work_dir()
    )
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--cloud", default=os.environ.get("OS_CLOUD"))
    parser.add_argument(
        "--user-cloud",
        metavar="NAME",
        help="a cloud whose user is no administrator, to be refused; without it "
        "nobody is",
    )
    parser.add_argument(
        "--retired", action="store_true", help="the client of OpenStack 2024.1"
    )
    parser.add_argument(
        "--newest", action="store_true", help="the newest release of the client"
    )
    options = parser.parse_args()
    return environments.until_done(options.work_dir, lambda: _run(options))


def _prepare(options: argparse.Namespace) -> pathlib.Path:
    """Install the client, and return the directory of its programs."""
    work_dir = options.work_dir.resolve()
    if options.retired:
        return openstack_client.prepare(work_dir, options.python)
    pinned = environments.HERE / "constraints-aggregates.txt"
    environment = environments.Environment(
        name="aggregates-newest" if options.newest else "aggregates",
        packages=("python-openstackclient",),
        constraints=None if options.newest else pinned,
        python=options.python,
    )
    return environments.prepare(environment, work_dir)


def _run(options: argparse.Namespace) -> int:
    """Install the client, run the commands and print the table."""
    bin_dir = _prepare(options)
    admin = openstack_client.Client(
        program=str(bin_dir / "openstack"),
        options=["--os-cloud", options.cloud],
        group=(),
    )
    names = {"name": f"agg-{secrets.token_hex(3)}", "image": next(iter(images.IMAGES))}
    rows = openstack_client.try_all(aggregate_commands.COMMANDS, names, admin)
    if options.user_cloud:
        user = dataclasses.replace(admin, options=["--os-cloud", options.user_cloud])
        rows += openstack_client.try_all(aggregate_commands.REFUSED, names, user)
    forgotten = openstack_client.uncovered(_known(bin_dir), aggregate_commands.COMMANDS)
    rows += [(name, "not in our list of commands") for name in forgotten]
    return openstack_client.summarise(rows)


def _known(bin_dir: pathlib.Path) -> Sequence[str]:
    """List the client's commands about aggregates."""
    (listing,) = bin_dir.parent.glob(
        "lib/python3*/site-packages/python_openstackclient-*.dist-info/entry_points.txt"
    )
    parser = configparser.ConfigParser(delimiters="=")
    parser.read(listing)
    names = [name.replace("_", " ") for name in parser["openstack.compute.v2"]]
    return sorted(name for name in names if name.startswith("aggregate "))


if __name__ == "__main__":
    sys.exit(main())
