"""What names of objects are made of; the rule is Senlin's."""

import re

#: Of the names of nodes, what stacks and containers can't have in theirs.
_UNFIT = re.compile(r"[^a-zA-Z0-9_.-]")
CHARACTERS = r"[a-zA-Z0-9一-龥_.~-]"
LONGEST = 255
_NAME = re.compile(CHARACTERS + "+")


def is_name(value: object) -> bool:
    """Tell whether a value can be the name of an object."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST
        and _NAME.fullmatch(value) is not None
    )


def for_object(name: str, suffix: str) -> str:
    """Make the name of a stack or container: that of its node, and a suffix.

    Heat wants a letter first and ASCII after it, Docker a little less.
    """
    fit = _UNFIT.sub("-", name)
    if not fit[:1].isalpha():
        fit = f"n{fit}"
    return f"{fit[: LONGEST - len(suffix) - 1]}-{suffix}"
