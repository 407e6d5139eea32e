"""The language of field tables: one table says what a resource takes and shows.

From it come the validation of requests, the form of answers, and OpenAPI.
"""

import dataclasses
import datetime
import enum
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.api import field_types
from senlin_like.api import microversions as mv
from senlin_like.api.field_types import FieldType
from senlin_like.operations.deps import Settings


class On(enum.Flag):
    """Where a field appears."""

    CREATE = enum.auto()
    UPDATE = enum.auto()
    SHOW = enum.auto()


WRITE = On.CREATE | On.UPDATE
ALL = WRITE | On.SHOW
_TO_SECONDS = len("YYYY-MM-DDTHH:MM:SS")
NOWHERE = On(0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shown:
    """How a field looks in answers, as JSON Schema, and how it is written."""

    schema: Mapping[str, Any]
    write: Callable[[Any], Any] | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a resource or of an action's parameters.

    ``takes`` reads it in requests, ``shows`` writes it in answers. It exists
    from version ``since`` on: before, requests may hold it (it is checked and
    dropped, as Senlin did) and answers don't. ``null`` says where null is
    taken: it stands for "not given".
    """

    name: str
    text: str
    on: On = On.SHOW
    takes: FieldType | None = None
    shows: Shown | None = None
    required: On = NOWHERE
    null: On = WRITE
    since: mv.Version = mv.INITIAL
    #: What to say when it is absent or null, instead of the usual texts.
    when_missing: str | None = None

    def read(self, value: Any, op: On, settings: Settings) -> Any:
        """Check the value of a request.

        :raises InvalidBody: when it isn't right.
        """
        if value is None:
            if self.when_missing is not None:
                raise exceptions.InvalidBody(self.when_missing)
            if op in self.null:
                return None
            raise exceptions.InvalidBody(f"Field `{self.name}' cannot be None")
        try:
            return self.type.read(self.name, value, settings)
        except field_types.WrongValue as error:
            raise error.of_field(self.name) from error

    @property
    def type(self) -> FieldType:
        """Return how the field is read.

        :raises TypeError: when requests never hold it.
        """
        if self.takes is None:
            raise TypeError(f"Requests hold no field '{self.name}'.")
        return self.takes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reader:
    """A compiled check of one body: for one operation, at one version."""

    op: On
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    dropped: frozenset[str]
    is_closed: bool

    def read(self, given: Any, settings: Settings) -> dict[str, Any]:
        """Check a map of fields; null and absent ones are told apart.

        Defects are reported in this order: wrong values, missing fields,
        unknown fields.

        :raises InvalidBody: when something is wrong.
        """
        if not isinstance(given, dict):
            raise field_types.wrong_type(given, "object")
        result = {}
        for name, field in self.fields.items():
            if name in given or field.when_missing is not None:
                result[name] = field.read(given.get(name), self.op, settings)
        for name in self.required:
            if name not in given:
                raise exceptions.InvalidBody(f"'{name}' is a required property")
        if self.is_closed and len(result) < len(given):
            raise _unexpected([name for name in given if name not in self.fields])
        for name in self.dropped:
            result.pop(name, None)
        return result


def _unexpected(names: list[str]) -> exceptions.InvalidBody:
    """Name the fields that nobody knows."""
    shown = ", ".join(field_types.show(name) for name in names[:10])
    verb = "was" if len(names) == 1 else "were"
    return exceptions.InvalidBody(
        f"Additional properties are not allowed ({shown} {verb} unexpected)"
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Resource:
    """A resource: its names on the wire and its fields.

    ``is_closed`` is false where unknown fields are ignored.
    """

    singular: str
    plural: str
    fields: tuple[Field, ...]
    is_closed: bool = True

    @functools.lru_cache(maxsize=512)  # noqa: B019 - resources live for ever
    def reader(self, op: On, version: mv.Version) -> Reader:
        """Return the check of a body for ``op`` at a version."""
        taken = [field for field in self.fields if op in field.on]
        return Reader(
            op=op,
            fields={field.name: field for field in taken},
            required=tuple(field.name for field in taken if op in field.required),
            dropped=frozenset(f.name for f in taken if f.since > version),
            is_closed=self.is_closed,
        )

    @functools.lru_cache(maxsize=512)  # noqa: B019 - resources live for ever
    def _writers(
        self, version: mv.Version
    ) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
        # In the order in which they are encoded, so that nothing is left to sort.
        return tuple(
            (field.name, field.shows.write if field.shows else None)
            for field in sorted(self.fields, key=lambda field: field.name)
            if On.SHOW in field.on and field.since <= version
        )

    def view(self, record: Mapping[str, Any], version: mv.Version) -> dict[str, Any]:
        """Write a record as clients see it at a version; absent keys stay absent."""
        return {
            name: write(record[name]) if write else record[name]
            for name, write in self._writers(version)
            if name in record
        }

    def schema(self, op: On, version: mv.Version) -> dict[str, Any]:
        """Describe bodies (CREATE, UPDATE) or answers (SHOW) as JSON Schema."""
        here = [f for f in self.fields if op in f.on and f.since <= version]
        described: dict[str, Any] = {
            "type": "object",
            "properties": {field.name: _described(field, op) for field in here},
        }
        required = [field.name for field in here if op in field.required]
        if required:
            described["required"] = required
        if self.is_closed:
            described["additionalProperties"] = False
        return described

    def versions(self) -> list[mv.Version]:
        """List the versions at which fields appear."""
        return sorted({field.since for field in self.fields})


def _described(field: Field, op: On) -> dict[str, Any]:
    """Describe one field as JSON Schema."""
    if op is On.SHOW:
        schema = dict(field.shows.schema) if field.shows else {}
    else:
        schema = field.type.schema()
        if op in field.null:
            schema = _or_null(schema)
    schema["description"] = field.text
    if field.since != mv.INITIAL:
        schema["x-openstack-since"] = mv.text(field.since)
    return schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Allow null too."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    schema = {**schema, "type": [*kinds, "null"]}
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return schema


def write_time(value: datetime.datetime | str | None) -> str | None:
    """Write a time (aware, UTC) in the one format of this API."""
    if value is None or isinstance(value, str):
        return value
    # Pages have hundreds of times: cutting costs less than formatting anew.
    return f"{value.isoformat()[:_TO_SECONDS]}Z"


def _empty_map(value: Any) -> Any:
    """Show no map as an empty one."""
    return {} if value is None else value


def _empty_text(value: Any) -> Any:
    """Show no text as an empty one."""
    return "" if value is None else value


def nullable(shown: Shown) -> Shown:
    """Let answers hold null as well."""
    return Shown(schema=_or_null(dict(shown.schema)), write=shown.write)


TEXT = Shown(schema={"type": "string"})
TEXT_OR_EMPTY = Shown(schema={"type": "string"}, write=_empty_text)
ID = Shown(schema={"type": "string"})
IDS = Shown(schema={"type": "array", "items": {"type": "string"}})
INTEGER = Shown(schema={"type": "integer"})
BOOLEAN = Shown(schema={"type": "boolean"})
OBJECT = Shown(schema={"type": "object"}, write=_empty_map)
OBJECT_OR_NULL = Shown(schema={"type": ["object", "null"]})
SECONDS = Shown(schema={"type": ["number", "null"]})
TIME = Shown(
    schema={"type": ["string", "null"], "format": "date-time"}, write=write_time
)


def owner_fields() -> Iterable[Field]:
    """Give the fields that say whose an object is."""
    return (
        Field(name="project", text="ID of the project that owns it.", shows=TEXT),
        Field(name="user", text="ID of the user who made it.", shows=TEXT),
    )
