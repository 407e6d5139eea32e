"""The types that fields of requests have: their JSON Schema and their reader.

A reader takes what JSON brought and gives a value of one definite type, or
refuses it. The texts of refusals are those of Senlin's API: clients compare
them. Readers are plain code, so that no schema is walked per request.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from senlin_like import exceptions
from senlin_like.domain import naming
from senlin_like.operations.deps import Settings

#: Longest piece of a user's value that a message repeats, in characters.
SHOWN = 200
#: What an integer column holds.
LARGEST = 2**31 - 1
_NAME = re.compile(naming.CHARACTERS + "*")
_DIGITS = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")
_BOOL_WORDS = (
    "0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes",
)  # fmt: skip


class FieldType(Protocol):
    """How a value in a request looks."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""

    def read(self, name: str, value: Any, settings: Settings) -> Any:
        """Check and convert a value.

        :raises InvalidBody: when it isn't right, naming the field and why.
        """


def show(value: Any) -> str:
    """Quote a value of a user in a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def plain(value: Any) -> str:
    """Write a value of a user into a message, cut where it is long."""
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


class WrongValue(exceptions.InvalidBody):
    """A value is of another type or form; the text doesn't name its field."""

    def of_field(self, name: str) -> exceptions.InvalidBody:
        """Return the refusal with the name of the field."""
        return exceptions.InvalidBody(f"{self.message} (field '{name}')")


def wrong_type(value: Any, *expected: str) -> WrongValue:
    """Say that a value is of another JSON type than the ones expected."""
    wanted = ", ".join(f"'{one}'" for one in expected)
    return WrongValue(f"{show(value)} is not of type {wanted}")


def _whole(name: str, value: Any) -> int:
    """Read an integer or the digits of one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise wrong_type(value, "integer", "string")
    if isinstance(value, str):
        if not _DIGITS.fullmatch(value):
            raise exceptions.InvalidBody(
                f"The value for {name} must be an integer: '{plain(value)}'."
            )
        return int(value)
    return value


def _at_most(name: str, value: int, highest: int) -> int:
    """Refuse an integer that is too large."""
    if value > highest:
        raise exceptions.InvalidBody(
            f"The value for the {name} field must be less than or equal to {highest}."
        )
    return value


@dataclasses.dataclass(frozen=True, kw_only=True)
class Name:
    """The name of an object."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": f"^{naming.CHARACTERS}+$",
        }

    def read(self, name: str, value: Any, settings: Settings) -> str:
        """Check a name.

        :raises InvalidBody: when it is empty, too long or has odd characters.
        """
        if not isinstance(value, str):
            raise wrong_type(value, "string")
        if not value:
            raise exceptions.InvalidBody(
                f"The value for the {name} field must be at least 1 characters long."
            )
        if len(value) > 255:
            raise exceptions.InvalidBody(
                f"The value for the {name} field must be less than 255 characters long."
            )
        if not _NAME.fullmatch(value):
            raise exceptions.InvalidBody(
                f"The value for the '{name}' ({value}) contains illegal characters. It "
                'must contain only alphanumeric or "_-.~" characters and must start '
                "with letter."
            )
        return value


@dataclasses.dataclass(frozen=True, kw_only=True)
class String:
    """A text, up to ``longest`` characters."""

    longest: int = 255

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {"type": "string", "maxLength": self.longest}

    def read(self, name: str, value: Any, settings: Settings) -> str:
        """Check a text.

        :raises InvalidBody: when it is no text, or too long a one.
        """
        if not isinstance(value, str):
            raise wrong_type(value, "string")
        if len(value) > self.longest:
            raise exceptions.InvalidBody(
                f"The value for the {name} field must be at most {self.longest} "
                "characters long."
            )
        if "\0" in value:
            raise exceptions.InvalidBody(
                f"The value for the {name} field contains a null character."
            )
        return value


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bool:
    """True or false; words for them are recognised, and refused too."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {"type": "boolean"}

    def read(self, name: str, value: Any, settings: Settings) -> bool:
        """Check a boolean.

        :raises InvalidBody: when it is anything else.
        """
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() not in _BOOL_WORDS:
            words = ", ".join(f"'{word}'" for word in _BOOL_WORDS)
            raise exceptions.InvalidBody(
                f"Unrecognized value '{plain(value)}', acceptable values are: {words}"
            )
        raise wrong_type(value, "boolean")


@dataclasses.dataclass(frozen=True, kw_only=True)
class NonNegative:
    """An integer from zero, or its digits in a text."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {
            "type": ["integer", "string"],
            "minimum": 0,
            "maximum": LARGEST,
            "pattern": "^[0-9]+$",
        }

    def read(self, name: str, value: Any, settings: Settings) -> int:
        """Check a number.

        :raises InvalidBody: when it isn't a whole number from zero.
        """
        number = _whole(name, value)
        if number < 0:
            raise exceptions.InvalidBody(f"Value must be >= 0 for field '{name}'.")
        return _at_most(name, number, LARGEST)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Capacity:
    """A number of nodes, from ``lowest`` to the most a cluster can have."""

    lowest: int = 0

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {
            "type": ["integer", "string"],
            "minimum": self.lowest,
            "pattern": "^[0-9]+$",
        }

    def read(self, name: str, value: Any, settings: Settings) -> int:
        """Check a number of nodes.

        :raises InvalidBody: when it isn't a whole number within the limits.
        """
        number = _whole(name, value)
        if number < self.lowest:
            raise exceptions.InvalidBody(
                f"The value for the {name} field must be greater than or equal to "
                f"{self.lowest}."
            )
        _at_most(name, number, settings.max_nodes_per_cluster)
        if isinstance(value, str) and not value.isdigit():
            raise WrongValue(f"{show(value)} does not match '^[0-9]*$'")
        return number


@dataclasses.dataclass(frozen=True, kw_only=True)
class Number:
    """Any finite number."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {"type": "number"}

    def read(self, name: str, value: Any, settings: Settings) -> int | float:
        """Check a number.

        :raises InvalidBody: when it is anything else.
        """
        if isinstance(value, str):
            raise _no_float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(value, "number")
        # Whole numbers have no limit in JSON, and too large ones become no float.
        if not -LARGEST <= value <= LARGEST:
            raise exceptions.InvalidBody(
                f"The value for the {name} field must be between -{LARGEST} and "
                f"{LARGEST}."
            )
        return value


def _no_float(value: str) -> exceptions.InvalidBody:
    """Say why a text isn't taken for a number."""
    try:
        float(value)
    except ValueError:
        return exceptions.InvalidBody(
            f"could not convert string to float: {show(value)}"
        )
    return wrong_type(value, "number")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Map:
    """A JSON object."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {"type": "object"}

    def read(self, name: str, value: Any, settings: Settings) -> dict[str, Any]:
        """Check an object.

        :raises InvalidBody: when it is anything else.
        """
        if isinstance(value, dict):
            return value
        if isinstance(value, str) and not _is_json(value):
            raise WrongValue(f"The value ({plain(value)}) is not a valid JSON.")
        raise wrong_type(value, "object")


def _is_json(text: str) -> bool:
    """Tell whether a text is JSON, so that the right refusal is given."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


@dataclasses.dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of a few texts."""

    values: tuple[str, ...]

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {"type": "string", "enum": list(self.values)}

    def read(self, name: str, value: Any, settings: Settings) -> str:
        """Check the text.

        :raises InvalidBody: when it isn't one of the values.
        """
        if not isinstance(value, str) or value not in self.values:
            raise exceptions.InvalidBody(
                f"Value '{plain(value)}' is not acceptable for field '{name}'."
            )
        return value


@dataclasses.dataclass(frozen=True, kw_only=True)
class Identities:
    """A list of ids, names or short ids, each one once."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "uniqueItems": True,
        }

    def read(self, name: str, value: Any, settings: Settings) -> list[str]:
        """Check the list; a text is taken for a list of characters, as Senlin does.

        :raises InvalidBody: when it is empty, has doubles or isn't of texts.
        """
        if not value and not isinstance(value, int | float):
            raise exceptions.InvalidBody(
                f"Value for '{name}' must have at least 1 item(s)."
            )
        if not isinstance(value, list | str):
            raise wrong_type(value, "array")
        if len({json.dumps(one, sort_keys=True) for one in value}) < len(value):
            raise exceptions.InvalidBody(f"Items for '{name}' must be unique")
        if isinstance(value, str):
            raise wrong_type(value, "array")
        return [String().read(name, one, settings) for one in value]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Replacements:
    """A map from old to new identities, each new one once."""

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        return {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string"},
        }

    def read(self, name: str, value: Any, settings: Settings) -> dict[str, str]:
        """Check the map.

        :raises InvalidBody: when it is empty, has doubles or isn't of texts.
        """
        if not isinstance(value, Mapping) or not value:
            raise exceptions.InvalidBody("The data provided is not a map")
        for old, new in value.items():
            where = f"{name}[{plain(old)}]"
            if new is None:
                raise exceptions.InvalidBody(f"Field `{where}' cannot be None")
            if isinstance(new, list | dict):
                kind = "list" if isinstance(new, list) else "dict"
                raise exceptions.InvalidBody(
                    f"A string is required in field {where}, not a {kind}"
                )
            String().read(where, old, settings)
            String().read(where, new, settings)
        if len(set(value.values())) < len(value):
            raise exceptions.InvalidBody("Map contains duplicated values")
        return dict(value)


NAME = Name()
STRING = String()
BOOL = Bool()
NON_NEGATIVE = NonNegative()
NUMBER = Number()
MAP = Map()
IDENTITIES = Identities()
REPLACEMENTS = Replacements()
