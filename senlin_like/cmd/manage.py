"""``senlin-like-manage``: what operators do from a shell."""

import argparse
import datetime
import getpass
import os
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import alembic.util
from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.cmd import assembly, clouds, console, keys, refusing, state, users
from senlin_like.conf import opts
from senlin_like.context import RequestContext
from senlin_like.db import purge, vault
from senlin_like.db.migrations import migrate
from senlin_like.operations import actions, services

_UNITS = ("days", "hours", "minutes", "seconds")
_OPERATOR = RequestContext(
    user_id="operator", project_id="", is_admin=True, all_projects=True
)


def db_sync(conf: cfg.ConfigOpts) -> None:
    """Bring the database to the present tables."""
    until = getattr(conf.command, "until", None) or "head"
    try:
        migrate.sync(_url(conf), until)
    except alembic.util.CommandError as error:
        raise exceptions.Invalid(f"Version {until}: {error}.") from error
    console.say(f"The database is at version {migrate.version(_url(conf))}.")


def db_version(conf: cfg.ConfigOpts) -> None:
    """Print the version of the database."""
    console.say(str(migrate.version(_url(conf))))


def db_check(conf: cfg.ConfigOpts) -> None:
    """End with 1 if the database isn't at the version of this release."""
    found, wanted = migrate.version(_url(conf)), migrate.newest()
    if found != wanted:
        raise exceptions.Invalid(f"The database is at {found}, not at {wanted}.")
    console.say(f"The database is at version {found}, as it should be.")


def _url(conf: cfg.ConfigOpts) -> str:
    if not conf.database.connection:
        raise exceptions.Invalid("[database] connection is not set.")
    return str(conf.database.connection)


def service_list(conf: cfg.ConfigOpts) -> None:
    """Print the processes of the service and whether they live."""
    with console.opened(conf) as deps:
        rows = services.list_all(deps)
    heads = ("id", "host", "binary", "topic", "state", "updated_at")
    console.table(heads, [[str(row[head]) for head in heads] for row in rows])


def event_purge(conf: cfg.ConfigOpts) -> None:
    """Delete old events."""
    before, choice = _before(_age(conf)), _choice(conf)
    console.say(
        f"Deleted {purge.events(assembly.open_database(conf), before, choice)}."
    )


def action_purge(conf: cfg.ConfigOpts) -> None:
    """Delete actions that ended long ago."""
    age, least = _age(conf), conf.default_action_timeout
    if age.total_seconds() < least:
        raise exceptions.Invalid(
            f"The age must be {least} seconds or more ([DEFAULT] "
            "default_action_timeout): somebody may still look at younger actions."
        )
    choice = _choice(conf)
    gone = purge.actions(assembly.open_database(conf), _before(age), choice)
    console.say(f"Deleted {gone}.")


def _age(conf: cfg.ConfigOpts) -> datetime.timedelta:
    command = conf.command
    if command.age < 0:
        raise exceptions.Invalid("The age must not be negative.")
    try:
        return datetime.timedelta(**{command.granularity: command.age})
    except OverflowError as error:
        raise exceptions.Invalid("The age is more than there is time.") from error


def _before(age: datetime.timedelta) -> datetime.datetime:
    try:
        return datetime.datetime.now(datetime.UTC) - age
    except OverflowError as error:
        raise exceptions.Invalid("The age is more than there is time.") from error


def _choice(conf: cfg.ConfigOpts) -> purge.Choice:
    command = conf.command
    if command.limit is not None and command.limit < 1:
        raise exceptions.Invalid("The limit must be 1 or more.")
    return purge.Choice(
        projects=_split(command.project_id),
        clusters=_split(command.cluster_id),
        limit=command.limit,
    )


def _split(given: Sequence[str] | None) -> list[str]:
    """Read ids that were given several times, or with semicolons between them."""
    return [name for text in given or () for name in text.split(";") if name]


def action_cancel(conf: cfg.ConfigOpts) -> None:
    """Ask an action of any project to stop."""
    command = conf.command
    with console.opened(conf) as deps:
        actions.cancel(deps, _OPERATOR, command.action_id, force=command.force)


def action_suspend(conf: cfg.ConfigOpts) -> None:
    """Let an action pause before its next step."""
    with console.opened(conf) as deps:
        actions.suspend(deps, _OPERATOR, conf.command.action_id)


def action_resume(conf: cfg.ConfigOpts) -> None:
    """Let a suspended action go on."""
    with console.opened(conf) as deps:
        actions.resume(deps, _OPERATOR, conf.command.action_id)


def secrets_new_key(conf: cfg.ConfigOpts) -> None:
    """Print a new key, or put it first into a key file."""
    key = vault.new_key()
    if conf.command.file is None:
        console.say(key)
        return
    keys.put_first(pathlib.Path(conf.command.file), key)
    console.say(f"A new key stands first in {conf.command.file}.")


def user_set(conf: cfg.ConfigOpts) -> None:
    """Add a user of 'http_basic', or change the password; read from stdin."""
    command = conf.command
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password of {command.login}: ")
    else:
        password = sys.stdin.readline().rstrip("\n")
    users.set_password(_user_file(conf), command.login, password)
    console.say(f"User '{command.login}' is in {_user_file(conf)}.")


def user_remove(conf: cfg.ConfigOpts) -> None:
    """Take a user of 'http_basic' out."""
    users.remove(_user_file(conf), conf.command.login)
    console.say(f"User '{conf.command.login}' is gone.")


def _user_file(conf: cfg.ConfigOpts) -> pathlib.Path:
    name = conf.command.file or conf.senlin_api.http_basic_auth_user_file
    if not name:
        raise exceptions.Invalid(
            "Which file? Use --file or [senlin_api] http_basic_auth_user_file."
        )
    return pathlib.Path(name)


def add_commands(subparsers: Any) -> None:
    """Declare all commands; the old names of two words in one stay."""
    db = subparsers.add_parser("db", help="the database").add_subparsers(
        dest="what", required=True
    )
    sync = _command(db, "sync", db_sync)
    sync.add_argument("until", nargs="?", help="version to stop at")
    _command(db, "version", db_version)
    _command(db, "check", db_check)
    _command(subparsers, "db_sync", db_sync)
    _command(subparsers, "db_version", db_version)
    service = subparsers.add_parser("service", help="processes").add_subparsers(
        dest="what", required=True
    )
    _command(service, "list", service_list)
    for name, work in (("event_purge", event_purge), ("action_purge", action_purge)):
        purging = _command(subparsers, name, work)
        _purges(purging)
    action = subparsers.add_parser("action", help="actions").add_subparsers(
        dest="what", required=True
    )
    cancelling = _command(action, "cancel", action_cancel)
    cancelling.add_argument("--force", action="store_true")
    for sub in (
        cancelling,
        _command(action, "suspend", action_suspend),
        _command(action, "resume", action_resume),
    ):
        sub.add_argument("action_id")
    cloud = subparsers.add_parser("cloud", help="what is in the cloud").add_subparsers(
        dest="what", required=True
    )
    clouds.add_report(_command(cloud, "report", clouds.report))
    clouds.add_mend(_command(cloud, "mend", clouds.mend))
    secrets = subparsers.add_parser("secrets", help="keys").add_subparsers(
        dest="what", required=True
    )
    _command(secrets, "new-key", secrets_new_key).add_argument("--file")
    user = subparsers.add_parser("user", help="users of http_basic").add_subparsers(
        dest="what", required=True
    )
    for name, work in (("set", user_set), ("remove", user_remove)):
        changing = _command(user, name, work)
        changing.add_argument("login", metavar="NAME")
        changing.add_argument("--file", help="the htpasswd file")


def _purges(purging: argparse.ArgumentParser) -> None:
    purging.add_argument(
        "-p", "--project-id", action="append", help="only of these projects"
    )
    purging.add_argument(
        "-c", "--cluster-id", action="append", help="only of these clusters"
    )
    purging.add_argument(
        "-l", "--limit", type=int, help="how many go at most, the oldest first"
    )
    purging.add_argument("-g", "--granularity", choices=_UNITS, default="days")
    purging.add_argument(
        "age", type=int, nargs="?", default=30, help="older ones go (%(default)s)"
    )


def _command(
    subparsers: Any, name: str, work: Callable[[cfg.ConfigOpts], None]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=work.__doc__)
    parser.set_defaults(work=work)
    return parser


def _lead(conf: cfg.ConfigOpts, folder: state.Folder) -> None:
    """Let a command work on a standalone service.

    :raises Invalid: when there is none.
    """
    folder.check()
    os.umask(state.PRIVATE)
    folder.lead(conf)


def main() -> None:
    """Carry out one command; 0 if all is well, 1 with the reason if not.

    Some commands end with other numbers too, which tell what they have found.
    """
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf.register_cli_opts(
        [
            cfg.StrOpt(
                "state-dir",
                metavar="DIR",
                help="state directory of the senlin-like-standalone that is meant",
            ),
            cfg.SubCommandOpt("command", title="Commands", handler=add_commands),
        ]
    )
    files = assembly.default_files()
    with refusing.told():
        conf(sys.argv[1:], project="senlin_like", default_config_files=files)
        if conf.state_dir is not None:
            _lead(conf, state.Folder(pathlib.Path(conf.state_dir)))
        conf.command.work(conf)
