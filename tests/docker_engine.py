"""The real Docker engine that tests marked ``docker`` need, and where it is."""

import contextlib
import functools
import os
import socket
import urllib.parse
from collections.abc import Iterator
from typing import Any

import docker

from tools import container_image

URL = "unix:///var/run/docker.sock"
PATIENCE_S = 20


@contextlib.contextmanager
def opened(url: str) -> Iterator[Any]:
    """Give the SDK's own client of an engine, for what isn't tested.

    :raises OSError: when no engine answers.
    """
    _reach(url)
    try:
        client = docker.APIClient(base_url=url, version="auto", timeout=PATIENCE_S)
    except docker.errors.DockerException as error:
        raise OSError(str(error)) from error
    try:
        yield client
    finally:
        client.close()


def _reach(url: str) -> None:
    """Look whether anybody listens: the SDK leaves a socket open if nobody does."""
    where = urllib.parse.urlsplit(url)
    try:
        if where.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as link:
                link.connect(where.path)
        else:
            address = (where.hostname or "127.0.0.1", where.port or 2375)
            socket.create_connection(address, PATIENCE_S).close()
    except OSError as error:
        raise OSError(f"{url}: {error.strerror or error}") from error


@functools.cache
def found() -> str:
    """Return where the engine is; it has an image then to make containers from.

    :raises OSError: when no engine answers, or there is no image.
    """
    named = os.environ.get("SENLIN_LIKE_TEST_DOCKER_URL")
    url = named or os.environ.get("DOCKER_HOST") or URL
    with opened(url) as client:
        container_image.provide(client)
    return url
