"""What is known of the things that went wrong: their rows, and who spoke of them."""

import pathlib
import re
from collections.abc import Collection, Iterator

from senlin_like.db.models import Action
from senlin_like.db.session import Database
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World
from tests.torture import checks

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")
_MOST = 60


def of_problems(
    db: Database, world: World, logs: pathlib.Path, problems: Collection[str]
) -> list[str]:
    """Return lines on everything that the problems name, in the order of time."""
    named = sorted({found for text in problems for found in _ID.findall(text)})
    lines: list[str] = []
    for identity in named[:10]:
        lines.append(f"-- {identity}")
        story = [
            *_actions(db, identity),
            *_servers(world, identity),
            *_others(world, identity),
        ]
        lines += [f"  {at:.3f} {text}" for at, text in sorted(story)]
        lines += [f"  {text}" for text in list(_spoken(logs, identity))[-_MOST:]]
    return lines


def _actions(db: Database, identity: str) -> Iterator[tuple[float, str]]:
    for row in checks.rows(db, Action):
        kept = f"{row.journal} {row.data}"
        if identity in (row.target, row.id) or identity in kept:
            text = (
                f"{row.action} {row.id} of {row.parent_id}: {row.status} "
                f"({row.status_reason}), attempt {row.attempt}, lease {row.lease}, "
                f"until {row.end_time or 0.0:.3f}, journal {row.journal}, "
                f"data {row.data}"
            )
            yield row.start_time or 0.0, text


def _servers(world: World, identity: str) -> Iterator[tuple[float, str]]:
    for row in checks.cloud_rows(world, tables.SERVERS):
        if identity in (row.id, row.node_mark):
            text = f"server {row.id} of {row.node_mark}, deleted at {row.deleted_at}"
            yield row.created_at, text


def _others(world: World, identity: str) -> Iterator[tuple[float, str]]:
    """Tell of load balancers and server groups, whose names hold what they are of."""
    for row in checks.cloud_rows(world, tables.LOAD_BALANCERS):
        if identity in (row.id, row.mark):
            text = f"load balancer {row.id} of {row.mark}, deleted at {row.deleted_at}"
            yield row.created_at, text
    for row in checks.cloud_rows(world, tables.SERVER_GROUPS):
        if identity == row.id or identity in row.name:
            yield row.created_at, f"server group {row.id}, {row.name}"


def _spoken(logs: pathlib.Path, identity: str) -> Iterator[str]:
    for path in sorted(logs.glob("*.log")):
        for line in path.read_text(errors="replace").splitlines():
            if identity in line:
                yield f"{path.stem}: {line}"
