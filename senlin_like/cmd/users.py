"""Writes the htpasswd file of ``http_basic``: one line a user, bcrypt."""

import os
import pathlib
import tempfile

import bcrypt

from senlin_like import exceptions

#: bcrypt looks at no more of a password.
_LONGEST = 72


def set_password(path: pathlib.Path, name: str, password: str) -> None:
    """Add a user to the file, or give one another password.

    :raises Invalid: when the name or the password can't be used.
    """
    if not name or ":" in name or not name.isprintable():
        raise exceptions.Invalid(
            f"The user name '{name}' must be printable and without a colon."
        )
    secret = password.encode()
    if not 0 < len(secret) <= _LONGEST:
        raise exceptions.Invalid(
            f"The password must have 1 to {_LONGEST} bytes, not {len(secret)}."
        )
    stored = bcrypt.hashpw(secret, bcrypt.gensalt()).decode()
    _write(path, [*_others(path, name), f"{name}:{stored}"])


def remove(path: pathlib.Path, name: str) -> None:
    """Take a user out of the file.

    :raises NotFound: when there is no such user.
    """
    lines = _others(path, name)
    if len(lines) == len(_lines(path)):
        raise exceptions.NotFound("user", name)
    _write(path, lines)


def _lines(path: pathlib.Path) -> list[str]:
    try:
        return [line for line in path.read_text().splitlines() if line.strip()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise exceptions.Invalid(f"{path} can't be read: {error.strerror}.") from error


def _others(path: pathlib.Path, name: str) -> list[str]:
    return [line for line in _lines(path) if line.split(":", 1)[0] != name]


def _write(path: pathlib.Path, lines: list[str]) -> None:
    """Replace the file in one go; only its owner can read it.

    :raises Invalid: when it can't be written.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{line}\n" for line in lines)
        os.replace(name, path)
    except OSError as error:
        raise exceptions.Invalid(
            f"{path} can't be written: {error.strerror}."
        ) from error
