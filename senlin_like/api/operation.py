"""The one decorator of every controller method.

It declares what an operation is (for the router, the checks, OpenAPI and the
tests that walk all of them) and runs its checks in the order of the contract:
body readable, version, access rule, body valid.
"""

import dataclasses
import enum
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from senlin_like import exceptions
from senlin_like.api import bodies, field_types, fields, queries
from senlin_like.api import microversions as mv
from senlin_like.api.call import Call


class Gives(enum.Enum):
    """The form of an answer, and of what the method returns.

    RECORD: a record → ``{singular: …}``; PAGE: ``Records`` → ``{plural: […]}``;
    ACCEPTED: an ``Accepted`` → the record and the address of its action;
    ASKED: an action's id → the same as body and address; DELETING: an
    action's id → ``null`` and its address; SIGNALLED: an action's id → its
    address alone; NOTHING: an empty 204; RAW: what the method returns, as it is.
    """

    RECORD = enum.auto()
    PAGE = enum.auto()
    ACCEPTED = enum.auto()
    ASKED = enum.auto()
    DELETING = enum.auto()
    SIGNALLED = enum.auto()
    NOTHING = enum.auto()
    RAW = enum.auto()


class Wrapped(enum.Enum):
    """How fields stand in a body."""

    KEY = enum.auto()
    FLAT = enum.auto()
    FREE = enum.auto()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Takes:
    """What body an operation takes.

    KEY: ``{singular: fields}``, FLAT: the fields alone, FREE: whatever the
    method makes of it, also none; ``schema`` describes a free one.
    """

    wrapped: Wrapped
    table: fields.Resource | None = None
    op: fields.On = fields.On.CREATE
    schema: Callable[[mv.Version], dict[str, Any]] | None = None

    @property
    def fields(self) -> fields.Resource:
        """Return the table of the body.

        :raises TypeError: when the body is free.
        """
        if self.table is None:
            raise TypeError("A free body has no table.")
        return self.table


@dataclasses.dataclass(frozen=True, kw_only=True)
class Operation:
    """What is known of an operation beside its code.

    ``is_open``: it needs no authentication. ``parameters``: what its query may
    have; a method sees no other ones, and a list has those of its ``listing``.
    """

    name: str
    resource: fields.Resource
    rule: str
    status: int = 200
    gives: Gives = Gives.RECORD
    takes: Takes | None = None
    since: mv.Version = mv.INITIAL
    listing: queries.Listing | None = None
    is_open: bool = False
    parameters: tuple[queries.Parameter, ...] = ()
    #: Rules that count instead where the body has such a key.
    rules_by_key: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def rule_for(self, raw: Any) -> str:
        """Return the access rule of a request with this body."""
        named = [
            self.rules_by_key[key] for key in raw or () if key in self.rules_by_key
        ]
        return named[0] if named else self.rule


@dataclasses.dataclass(frozen=True, kw_only=True)
class Records:
    """One page of a list, with one record more where the page is cut."""

    records: list[dict[str, Any]]
    asked: queries.Asked


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back: the body is encoded later, ``location`` is a path."""

    status: int
    body: Any = None
    location: str | None = None
    is_empty: bool = False


Method = TypeVar("Method", bound=Callable[..., Any])


class Endpoint(Generic[Method]):
    """A controller method with its declaration."""

    def __init__(self, declared: Operation, method: Method) -> None:
        self.declared = declared
        self.method = method
        self.__doc__ = method.__doc__

    def redeclared(self, **changes: Any) -> "Endpoint[Method]":
        """Return the same method with other values in its declaration."""
        return Endpoint(dataclasses.replace(self.declared, **changes), self.method)

    def answer(self, controller: Any, call: Call, raw: Any) -> Answer:
        """Check the request, run the method and form its answer.

        ``raw`` is the body as it came, None if there is none.
        """
        declared = self.declared
        takes = declared.takes
        if takes is not None and raw is None and takes.wrapped is not Wrapped.FREE:
            raise bodies.missing()
        call.need(declared.since)
        call.authorize(declared.rule_for(raw))
        if declared.listing is None:
            call.known = frozenset(one.name for one in declared.parameters)
        if takes is not None:
            call.body = _checked(call, takes, raw)
        return _FORMS[declared.gives](call, declared, self.method(controller, call))


def operation(declared: Operation) -> Callable[[Method], Endpoint[Method]]:
    """Declare a controller method to be an operation of the API."""

    def declare(method: Method) -> Endpoint[Method]:
        return Endpoint(declared, method)

    return declare


def _checked(call: Call, takes: Takes, raw: dict[str, Any] | None) -> Any:
    """Unwrap and check a body."""
    if takes.wrapped is Wrapped.FREE or raw is None:
        return raw
    given = raw if takes.wrapped is Wrapped.FLAT else _unwrapped(takes, raw)
    return call.read(takes.fields, takes.op, given)


def _unwrapped(takes: Takes, raw: dict[str, Any]) -> Any:
    """Take the fields out of their wrapper; the texts differ by method."""
    key = takes.fields.singular
    if takes.op is fields.On.UPDATE:
        if raw.get(key) is None:
            raise exceptions.InvalidBody(
                f"Malformed request data, missing '{key}' key in request body."
            )
        return raw[key]
    if key not in raw:
        raise exceptions.InvalidBody(f"Request body missing '{key}' key.")
    if raw[key] is None:
        raise field_types.wrong_type(None, "object")
    return raw[key]


def _action_path(action_id: str) -> str:
    return f"/v1/actions/{action_id}"


def _record(call: Call, declared: Operation, result: Any) -> Answer:
    table = declared.resource
    body = {table.singular: table.view(result, call.version)}
    return Answer(status=declared.status, body=body)


def _page(call: Call, declared: Operation, result: Records) -> Answer:
    table = declared.resource
    shown = result.asked.shown(call.deps.settings.max_page_size)
    if declared.listing is not None and not declared.listing.is_paged:
        shown = len(result.records)
    records = result.records[:shown]
    body: dict[str, Any] = {
        table.plural: [table.view(record, call.version) for record in records]
    }
    if records and len(result.records) > shown:
        link = queries.next_link(
            call.base_url + call.path, call.query, records[-1]["id"], shown
        )
        body[f"{table.plural}_links"] = [{"rel": "next", "href": link}]
    return Answer(status=declared.status, body=body)


def _accepted(call: Call, declared: Operation, result: Any) -> Answer:
    answer = _record(call, declared, result.record)
    return dataclasses.replace(answer, location=_action_path(result.action_id))


def _asked(call: Call, declared: Operation, result: str) -> Answer:
    return Answer(
        status=declared.status,
        body={"action": result},
        location=_action_path(result),
    )


def _deleting(call: Call, declared: Operation, result: str) -> Answer:
    return Answer(status=declared.status, location=_action_path(result))


def _signalled(call: Call, declared: Operation, result: str) -> Answer:
    return Answer(status=declared.status, location=_action_path(result), is_empty=True)


def _nothing(call: Call, declared: Operation, result: None) -> Answer:
    return Answer(status=declared.status, is_empty=True)


def _raw(call: Call, declared: Operation, result: Any) -> Answer:
    return Answer(status=declared.status, body=result)


_FORMS: dict[Gives, Callable[[Call, Operation, Any], Answer]] = {
    Gives.RECORD: _record,
    Gives.PAGE: _page,
    Gives.ACCEPTED: _accepted,
    Gives.ASKED: _asked,
    Gives.DELETING: _deleting,
    Gives.SIGNALLED: _signalled,
    Gives.NOTHING: _nothing,
    Gives.RAW: _raw,
}
