"""Stacks: their states, templates and tags. Nothing is in them."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import owned, tables
from senlin_like.simulated_cloud.records import Seen, Stack
from senlin_like.simulated_cloud.world import Owner, World

GONE = "GONE"
ROLLED_BACK = "ROLLBACK_COMPLETE"
PAGE = 1000

_TABLE = tables.STACKS
_TAGS = tables.STACK_TAGS
_STATE = (
    _TABLE.c.id,
    _TABLE.c.project,
    _TABLE.c.region,
    _TABLE.c.status,
    _TABLE.c.target,
    _TABLE.c.reason,
    _TABLE.c.ready_at,
    _TABLE.c.deleted_at,
)
_FORMATS = ("heat_template_version", "AWSTemplateFormatVersion")


def preview(arguments: Mapping[str, Any]) -> None:
    """Check a template.

    :raises CloudError: when it isn't one, with the reason.
    """
    template = arguments.get("template")
    if not template:
        if arguments.get("template_url"):
            return
        raise exceptions.CloudError("No template specified", 400)
    if not isinstance(template, Mapping):
        raise exceptions.CloudError("The template is not a JSON object.", 400)
    if not any(name in template for name in _FORMATS):
        raise exceptions.CloudError("Template format version not found.", 400)


def create(
    world: World,
    owner: Owner,
    name: str,
    arguments: Mapping[str, Any],
    tags: Sequence[str],
    fault: str | None = None,
) -> Stack:
    """Ask for a stack; with ``fault`` it fails.

    :raises CloudError: when the template isn't right (400), or a live stack of
        the project has the name (409).
    """
    preview(arguments)
    now = world.now()
    row = {
        "id": str(uuid.uuid4()),
        "project": owner.project,
        "region": owner.region,
        "name": name,
        "arguments": dict(arguments),
        "tags": list(tags),
        "created_at": now,
        **_step("CREATE", now, world.setting("stack_seconds"), fault),
    }
    if fault is not None and not arguments.get("disable_rollback", True):
        row["target"] = ROLLED_BACK

    def work(connection: sa.Connection) -> None:
        same = _TABLE.c.name == name
        if connection.execute(
            sa.select(_TABLE.c.id).where(same, *owned.visible(_TABLE, owner, now))
        ).first():
            raise exceptions.CloudError(f"The Stack ({name}) already exists.", 409)
        connection.execute(_TABLE.insert(), row)
        _set_tags(connection, row["id"], tags)

    world.store.transact(work)
    return get(world, owner, row["id"])


def get(world: World, owner: Owner, stack_id: str) -> Stack:
    """Return one stack.

    :raises CloudNotFound: when the project has no such stack.
    """
    now = world.now()
    query = sa.select(_TABLE).where(
        _TABLE.c.id == stack_id, *owned.visible(_TABLE, owner, now)
    )
    row = world.store.read(lambda connection: connection.execute(query).first())
    if row is None:
        raise exceptions.CloudNotFound("stack", stack_id)
    return _record(row, now)


def find_tagged(world: World, owner: Owner, tag: str) -> list[Stack]:
    """Return the stacks that carry a tag, the oldest first."""
    now = world.now()
    query = (
        sa.select(_TABLE)
        .join(_TAGS, _TAGS.c.stack_id == _TABLE.c.id)
        .where(_TAGS.c.tag == tag, *owned.visible(_TABLE, owner, now))
        .order_by(_TABLE.c.created_at, _TABLE.c.id)
    )
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return [_record(row, now) for row in rows]


def look(world: World, owner: Owner, stack_ids: Collection[str]) -> list[Seen]:
    """Tell how far stacks are, with one statement per 1,000 of them."""
    ids = list(stack_ids)
    now = world.now()

    def work(connection: sa.Connection) -> dict[str, Seen]:
        seen: dict[str, Seen] = {}
        for start in range(0, len(ids), PAGE):
            page = connection.execute(
                sa.select(*_STATE).where(_TABLE.c.id.in_(ids[start : start + PAGE]))
            )
            for row in page:
                if _is_visible(row, owner, now):
                    status, reason = state_of(row, now)
                    seen[row.id] = Seen(id=row.id, status=status, reason=reason)
        return seen

    seen = world.store.read(work)
    return [seen.get(one, Seen(id=one, status=GONE)) for one in ids]


def update(
    world: World,
    owner: Owner,
    stack_id: str,
    arguments: Mapping[str, Any],
    tags: Sequence[str] | None = None,
    fault: str | None = None,
) -> None:
    """Ask for a change; what is left out stays.

    One that fails is rolled back, unless that is disabled.

    :raises CloudNotFound: when the project has no such stack.
    :raises CloudBusy: while another change is under way.
    :raises CloudError: when the template isn't right.
    """

    def change(connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
        merged = {**row.arguments, **arguments}
        preview(merged)
        if fault is not None and not merged.get("disable_rollback", True):
            return {"target": ROLLED_BACK}
        if tags is None:
            return {"arguments": merged}
        _set_tags(connection, stack_id, tags)
        return {"arguments": merged, "tags": list(tags)}

    _start(world, owner, stack_id, "UPDATE", fault, change)


def check(world: World, owner: Owner, stack_id: str, fault: str | None = None) -> None:
    """Ask for a check of the stack's resources.

    :raises CloudNotFound: when the project has no such stack.
    :raises CloudBusy: while another change is under way.
    """
    _start(world, owner, stack_id, "CHECK", fault, lambda _connection, _row: {})


def delete(world: World, owner: Owner, stack_id: str, fault: str | None = None) -> None:
    """Ask for a stack to be deleted; nothing happens if it is gone."""
    now = world.now()
    seconds = world.setting("stack_seconds")

    def work(connection: sa.Connection) -> None:
        row = owned.lock(connection, _TABLE, owner, stack_id, now)
        if row is None or row.deleted_at is not None:
            return
        values = _step("DELETE", now, seconds, fault)
        if fault is None:
            values["deleted_at"] = values["ready_at"]
            _set_tags(connection, stack_id, ())
        _write(connection, stack_id, values)

    world.store.transact(work)


def abandon(world: World, owner: Owner, stack_id: str) -> None:
    """Forget a stack at once, as if what it is made of lived on without it.

    :raises CloudNotFound: when the project has no such stack.
    :raises CloudBusy: while another change is under way.
    """

    def change(connection: sa.Connection, _row: sa.Row[Any]) -> dict[str, Any]:
        _set_tags(connection, stack_id, ())
        return {"deleted_at": world.now()}

    _start(world, owner, stack_id, "DELETE", None, change)


def _outputs(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs of a template that are values, or those of parameters."""
    template = arguments.get("template") or {}
    declared = template.get("parameters") or {}
    given = arguments.get("parameters") or {}
    found: dict[str, Any] = {}
    for name, output in (template.get("outputs") or {}).items():
        value = output.get("value") if isinstance(output, Mapping) else None
        if isinstance(value, Mapping) and set(value) == {"get_param"}:
            asked = str(value["get_param"])
            default = (declared.get(asked) or {}).get("default")
            value = given.get(asked, default)
        if value is not None:
            found[name] = value
    return found


def export(world: World, owner: Owner, stack_id: str) -> dict[str, Any]:
    """Return what the stack was made from.

    :raises CloudNotFound: when the project has no such stack.
    """
    arguments = get(world, owner, stack_id).arguments
    return {
        "template": arguments.get("template") or {},
        "environment": arguments.get("environment") or {},
        "files": arguments.get("files") or {},
        "parameters": arguments.get("parameters") or {},
        "timeout_mins": arguments.get("timeout_mins"),
        "disable_rollback": bool(arguments.get("disable_rollback", True)),
    }


def _start(
    world: World,
    owner: Owner,
    stack_id: str,
    verb: str,
    fault: str | None,
    change: Callable[[sa.Connection, sa.Row[Any]], dict[str, Any]],
) -> None:
    now = world.now()
    seconds = world.setting("stack_seconds")

    def work(connection: sa.Connection) -> None:
        row = owned.lock(connection, _TABLE, owner, stack_id, now)
        if row is None:
            raise exceptions.CloudNotFound("stack", stack_id)
        if now < row.ready_at or row.deleted_at is not None:
            raise exceptions.CloudBusy(
                f"Stack {row.name} already has an action ({state_of(row, now)[0]}) in "
                "progress."
            )
        values = _step(verb, now, seconds, fault) | change(connection, row)
        _write(connection, stack_id, {**values, "updated_at": now})

    world.store.transact(work)


def _step(verb: str, now: float, seconds: float, fault: str | None) -> dict[str, Any]:
    """Return the columns of a change that takes ``seconds`` from now on."""
    return {
        "status": f"{verb}_IN_PROGRESS",
        "target": f"{verb}_COMPLETE" if fault is None else f"{verb}_FAILED",
        "reason": fault or "",
        "ready_at": now + seconds,
    }


def state_of(row: Any, now: float) -> tuple[str, str]:
    """Return a stack's status at a time, and what is wrong."""
    if now < row.ready_at:
        return row.status, ""
    return row.target, row.reason


def _write(connection: sa.Connection, stack_id: str, values: dict[str, Any]) -> None:
    connection.execute(_TABLE.update().where(_TABLE.c.id == stack_id).values(**values))


def _set_tags(connection: sa.Connection, stack_id: str, tags: Sequence[str]) -> None:
    connection.execute(_TAGS.delete().where(_TAGS.c.stack_id == stack_id))
    rows = [{"stack_id": stack_id, "tag": tag} for tag in sorted(set(tags))]
    if rows:
        connection.execute(_TAGS.insert(), rows)


def _is_visible(row: Any, owner: Owner, now: float) -> bool:
    return (row.project, row.region) == (owner.project, owner.region) and (
        row.deleted_at is None or row.deleted_at > now
    )


def _record(row: sa.Row[Any], now: float) -> Stack:
    status, reason = state_of(row, now)
    return Stack(
        id=row.id,
        name=row.name,
        status=status,
        reason=reason,
        tags=tuple(row.tags),
        arguments=row.arguments,
        outputs=_outputs(row.arguments),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
