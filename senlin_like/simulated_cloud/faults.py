"""Faults on demand: which rule strikes a call, and what it does.

The rules' counts of calls seen and struck live in the database, so that "the
third create" means the third of all processes together.
"""

import dataclasses
import enum
import fnmatch
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import tables


class Effect(enum.StrEnum):
    """What happens to a call that a rule strikes."""

    #: The cloud refuses with ``status`` and ``message``.
    ERROR = "error"
    #: The cloud can't answer now (429, 503); nothing was done.
    BUSY = "busy"
    #: No answer; nothing was done.
    TIMEOUT = "timeout"
    #: No answer, though it was done.
    DONE_BUT_TIMEOUT = "done_but_timeout"
    #: The answer takes ``seconds`` longer.
    SLOW = "slow"
    #: The call goes through, and the object ends in ERROR with ``message``.
    ERROR_STATUS = "error_status"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the cloud, as rules see it."""

    method: str
    project: str
    name: str
    at: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """A fault and the calls that it strikes.

    ``method`` is a shell pattern (``compute.*``); ``name`` is a regular
    expression searched in the object's name or id; ``nth`` counts matching
    calls from 1; ``count`` is how often the rule strikes at most;
    ``starts_at`` and ``ends_at`` are seconds since the epoch.
    """

    id: int
    effect: Effect
    method: str = "*"
    project: str | None = None
    name: str | None = None
    nth: int | None = None
    probability: float | None = None
    count: int | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    status: int = 500
    message: str = "Simulated failure."
    retry_after_s: float | None = None
    seconds: float = 0.0

    @classmethod
    def from_stored(cls, rule_id: int, fields: Mapping[str, Any]) -> "Rule":
        """Make a rule from its JSON form."""
        return cls(id=rule_id, **{**fields, "effect": Effect(fields["effect"])})

    def matches(self, call: Call) -> bool:
        """Tell whether the call is of the kind that this rule strikes."""
        return (
            fnmatch.fnmatchcase(call.method, self.method)
            and self.project in (None, call.project)
            and (self.name is None or re.search(self.name, call.name) is not None)
            and (self.starts_at is None or call.at >= self.starts_at)
            and (self.ends_at is None or call.at < self.ends_at)
        )

    @property
    def is_counted(self) -> bool:
        """Tell whether it matters how often the rule was met."""
        return (self.nth, self.probability, self.count) != (None, None, None)

    def strikes(self, seen: int, fired: int, dice_seed: int) -> bool:
        """Decide for the ``seen``-th matching call (from 1), always the same."""
        if self.nth is not None and seen != self.nth:
            return False
        if self.count is not None and fired >= self.count:
            return False
        if self.probability is None:
            return True
        dice = zlib.crc32(f"{dice_seed}:{self.id}:{seen}".encode()) / 2**32
        return dice < self.probability


_NUMBERS = (
    "nth",
    "probability",
    "count",
    "starts_at",
    "ends_at",
    "status",
    "retry_after_s",
    "seconds",
)
_TEXTS = ("method", "project", "name", "message")


def check(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON form of a rule that somebody wants to add.

    :raises Invalid: when a field is unknown or its value makes no sense.
    """
    unknown = sorted(set(fields) - {"effect", *_NUMBERS, *_TEXTS})
    if unknown:
        raise exceptions.Invalid(f"A fault rule has no field '{unknown[0]}'.")
    if fields.get("effect") not in list(Effect):
        raise exceptions.Invalid(
            f"The field 'effect' of a fault rule is one of {', '.join(Effect)}."
        )
    rule = {key: value for key, value in fields.items() if value is not None}
    for key in _TEXTS:
        if not isinstance(rule.get(key, ""), str):
            raise exceptions.Invalid(f"The field '{key}' of a fault rule is a text.")
    for key in _NUMBERS:
        value = rule.get(key, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise exceptions.Invalid(
                f"The field '{key}' of a fault rule is a number from 0 up."
            )
    try:
        re.compile(rule.get("name", ""))
    except re.error as error:
        raise exceptions.Invalid(
            f"The field 'name' of a fault rule is no regular expression: {error}."
        ) from error
    return rule


def matching(rules: Sequence[Rule], call: Call) -> list[Rule]:
    """Return the rules that the call meets, in order."""
    return [rule for rule in rules if rule.matches(call)]


def count(connection: sa.Connection, rule: Rule, dice_seed: int) -> bool:
    """Count a matching call and tell whether the rule strikes it."""
    table = tables.FAULTS
    mine = table.c.id == rule.id
    connection.execute(table.update().where(mine).values(seen=table.c.seen + 1))
    row = connection.execute(sa.select(table.c.seen, table.c.fired).where(mine)).first()
    if row is None or not rule.strikes(row.seen, row.fired, dice_seed):
        return False
    connection.execute(table.update().where(mine).values(fired=table.c.fired + 1))
    return True
