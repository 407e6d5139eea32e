"""The cloud's own engine as its one host, and the images that it has."""

import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.docker import faults, shapes
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.hosts import CachedImage, CacheStatus, Host

#: Ids of hosts that Docker gives none.
_SPACE = uuid.UUID("5f1d3a86-0f0e-4c0b-9d53-5f8f2d8b9c11")
_DIGEST = "sha256:"


class DockerHosts:
    """One host; zones mean nothing to it."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def list_hosts(self) -> list[Host]:
        """Return the engine's host; ``servers`` is how many containers run there.

        :raises CloudBusy: when it can't be reached.
        """
        with _told("host", "of Docker"):
            found = self._engines.client(objects.OWN_HOST).info()
        name = str(found.get("Name") or "docker")
        return [
            Host(
                name=name,
                number=1,
                id=str(uuid.uuid5(_SPACE, str(found.get("ID") or name))),
                zone=None,
                state="up",
                status="enabled",
                servers=int(found.get("ContainersRunning") or 0),
                updated_at=datetime.datetime.now(datetime.UTC),
            )
        ]

    def set_zones(self, zones: Mapping[str, str]) -> None:
        """Do nothing: one host needs no zones."""

    def cache_image(self, host: str, image_id: str) -> None:
        """Do nothing: an image that the cloud knows of is on its host.

        :raises CloudNotFound: when there is no such host or image.
        """
        if host not in {one.name for one in self.list_hosts()}:
            raise exceptions.CloudNotFound("host", host)
        find_image(self._engines, image_id)

    def look_at_images(
        self, image_ids: Collection[str]
    ) -> Mapping[tuple[str, str], CachedImage]:
        """Tell which images are on the host; those not there are left out."""
        if not image_ids:
            return {}
        [host] = self.list_hosts()
        with _told("image", "anything"):
            found = self._engines.client(objects.OWN_HOST).images(all=True)
        there = {_short(one) for one in found}
        return {
            (host.name, image_id): CachedImage(
                host=host.name, image_id=image_id, status=CacheStatus.CACHED
            )
            for image_id in image_ids
            if image_id in there
        }


class DockerImages:
    """The images on the cloud's own engine."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def find_image(self, identity: str) -> objects.Image:
        """Find an image by id or name.

        :raises CloudNotFound: when the engine hasn't got it.
        """
        return find_image(self._engines, identity)


def find_image(engines: Engines, identity: str) -> objects.Image:
    """Find an image on the cloud's own engine by id or name.

    :raises CloudNotFound: when it isn't there.
    """
    with _told("image", identity):
        found = engines.client(objects.OWN_HOST).inspect_image(identity)
    names = found.get("RepoTags") or [identity]
    return objects.Image(id=_short(found), name=str(names[0]))


def _short(found: Mapping[str, Any]) -> str:
    return str(found["Id"]).removeprefix(_DIGEST)[: shapes.ID_LENGTH]


def _told(kind: str, identity: str) -> Any:
    return faults.told(objects.OWN_HOST, kind, identity, changes=False)
