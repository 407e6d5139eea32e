"""The words of spec schemas: what type a property has and how it is read.

Types read a value as JSON brought it and give a value of one definite type.
The texts of refusals are those of Senlin's API: clients compare them.
"""

import copy
import dataclasses
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from senlin_like import exceptions

#: Levels of maps and lists in one spec.
MAX_DEPTH = 32
#: Values in one spec, those inside of maps and lists counted too.
MAX_VALUES = 50_000
#: What is shown instead of a secret.
MASK = "********"
#: Longest piece of a user's value that a message repeats, in characters.
_SHOWN = 200
_LARGEST_INTEGER = 2**63 - 1
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_TRUE = frozenset({"1", "t", "true", "on", "y", "yes"})
_FALSE = frozenset({"0", "f", "false", "off", "n", "no"})


class Constraint(Protocol):
    """A rule for the value of a property, beyond its type."""

    @property
    def name(self) -> str:
        """Name the kind of constraint, as clients know it."""

    def problem(self, value: Any) -> str | None:
        """Tell what is wrong with a value, None if nothing is."""

    def exported(self) -> Any:
        """Give what clients are shown of the rule, as JSON."""


@dataclasses.dataclass(frozen=True)
class AllowedValues:
    """The value must be one of a few."""

    values: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Name the kind of constraint, as clients know it."""
        return "AllowedValues"

    def problem(self, value: Any) -> str | None:
        """Tell what is wrong with a value, None if nothing is."""
        if value in self.values:
            return None
        allowed = ", ".join(str(one) for one in self.values)
        return f"'{show(value)}' must be one of the allowed values: {allowed}"

    def exported(self) -> list[Any]:
        """Give the allowed values in their order."""
        return list(self.values)


def one_of(*values: Any) -> tuple[AllowedValues]:
    """Give the ``constraints`` of a property that may have these values only."""
    return (AllowedValues(values),)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Attributes:
    """What all types of properties have in common.

    ``default`` is None where there is none: the property is null then.
    What ``is_secret`` isn't repeated by refusals.
    ``min_version`` and ``max_version`` are the spec versions that know the
    property.
    """

    type_name: ClassVar[str]
    description: str = ""
    required: bool = False
    default: Any = None
    updatable: bool = False
    constraints: tuple[Constraint, ...] = ()
    min_version: str | None = None
    max_version: str | None = None
    is_secret: bool = False

    def told(self, value: Any) -> str:
        """Make a user's value fit for a refusal; one that may be secret is masked."""
        return MASK if self.is_secret else show(value)


@dataclasses.dataclass(frozen=True, kw_only=True)
class String(_Attributes):
    """A text; a number or a boolean is turned into one."""

    type_name: ClassVar[str] = "String"

    def convert(self, value: Any, version: str) -> str:
        """Read a text.

        :raises InvalidSpec: when the value is null, a map or a list.
        """
        if isinstance(value, str | int | float):
            return str(value)
        raise exceptions.InvalidSpec(
            f"The value '{self.told(value)}' is not a valid string"
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Integer(_Attributes):
    """A whole number of at most 64 bits; digits in a text are one too."""

    type_name: ClassVar[str] = "Integer"

    def convert(self, value: Any, version: str) -> int:
        """Read a whole number.

        :raises InvalidSpec: when the value isn't one, or is too large.
        """
        number = _whole(value)
        if number is None or abs(number) > _LARGEST_INTEGER:
            raise exceptions.InvalidSpec(
                f"The value '{self.told(value)}' is not a valid Integer"
            )
        return number


@dataclasses.dataclass(frozen=True, kw_only=True)
class Number(_Attributes):
    """A whole or decimal number; a text that spells one is one too."""

    type_name: ClassVar[str] = "Number"

    def convert(self, value: Any, version: str) -> int | float:
        """Read a number.

        :raises InvalidSpec: when the value isn't one, is infinite, or is a
            whole number of more than 64 bits.
        """
        number = _decimal(value)
        if number is None or not -_LARGEST_INTEGER <= number <= _LARGEST_INTEGER:
            raise exceptions.InvalidSpec(
                f"The value '{self.told(value)}' is not a valid number."
            )
        return number


@dataclasses.dataclass(frozen=True, kw_only=True)
class Boolean(_Attributes):
    """True or false; the usual words and digits for them do too."""

    type_name: ClassVar[str] = "Boolean"

    def convert(self, value: Any, version: str) -> bool:
        """Read a truth value.

        :raises InvalidSpec: when the value doesn't clearly say yes or no.
        """
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower() if isinstance(value, str | int) else ""
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise exceptions.InvalidSpec(
            f"The value '{self.told(value)}' is not a valid Boolean"
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class List(_Attributes):
    """Values in an order; with ``item`` each of them is read by that type."""

    type_name: ClassVar[str] = "List"
    item: "Property | None" = None

    def convert(self, value: Any, version: str) -> list[Any]:
        """Read a list; a text isn't one.

        :raises InvalidSpec: when the value isn't a list, or an item is wrong.
        """
        if not isinstance(value, list | tuple):
            raise exceptions.InvalidSpec(f"'{self.told(value)}' is not a List")
        if self.item is None:
            return list(value)
        return [read(self.item, one, version) for one in value]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Map(_Attributes):
    """Values by name; with ``schema`` only those it names, each by its type.

    A text that holds a JSON object is a map too.
    """

    type_name: ClassVar[str] = "Map"
    schema: "Mapping[str, Property] | None" = None

    def convert(self, value: Any, version: str) -> dict[str, Any]:
        """Read a map.

        An empty map stays empty where that is the default: it says that the
        whole thing isn't wanted.

        :raises InvalidSpec: when the value isn't a map, or an item is wrong.
        """
        given = _parsed(value) if isinstance(value, str) else value
        if not isinstance(given, Mapping):
            raise exceptions.InvalidSpec(f"'{self.told(value)}' is not a Map")
        if self.schema is None or (not given and self.default == {}):
            return dict(given)
        return read_map(self.schema, given, version)


Property = String | Integer | Number | Boolean | List | Map
Schema = Mapping[str, Property]


def show(value: Any) -> str:
    """Make a user's value fit to be repeated in a message."""
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def read(prop: Property, value: Any, version: str) -> Any:
    """Read one value by its type and check it against the constraints.

    :raises InvalidSpec: when it doesn't fit.
    """
    converted = prop.convert(value, version)
    for constraint in prop.constraints:
        problem = constraint.problem(converted)
        if problem is not None:
            raise exceptions.InvalidSpec(
                f"'{MASK}' isn't allowed" if prop.is_secret else problem
            )
    return converted


def read_map(schema: Schema, given: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Read a map by a schema; the result has every key that the schema has.

    :raises InvalidSpec: when an item is missing, unknown or wrong.
    """
    result = {
        name: _read_item(name, prop, given, version) for name, prop in schema.items()
    }
    for name in given:
        if name not in schema:
            raise exceptions.InvalidSpec(f"Unrecognizable spec item '{show(name)}'")
    return result


def _read_item(
    name: str, prop: Property, given: Mapping[str, Any], version: str
) -> Any:
    """Read one item of a map, or give what stands for it when it's absent.

    Null counts as absent where it is what an absent item would become, so
    that what was read can be read again.
    """
    value = given.get(name)
    unsupported = _unsupported(name, prop, version)
    if unsupported is not None:
        if value is None:
            return None
        raise exceptions.InvalidSpec(unsupported)
    if name not in given or value is None:
        if prop.required:
            raise exceptions.InvalidSpec(f"Required spec item '{name}' not provided")
        if name not in given or prop.default is None:
            return default_of(prop, version)
    return read(prop, value, version)


def default_of(prop: Property, version: str) -> Any:
    """Give a fresh copy of the value of an absent property, null without one."""
    if prop.default in (None, {}):
        return copy.copy(prop.default)
    return read(prop, copy.deepcopy(prop.default), version)


def _unsupported(name: str, prop: Property, version: str) -> str | None:
    """Tell why a spec version doesn't have a property, None if it does."""
    asked = version_key(version)
    limits = {"min_version": prop.min_version, "max_version": prop.max_version}
    for limit, bound in limits.items():
        if bound is None or asked == version_key(bound):
            continue
        if (asked < version_key(bound)) is (limit == "min_version"):
            return (
                f"{name} ({limit}={bound}) is not supported by spec version {version}."
            )
    return None


def version_key(version: str) -> tuple[int, ...]:
    """Make spec versions comparable: 1.10 comes after 1.9.

    :raises InvalidSpec: when it isn't made of numbers and dots.
    """
    parts = version.split(".")
    if not all(re.fullmatch(r"[0-9]{1,9}", part) for part in parts):
        raise exceptions.InvalidSpec(
            f"The version '{show(version)}' is not made of numbers and dots."
        )
    return tuple(int(part) for part in parts)


def check_bounds(value: Any) -> None:
    """Refuse what is too deep or too large to be handled safely.

    :raises InvalidSpec: when it has more than ``MAX_DEPTH`` levels or more
        than ``MAX_VALUES`` values.
    """
    seen = 0
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        seen += len(level)
        if seen > MAX_VALUES:
            raise exceptions.InvalidSpec(
                f"The spec is too large: at most {MAX_VALUES} values are allowed."
            )
        level = [child for one in level for child in _children(one)]
        if not level:
            return
    raise exceptions.InvalidSpec(
        f"The spec is nested too deeply: at most {MAX_DEPTH} levels are allowed."
    )


def _children(value: Any) -> Sequence[Any]:
    """Give what is directly inside of a map or a list."""
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list | tuple) else ()


def _parsed(text: str) -> Any:
    """Read JSON from a text, null if it isn't any."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    check_bounds(value)
    return value


def _whole(value: Any) -> int | None:
    """Read a whole number, None if the value isn't one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    return None


def _decimal(value: Any) -> int | float | None:
    """Read a finite number, None if the value isn't one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, int):
        return value
    try:
        whole = _whole(value) if isinstance(value, str) else None
        number = float(value) if whole is None else whole
    except ValueError:
        return None
    return number if math.isfinite(number) else None
