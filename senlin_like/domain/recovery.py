"""What a recovery may be told: the same for requests and for health policies."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec_types
from senlin_like.domain.enums import RecoverOperation

#: Operations that need the object that there was.
IN_PLACE = (RecoverOperation.REBOOT, RecoverOperation.REBUILD)
_REBOOT_TYPES = ("SOFT", "HARD")
_SWITCH = spec_types.Boolean(description="Yes or no.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """What a value must be: in words, and as a test."""

    words: str
    holds: Callable[[Any], bool]


#: What each operation reads of its parameters.
PARAMS: Mapping[str, Mapping[str, Rule]] = {
    RecoverOperation.REBOOT: {
        "type": Rule(
            words=f"one of the following: {', '.join(_REBOOT_TYPES)}",
            holds=lambda value: (
                isinstance(value, str) and value.upper() in _REBOOT_TYPES
            ),
        )
    },
    RecoverOperation.REBUILD: {
        "image": Rule(
            words="a string",
            holds=lambda value: isinstance(value, str) and bool(value),
        )
    },
    RecoverOperation.RECREATE: {
        "fence_compute": Rule(
            words="a boolean", holds=lambda value: isinstance(value, bool)
        )
    },
}


def broken(operation: str, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first parameter that breaks its rule, and the rule in words.

    What isn't given, or null, is fine, as is what the operation doesn't read.
    """
    for key, rule in PARAMS[operation].items():
        value = params.get(key)
        if value is not None and not rule.holds(value):
            return key, rule.words
    return None


def switch(name: str, value: Any) -> bool:
    """Read a switch of a request; the usual words for yes and no do too.

    :raises Invalid: when it doesn't clearly say one of these.
    """
    try:
        return _SWITCH.convert(value, "")
    except exceptions.InvalidSpec as error:
        raise exceptions.Invalid(
            f"The value for {name} must be true or false: '{spec_types.show(value)}'."
        ) from error


def refused(operation: str, known: Collection[str]) -> str | None:
    """Tell why nodes can't be recovered by an operation, None if they can.

    ``known`` are those of their profile type.
    """
    if operation.upper() in known:
        return None
    return (
        f"Operation value '{spec_types.show(operation)}' has to be one of the "
        f"following: {', '.join(known)}."
    )
