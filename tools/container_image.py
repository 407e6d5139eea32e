"""A small image to make containers from, where nothing can be fetched."""

import io
import pathlib
import shutil
import struct
import tarfile
from typing import Any

REPOSITORY = "senlin-like/busybox"
TAG = "static"
NAME = f"{REPOSITORY}:{TAG}"
COMMANDS = ("sh", "sleep", "true")
_INTERPRETED = 3  # the type of the ELF segment that names a dynamic linker


def is_there(client: Any) -> bool:
    """Tell whether an engine has the image."""
    return bool(client.images(name=NAME))


def provide(client: Any) -> bool:
    """See to it that an engine has the image; tell whether it was made now.

    :raises FileNotFoundError: when there is no static busybox to make it of.
    """
    if is_there(client):
        return False
    client.import_image_from_data(_archive(_busybox()), repository=REPOSITORY, tag=TAG)
    return True


def remove(client: Any) -> None:
    """Take the image away again."""
    client.remove_image(NAME)


def _busybox() -> bytes:
    found = shutil.which("busybox")
    binary = pathlib.Path(found).read_bytes() if found else b""
    if not _is_static(binary):
        raise FileNotFoundError(
            "there is no static busybox (in Debian the package busybox-static)"
        )
    return binary


def _is_static(binary: bytes) -> bool:
    """Tell whether a 64-bit ELF program runs without any library."""
    if binary[:5] != b"\x7fELF\x02":
        return False
    (at,) = struct.unpack_from("<Q", binary, 32)
    size, number = struct.unpack_from("<HH", binary, 54)
    types = (
        struct.unpack_from("<I", binary, at + size * one)[0] for one in range(number)
    )
    return _INTERPRETED not in types


def _archive(busybox: bytes) -> bytes:
    """Return a root file system: one program by several names."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        program = tarfile.TarInfo("bin/busybox")
        program.size, program.mode = len(busybox), 0o755
        archive.addfile(program, io.BytesIO(busybox))
        for command in COMMANDS:
            link = tarfile.TarInfo(f"bin/{command}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
    return target.getvalue()
