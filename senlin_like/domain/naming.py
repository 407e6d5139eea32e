"""What names of objects are made of; the rule is Senlin's."""

import re

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
