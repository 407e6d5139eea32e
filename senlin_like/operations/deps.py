"""What operations, controllers and the engine work with; put together in cmd."""

import dataclasses
import datetime
import random
from collections.abc import Callable

from senlin_like.db.session import Database
from senlin_like.drivers.base import Driver
from senlin_like.events.outbox import Outbox
from senlin_like.operations.kept import Kept
from senlin_like.policies.registry import Registry as PolicyRegistry
from senlin_like.profiles.registry import Registry

#: How long a permission counts as good after the cloud has taken it.
_TAKEN_S = 60.0


def utc_now() -> datetime.datetime:
    """Return the present time, aware and in UTC."""
    return datetime.datetime.now(datetime.UTC)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Limits and switches that requests are judged by; read from options."""

    host: str = "localhost"
    region: str | None = None
    max_nodes_per_cluster: int = 1000
    max_clusters_per_project: int = 100
    default_action_timeout: int = 3600
    server_timeout_s: int = 600
    stray_watch_s: float = 900.0
    image_cache_parallelism: int = 10
    image_cache_attempts: int = 5
    image_cache_host_timeout: int = 900
    name_unique: bool = False
    delete_cluster_dependents: bool = False
    max_page_size: int = 1000
    service_down_time: int = 60
    health_check_interval_min: int = 60
    api_revision: str = "1.0"
    engine_revision: str = "1.0"
    event_level: int = 20
    exclude_derived_events: bool = False
    #: Whether events are rows that the API shows.
    keeps_events: bool = True
    trust_roles: tuple[str, ...] = ()
    #: Where webhooks are reached; None: the catalogue, or ``host``, tells.
    receiver_host: str | None = None
    receiver_port: int = 8777
    #: How long a message of a lifecycle hook stays in its queue, at least.
    message_ttl_s: int = 300


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deps:
    """The parts that are shared by everything in one process."""

    db: Database
    #: Tells the engines that there is work; may be lost, never raises.
    wake: Callable[[], None]
    profiles: Registry
    policies: PolicyRegistry
    driver: Driver
    settings: Settings = Settings()
    clock: Callable[[], datetime.datetime] = utc_now
    #: Those who are told of events besides.
    outboxes: tuple[Outbox, ...] = ()
    chance: random.Random = dataclasses.field(default_factory=random.Random)
    #: Which stored permissions the cloud took a moment ago, by what was stored.
    taken: Kept[str, bool] = dataclasses.field(default_factory=lambda: Kept(_TAKEN_S))
