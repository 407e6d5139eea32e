"""Objects that a request's body names: what isn't there makes the body wrong."""

import contextlib
from collections.abc import Iterator

from senlin_like import exceptions


@contextlib.contextmanager
def specified(kind: str, identity: str, word: str = "specified") -> Iterator[None]:
    """Turn "not found" into a refusal of the body that names the object.

    ``word`` is how Senlin's text calls the object.

    :raises Invalid: when the object can't be found.
    """
    try:
        yield
    except exceptions.NotFound as error:
        raise exceptions.Invalid(
            f"The {word} {kind} '{identity}' could not be found."
        ) from error
