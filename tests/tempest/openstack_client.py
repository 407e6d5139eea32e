"""Run every ``openstack cluster`` command of python-senlinclient 3.1.0.

Whom to talk to is given as for the ``openstack`` command itself: by OS_CLOUD or
the other OS_* variables (Keystone), or by ``--auth-type`` and ``--endpoint``
(a service without Keystone).  Prints a table and exits with 1 if a command
doesn't do what it should.
"""

import argparse
import configparser
import dataclasses
import json
import os
import pathlib
import re
import secrets
import shlex
import string
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import client_commands
import environments

COMMAND_TIMEOUT_S = 300
PATIENCE_S = 180
SERVER = {
    "name": "client",
    "flavor": 1,
    "image": "cirros-0.4.0-x86_64-disk",
    "networks": [{"network": "private"}],
}
DELETION = {"criteria": "OLDEST_FIRST"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """Hold what a command printed and its exit status."""

    status: int
    output: str
    errors: str

    def document(self) -> Any:
        """Return the JSON in the output, which may begin with other lines."""
        found = re.search(r"^[\[{]", self.output, re.MULTILINE)
        return json.loads(self.output[found.start() :]) if found else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Client:
    """Hold the program with the options and words that go before every command."""

    program: str
    options: Sequence[str]
    group: Sequence[str] = ("cluster",)

    def call(self, words: Sequence[str]) -> Answer:
        """Run one command and return what it answered."""
        try:
            done = subprocess.run(
                [self.program, *self.options, *self.group, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=COMMAND_TIMEOUT_S,
                env={**os.environ, "PYTHONWARNINGS": "ignore", "COLUMNS": "300"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            text = f"took more than {COMMAND_TIMEOUT_S} s"
            return Answer(status=-1, output="", errors=text)
        return Answer(status=done.returncode, output=done.stdout, errors=done.stderr)


def check(
    command: client_commands.Command, names: dict[str, str], client: Client
) -> str:
    """Run a command, patiently if it says so, and return what is wrong with it.

    Adds to ``names`` what the command saves.  An empty text means that it works.
    """
    deadline = time.monotonic() + PATIENCE_S
    words = shlex.split(string.Template(command.line).substitute(names))
    if command.answers_json:
        words += ["-f", "json"]
    while complaint := _complain(command, names, client.call(words)):
        if not command.patient or time.monotonic() > deadline:
            break
        time.sleep(1)
    return complaint


def _complain(
    command: client_commands.Command, names: dict[str, str], answer: Answer
) -> str:
    """Compare an answer with what was wanted, and save from it."""
    if answer.status != command.status:
        text = (answer.errors or answer.output).strip()
        return f"exit status {answer.status}, not {command.status}: {text[-300:]}"
    printed = string.Template(command.prints).substitute(names)
    if printed not in answer.output:
        return f"{printed!r} isn't in the output: {answer.output.strip()[-300:]}"
    complained = string.Template(command.complains).substitute(names)
    if complained not in answer.errors:
        return f"{complained!r} isn't in the errors: {answer.errors.strip()[-300:]}"
    if not command.answers_json:
        return ""
    document = answer.document()
    row = document[0] if isinstance(document, list) and document else document
    if not isinstance(row, dict):
        return f"no row in the output: {answer.output.strip()[-300:]}"
    return _complain_about_row(command, names, row)


def _complain_about_row(
    command: client_commands.Command, names: dict[str, str], row: Mapping[str, Any]
) -> str:
    """Compare the fields of an answer with what was wanted, and save from it."""
    wanted_names = {*command.columns, *command.shows, *command.saves.values()}
    if missing := sorted(wanted_names - set(row)):
        return f"without {', '.join(missing)}: {', '.join(row)}"
    for field, value in command.shows.items():
        wanted = _fill(value, names)
        if row[field] != wanted:
            return f"{field} is {row[field]!r}, not {wanted!r}"
    names.update({name: str(row[field]) for name, field in command.saves.items()})
    return ""


def _fill(value: object, names: Mapping[str, str]) -> object:
    """Fill names into a text, or into all texts of a list or dictionary."""
    if isinstance(value, str):
        return string.Template(value).substitute(names)
    if isinstance(value, list):
        return [_fill(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _fill(one, names) for key, one in value.items()}
    return value


def plugin_commands(bin_dir: pathlib.Path) -> list[str]:
    """List the commands of the plugin without the word ``cluster``."""
    (listing,) = bin_dir.parent.glob(
        "lib/python3*/site-packages/python_senlinclient-*.dist-info/entry_points.txt"
    )
    parser = configparser.ConfigParser(delimiters="=")
    parser.read(listing)
    names = parser["openstack.clustering.v1"]
    return sorted(name.replace("_", " ").removeprefix("cluster ") for name in names)


def uncovered(
    known: Sequence[str], commands: Sequence[client_commands.Command]
) -> list[str]:
    """List the known commands that a list of ours forgets."""
    lines = [command.line for command in commands]
    return [
        name
        for name in known
        if not any(line == name or line.startswith(f"{name} ") for line in lines)
    ]


def write_files(place: pathlib.Path) -> dict[str, str]:
    """Write the files that commands read, and return their names."""
    place.mkdir(parents=True, exist_ok=True)
    server = {"type": "os.nova.server", "version": "1.0", "properties": SERVER}
    slow = {**SERVER, "metadata": {"simulated_wait_time": 20}}
    documents = {
        "spec": server,
        "other_spec": {**server, "properties": {**SERVER, "flavor": "new_flavor"}},
        "slow_spec": {**server, "properties": slow},
        "bad_spec": {**server, "properties": {**SERVER, "bogus": 1}},
        "policy_spec": {
            "type": "senlin.policy.deletion",
            "version": "1.0",
            "properties": DELETION,
        },
        "script": "uptime",
    }
    names = {}
    for name, document in documents.items():
        path = place / f"{name}.yaml"
        path.write_text(json.dumps(document))
        names[name] = str(path)
    return names


def prepare(work_dir: pathlib.Path, python: str) -> pathlib.Path:
    """Install the client with the releases of its time.

    :raises processes.ProgramError: when a package can't be installed.
    """
    environment = environments.Environment(
        name="openstackclient",
        packages=("python-openstackclient", "python-senlinclient", "setuptools"),
        constraints=environments.HERE / "constraints-openstackclient.txt",
        python=python,
    )
    return environments.prepare(environment, work_dir)


def main() -> int:
    """Run the commands from the command line."""
    options = _parse()
    return environments.until_done(options.work_dir, lambda: _run(options))


def _parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--work-dir", type=pathlib.Path, default=environments.default_work_dir()
    )
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--auth-type", choices=("none", "http_basic"))
    parser.add_argument("--endpoint", metavar="URL", help="for --auth-type")
    parser.add_argument("--user", default="demo", help="for http_basic (%(default)s)")
    parser.add_argument("--password", default="demo", help="for http_basic")
    parser.add_argument(
        "--unmanaged-server",
        metavar="ID",
        help="a server that no node has, to be adopted; without it the commands "
        "that adopt one are left out",
    )
    parser.add_argument(
        "--load-only",
        action="store_true",
        help="ask every command for its help; needs no service",
    )
    return parser.parse_args()


def _run(options: argparse.Namespace) -> int:
    """Install the client, run the commands and print the table."""
    bin_dir = prepare(options.work_dir.resolve(), options.python)
    known = plugin_commands(bin_dir)
    client = Client(program=str(bin_dir / "openstack"), options=_auth(options))
    if options.load_only:
        rows = [(name, _load(name, client)) for name in known]
    else:
        rows = try_all(*_given(options), client)
    forgotten = uncovered(known, client_commands.COMMANDS)
    rows += [(name, "not in our list of commands") for name in forgotten]
    return summarise(rows)


def _auth(options: argparse.Namespace) -> list[str]:
    """Return the options that say whom to talk to."""
    if options.auth_type is None:
        return []
    endpoint = options.endpoint.rstrip("/")
    if options.auth_type == "none":
        return ["--os-auth-type", "none", "--os-endpoint", endpoint]
    # With ``none`` alone the client finds the version by itself.
    return [
        "--os-auth-type",
        "http_basic",
        "--os-endpoint",
        f"{endpoint}/v1",
        "--os-username",
        options.user,
        "--os-password",
        options.password,
    ]


def _load(name: str, client: Client) -> str:
    """Ask a command for its help and return what is wrong with it."""
    answer = client.call([*name.split(), "--help"])
    fine = answer.status == 0 and f"usage: openstack cluster {name}" in answer.output
    complaint = "" if fine else answer.errors[-300:]
    _print_row(name, complaint)
    return complaint


def _given(
    options: argparse.Namespace,
) -> tuple[list[client_commands.Command], dict[str, str]]:
    """Return the commands to run, and the names to begin with."""
    names = {"name": f"cli-{secrets.token_hex(3)}"}
    names |= write_files(options.work_dir.resolve() / "client")
    commands = list(client_commands.COMMANDS)
    if options.unmanaged_server:
        names["unmanaged"] = options.unmanaged_server
        return commands, names
    for command in commands:
        if "$unmanaged" in command.line:
            print(f"left out    {command.line}: no --unmanaged-server")
    return [one for one in commands if "$unmanaged" not in one.line], names


def try_all(
    commands: Sequence[client_commands.Command], names: dict[str, str], client: Client
) -> list[tuple[str, str]]:
    """Run all commands in order; return each line with what is wrong with it."""
    rows = []
    for command in commands:
        try:
            complaint = check(command, names, client)
        except KeyError as error:
            complaint = f"not run, an earlier command should have given {error}"
        except ValueError as error:
            complaint = f"the output isn't JSON: {error}"
        _print_row(command.line, complaint)
        rows.append((command.line, complaint))
    return rows


def summarise(rows: Sequence[tuple[str, str]]) -> int:
    """Print how many commands work, and return the exit status."""
    wrong = [complaint for _, complaint in rows if complaint]
    print(f"{len(rows) - len(wrong)} work, {len(wrong)} fail")
    return 1 if wrong else 0


def _print_row(line: str, complaint: str) -> None:
    """Print a row of the table."""
    verdict = f"FAILS       {line}: {complaint}" if complaint else f"works       {line}"
    print(verdict, flush=True)


if __name__ == "__main__":
    sys.exit(main())
