"""What a cluster's ``config`` may say where that means something.

Other keys are the user's own. Clients of the command line send every value as
a text, so a text that spells the right value is one too.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.domain import node_names, spec_types

#: How the nodes that the cluster makes are named.
NAME_FORMAT = "node.name.format"
#: Longest time that a server may be given to stop, in seconds.
_LONGEST_S = 2**31 - 1
_DIGITS = re.compile(r"[0-9]{1,10}")


def _seconds_problem(value: Any) -> str | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and 0 <= value <= _LONGEST_S:
        return None
    return (
        f"It must be a whole number of seconds from 0 to {_LONGEST_S}, not "
        f"'{spec_types.show(value)}'."
    )


def _switch_problem(value: Any) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return None
    return f"It must be true or false, not '{spec_types.show(value)}'."


_KNOWN: Mapping[str, Callable[[Any], str | None]] = {
    NAME_FORMAT: node_names.check_new_format,
    "cluster.stop_node_before_delete": _switch_problem,
    "cluster.stop_timeout_before_update": _seconds_problem,
}


def problem(config: Mapping[str, Any]) -> str | None:
    """Tell which key has a value that can't be used and why, None if none has."""
    for key, check in _KNOWN.items():
        wrong = check(config[key]) if key in config else None
        if wrong is not None:
            return f"Bad value of config '{key}': {wrong}"
    return None
