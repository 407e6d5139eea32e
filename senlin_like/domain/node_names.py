"""Names of the nodes that a cluster makes, from its ``node.name.format``.

In a format ``$nR`` stands for n random letters and digits that begin with a
letter, ``$nr`` for the same in lower case, ``$nI`` for the index of the node
with at least n digits; without n that is 8, 8 and no padding. n has at most 8
digits. Anything else is literal text.
"""

import random
import re
import string
import unicodedata

from senlin_like import exceptions
from senlin_like.domain import naming

DEFAULT_FORMAT = "node-$8R"
#: Longest name, in characters: the width of the column and of the API field.
MAX_LENGTH = 255
#: Digits of the largest index that a signed 32-bit column holds.
_INDEX_DIGITS = 10
_RANDOM_LENGTH = 8
_TOKEN = re.compile(r"\$([0-9]{0,8})([rRI])")


def check_format(name_format: object) -> str | None:
    """Tell what is wrong with a name format, None if nothing is.

    An empty format is fine: it stands for the default one. Names may be as
    long as 255 characters with any index.
    """
    if not isinstance(name_format, str):
        return f"The node name format must be a string, not {_kind_of(name_format)}."
    if any(unicodedata.category(char).startswith("C") for char in name_format):
        return "The node name format must not contain control characters."
    longest = _longest(name_format or DEFAULT_FORMAT)
    if longest > MAX_LENGTH:
        return (
            f"The node name format gives names of up to {longest} characters; "
            f"at most {MAX_LENGTH} are allowed."
        )
    if longest == 0:
        return "The node name format gives empty names."
    return None


def check_new_format(name_format: object) -> str | None:
    """Tell what is wrong with a format that somebody asks for, None if nothing is.

    Its names have to be such as a user may give to a node. Formats that were
    stored before this was checked go on: see ``check_format``.
    """
    problem = check_format(name_format)
    literal = _TOKEN.sub("", str(name_format))
    if problem is None and literal and not naming.is_name(literal):
        return (
            "The node name format gives names with illegal characters; only "
            'alphanumeric or "_-.~" characters are allowed.'
        )
    return problem


def _kind_of(value: object) -> str:
    """Name the type of a value that came as JSON."""
    names = {type(None): "null", bool: "a boolean", dict: "a map", list: "a list"}
    return names.get(type(value), "a number")


def _longest(name_format: str) -> int:
    """Count the characters of the longest name that a format can give."""
    literal = len(_TOKEN.sub("", name_format))
    return literal + sum(
        max(int(count or 0), _INDEX_DIGITS)
        if letter == "I"
        else int(count or _RANDOM_LENGTH)
        for count, letter in _TOKEN.findall(name_format)
    )


def generate(name_format: str, index: int, source: random.Random) -> str:
    """Make the name of the node with this index; an empty format is the default.

    ``source`` is where the random letters come from.

    :raises Invalid: when the format isn't one that ``check_format`` accepts.
    """
    problem = check_format(name_format)
    if problem:
        raise exceptions.Invalid(problem)

    def expand(token: re.Match[str]) -> str:
        count, letter = token.groups()
        if letter == "I":
            return str(index).zfill(int(count or 0))
        text = _random_text(int(count or _RANDOM_LENGTH), source)
        return text.lower() if letter == "r" else text

    return _TOKEN.sub(expand, name_format or DEFAULT_FORMAT)


def _random_text(length: int, source: random.Random) -> str:
    """Make random letters and digits that begin with a letter."""
    first = source.choices(string.ascii_letters, k=min(length, 1))
    rest = source.choices(string.ascii_letters + string.digits, k=max(0, length - 1))
    return "".join(first + rest)
