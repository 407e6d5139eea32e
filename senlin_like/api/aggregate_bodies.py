"""Bodies of requests on host aggregates: JSON Schemas, in both modes of the API.

The schemas have the rules of Nova's API, and refusals have the form of its
texts, since its clients show them.
"""

import itertools
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema
from jsonschema import exceptions as defects

from senlin_like import exceptions
from senlin_like.api import field_types
from senlin_like.api import microversions as mv

Schema = Mapping[str, Any]

#: Defects that the one to be told is chosen from: a body may have very many.
_MOST_DEFECTS = 20

_FORMATS = jsonschema.FormatChecker(formats=())


def _is_printable(text: str) -> bool:
    """Tell whether a text has no control characters, and no spaces but plain ones."""
    kinds = (unicodedata.category(one) for one in text)
    return all(kind == "Zs" or kind[0] not in "CZ" for kind in kinds)


@_FORMATS.checks("name")
def _is_name(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return _is_printable(value) and value == value.strip()


@_FORMATS.checks("name-with-blanks")
def _is_name_with_blanks(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return _is_printable(value) and bool(value.strip())


@_FORMATS.checks("availability-zone")
def _is_zone(value: object) -> bool:
    return _is_name(value) and not (isinstance(value, str) and ":" in value)


@_FORMATS.checks("uuid")
def _is_uuid(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return str(uuid.UUID(value)).replace("-", "") == value.lower().replace("-", "")
    except ValueError:
        return False


def _closed(required: bool, **properties: Schema) -> Schema:
    """Describe an object without other keys; ``required`` are all, or none."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(properties)} if required else {}),
    }


_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 255}
_NAME: Schema = {**_TEXT, "format": "name"}
_ZONE: Schema = {
    **_TEXT,
    "type": ["string", "null"],
    "format": "availability-zone",
}
# Nothing may follow what "$" stands for, not even the end of a line.
_HOST: Schema = {**_TEXT, "pattern": r"^[A-Za-z0-9._\-]*$(?!\n)"}
_KEYS = r"^[A-Za-z0-9_:. \-]{1,255}$(?!\n)"
_METADATA: Schema = {
    "type": "object",
    # Whichever way a zone comes, it is one; what is empty gets a text of its own.
    "properties": {"availability_zone": {"format": "availability-zone"}},
    "patternProperties": {_KEYS: {"type": ["string", "null"], "maxLength": 255}},
    "additionalProperties": False,
}

CREATE = _closed(
    True,
    aggregate={
        **_closed(False, name=_NAME, availability_zone=_ZONE),
        "required": ["name"],
    },
)
UPDATE = _closed(
    True,
    aggregate={
        **_closed(
            False,
            name={**_TEXT, "format": "name-with-blanks"},
            availability_zone=_ZONE,
        ),
        "minProperties": 1,
    },
)
ADD_HOST = _closed(True, add_host=_closed(True, host=_HOST))
REMOVE_HOST = _closed(True, remove_host=_closed(True, host=_HOST))
SET_METADATA = _closed(True, set_metadata=_closed(True, metadata=_METADATA))
IMAGES = _closed(
    True,
    cache={
        "type": "array",
        "minItems": 1,
        "items": _closed(True, id={"type": "string", "format": "uuid"}),
    },
)
#: Any of the actions of an aggregate.
ACTION: Schema = {"oneOf": [ADD_HOST, REMOVE_HOST, SET_METADATA]}


def described(schema: Schema) -> Callable[[mv.Version], dict[str, Any]]:
    """Return what describes bodies of a schema in OpenAPI, at any version."""
    return lambda _version: dict(schema)


def check(schema: Schema, body: Any) -> Any:
    """Check a body and return it.

    :raises InvalidBody: when it doesn't fit, naming the field and the reason.
    """
    checker = jsonschema.Draft202012Validator(schema, format_checker=_FORMATS)
    found = itertools.islice(checker.iter_errors(body), _MOST_DEFECTS)
    defect = defects.best_match(found)
    if defect is None:
        return body
    reason = _reason(defect)
    if not defect.path:
        raise exceptions.InvalidBody(reason)
    raise exceptions.InvalidBody(
        f"Invalid input for field/attribute {defect.path[-1]}. "
        f"Value: {field_types.plain(defect.instance)}. {reason}"
    )


def _reason(defect: defects.ValidationError) -> str:
    """Say what is wrong; long values of users are cut."""
    if defect.validator == "format":
        return (
            f"{field_types.show(defect.instance)} is no valid {defect.validator_value}."
        )
    return field_types.plain(defect.message)


def canonical_uuid(text: str) -> str:
    """Write a UUID that was checked in the one way that it is stored in."""
    return str(uuid.UUID(text))
