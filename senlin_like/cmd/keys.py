"""The file with the keys of secrets at rest.

A key that is lost takes with it all that it has sealed: the file is never half
written, whatever happens meanwhile.
"""

import contextlib
import os
import pathlib
import tempfile

from senlin_like import exceptions


def put_first(path: pathlib.Path, key: str) -> None:
    """Put a key before those of a file that only its owner can read.

    :raises Invalid: when the file can't be read or written; it is as it was then.
    """
    real = path.resolve()
    try:
        old = real.read_text() if real.exists() else ""
        _replace(real, f"{key}\n{old}")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise exceptions.Invalid(
            f"The key file {path} can't be changed: {reason}."
        ) from error


def _replace(path: pathlib.Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            # Whoever runs the service has to be able to read it still.
            status = path.stat()
            os.chown(name, status.st_uid, status.st_gid)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
