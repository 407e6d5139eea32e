"""Reads bodies that name one thing to do, and the force of deletions."""

from typing import Any

from senlin_like import exceptions
from senlin_like.api import field_types, queries
from senlin_like.api import microversions as mv
from senlin_like.api.call import Call


def only_key(body: dict[str, Any] | None, word: str, stop: str) -> tuple[str, Any]:
    """Give the one key of a body and its value.

    ``word`` is ``action`` or ``operation``; ``stop`` ends the sentence, as
    clients of Senlin's API compare it.

    :raises InvalidBody: when there is none, or there are several.
    """
    if not body:
        raise exceptions.InvalidBody(f"No {word} specified{stop}")
    if len(body) > 1:
        raise exceptions.InvalidBody(f"Multiple {word}s specified{stop}")
    return next(iter(body.items()))


def unknown_action(name: str) -> exceptions.InvalidBody:
    """Say that there is no such action."""
    return exceptions.InvalidBody(
        f"Unrecognized action '{field_types.plain(name)}' specified"
    )


def is_forced(call: Call, *, takes_words: bool = False) -> bool:
    """Read whether a deletion is forced, which old versions ignore.

    :raises InvalidBody: when the value isn't a boolean.
    """
    return says_force(call, takes_words=takes_words) and call.version >= mv.FORCE_DELETE


def says_force(call: Call, *, takes_words: bool = False) -> bool:
    """Read ``force`` from the query, or else from the body, at any version.

    :raises InvalidBody: when the value isn't a boolean.
    """
    if "force" in call.query:
        return queries.boolean(call.query, "force")
    return _forced_by_body((call.body or {}).get("force"), call, takes_words)


def _forced_by_body(value: Any, call: Call, takes_words: bool) -> bool:
    """Read the value in a body; nodes take the words too, as Senlin's do."""
    if value is None:
        return False
    if not takes_words:
        return field_types.BOOL.read("force", value, call.deps.settings)
    words = str(value).lower() if isinstance(value, bool | str) else ""
    if words not in ("true", "false"):
        raise queries.not_boolean(value, "force")
    return words == "true"


def force_schema(version: mv.Version) -> dict[str, Any]:
    """Describe the optional body of a deletion."""
    return {"type": "object", "properties": {"force": {"type": ["boolean", "null"]}}}
