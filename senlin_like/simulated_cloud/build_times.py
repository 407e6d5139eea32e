"""How long servers are built: jitter, and images that are on the host already."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like.simulated_cloud import image_caches, lifecycle
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.records import NewServer


def seconds(
    connection: sa.Connection,
    picture: Picture,
    new: NewServer,
    row: Mapping[str, Any],
    host: Thing,
) -> float:
    """Return how long a server is built on a host.

    ``row`` has its image's id and the time that it is asked for. What the metadata
    say counts before all settings. Where servers need no time or have no image,
    nothing is asked; else it's one statement.
    """
    asked = lifecycle.wait_time(new.metadata)
    if asked is not None:
        return float(asked)
    settings = picture.settings
    key = f"{settings['seed']}:{new.name}:{new.mark}"
    full = lifecycle.spread(settings["build_seconds"], settings["build_jitter"], key)
    image_id, now = row["image_id"], row["created_at"]
    if full and image_id and image_caches.is_ready(connection, host.id, image_id, now):
        return full * float(settings["cached_build_share"])
    return full
