"""``senlin-like-manage cloud``: what is in the cloud without a node, and so on."""

import argparse
import json
import sys
import time
from typing import Any

from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.cmd import console
from senlin_like.db.migrations import migrate
from senlin_like.operations import leaks, mending
from senlin_like.operations.sites import Unasked

#: Exit status when there is something that an operator should look at.
FOUND = 3
_HEADS = ("project", "region", "kind", "id", "name", "mark", "verdict", "reason")


def report(conf: cfg.ConfigOpts) -> None:
    """Print what in the cloud has our mark and no node; end with 3 if anything.

    And the nodes that say ACTIVE whose object isn't there.
    """
    _require_release(conf)
    choice = _choice(conf)
    with console.opened(conf) as deps:
        found = leaks.report(deps, choice)
    write = _as_json if conf.command.format == "json" else _as_table
    write(found)
    _end(is_whole=found.is_whole(), is_clean=found.is_clean())


def mend(conf: cfg.ConfigOpts) -> None:
    """Delete what is provably ours and nobody's; have lost nodes checked.

    It ends with 3 if something is left, or would be done.
    """
    _require_release(conf)
    command = conf.command
    order = mending.Order(
        choice=_choice(conf),
        ids=frozenset(command.id or ()),
        limit=_at_least(command.limit, 1, "limit"),
        is_dry=command.dry_run,
        recovers=command.recover,
    )
    pause_s = _at_least(command.pause, 0, "pause")
    if not (command.dry_run or command.yes):
        _confirm()
    with console.opened(conf) as deps:
        mender = mending.Mender(deps, order, console.say, lambda: time.sleep(pause_s))
        outcome = mender.mend()
    _tell_rest(outcome.unasked, outcome.waiting)
    todo = outcome.done if order.is_dry else 0
    _end(is_whole=outcome.is_whole(), is_clean=not (outcome.left or todo))


def _require_release(conf: cfg.ConfigOpts) -> None:
    """See that the database is what this release works with.

    :raises Invalid: when it isn't: then what it says can't be relied on.
    """
    if not conf.database.connection:
        raise exceptions.Invalid("[database] connection is not set.")
    found, wanted = migrate.version(conf.database.connection), migrate.newest()
    if found != wanted:
        raise exceptions.Invalid(
            f"The database is at version {found}, not at {wanted}: only a release "
            "that fits it can tell what is in use."
        )


def _choice(conf: cfg.ConfigOpts) -> leaks.Choice:
    command = conf.command
    older = command.older_than
    return leaks.Choice(
        project=command.project,
        kinds=tuple(command.kind or ()),
        older_s=None if older is None else _at_least(older, 0, "age"),
    )


def _at_least(value: Any, least: int, what: str) -> Any:
    if not value >= least:
        raise exceptions.Invalid(f"The {what} must be {least} or more.")
    return value


def _confirm() -> None:
    """Ask whether that is meant.

    :raises Invalid: when it isn't, or there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise exceptions.Invalid(
            "This deletes things in the cloud: --dry-run shows which, --yes does it."
        )
    console.say("This deletes things in the cloud. Type 'yes' to go on:")
    if sys.stdin.readline().strip() != "yes":
        raise exceptions.Invalid("Nothing was done.")


def _end(*, is_whole: bool, is_clean: bool) -> None:
    """End the program with what was found.

    :raises CloudError: when not everything could be asked.
    """
    if not is_whole:
        raise exceptions.CloudError("Not everything could be looked at: see above.")
    if not is_clean:
        raise SystemExit(FOUND)


def _as_table(found: leaks.Report) -> None:
    rows = [
        [
            *(one.thing.project, one.thing.region or ""),
            *(one.thing.kind, one.thing.id, one.thing.name, one.thing.mark),
            *(one.finding.verdict, one.finding.reason),
        ]
        for one in found.leaks
    ]
    rows += [
        [
            *(one.node.project, one.region or ""),
            *(leaks.NODE, one.node.id, one.node.name, "", "lost", one.reason),
        ]
        for one in found.lost
    ]
    if rows:
        console.table(_HEADS, rows)
    else:
        console.say("Nothing was found.")
    _tell_rest(found.unasked, found.waiting)


def _tell_rest(unasked: list[Unasked], waiting: int) -> None:
    """Tell what nothing can be said of."""
    for one in unasked:
        where = f" in {one.region}" if one.region else ""
        what = f" for {one.what}" if one.what else ""
        console.say(
            f"Can't be asked{what}: project {one.project}{where}, by user {one.user}: "
            f"{one.reason}"
        )
    if waiting:
        console.say(f"Too young, or worked on: {waiting}. Look again later.")


def _as_json(found: leaks.Report) -> None:
    told = {
        "leaks": [_leak(one) for one in found.leaks],
        "nodes": [_lost(one) for one in found.lost],
        "unasked": [
            {
                "project": one.project,
                "user": one.user,
                "region": one.region,
                "what": one.what,
                "reason": one.reason,
            }
            for one in found.unasked
        ],
        "waiting": found.waiting,
    }
    console.say(json.dumps(told, indent=2))


def _leak(one: leaks.Leak) -> dict[str, Any]:
    thing, made = one.thing, one.thing.created_at
    return {
        "project": thing.project,
        "region": thing.region,
        "kind": thing.kind,
        "id": thing.id,
        "name": thing.name,
        "mark": thing.mark,
        "status": thing.status,
        "created_at": made and made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verdict": one.finding.verdict,
        "reason": one.finding.reason,
    }


def _lost(one: leaks.Lost) -> dict[str, Any]:
    return {
        "project": one.node.project,
        "region": one.region,
        "id": one.node.id,
        "name": one.node.name,
        "cluster_id": one.node.cluster_id or None,
        "physical_id": one.node.physical_id,
        "reason": one.reason,
    }


def add_report(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the report."""
    _add_choice(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table")


def add_mend(parser: argparse.ArgumentParser) -> None:
    """Declare the options of putting things in order."""
    _add_choice(parser)
    parser.add_argument(
        "--id",
        action="append",
        metavar="ID",
        help="only this thing, even if nothing proves that it is ours; may be repeated",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only tell what would be done"
    )
    parser.add_argument("--yes", action="store_true", help="don't ask first")
    parser.add_argument(
        "--recover",
        action="store_true",
        help="give lost nodes their object back, instead of checking them",
    )
    parser.add_argument(
        "--limit", type=int, default=100, help="do so much at most (%(default)s)"
    )
    parser.add_argument(
        "--pause",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help=f"wait after each {mending.TURN} (%(default)s)",
    )


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-p", "--project", help="only of this project")
    parser.add_argument(
        "-k",
        "--kind",
        action="append",
        choices=[str(kind) for kind in leaks.KINDS],
        help="only of this kind; may be repeated",
    )
    parser.add_argument(
        "--older-than",
        type=float,
        metavar="SECONDS",
        help="leave alone what is younger (default: [DEFAULT] "
        "default_action_timeout, or [engine] stray_watch_s if that is longer)",
    )
