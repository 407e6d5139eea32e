"""Puts the parts of a process together from its options."""

import gc
import ipaddress
import os
import pathlib
import socket
import sys
from collections.abc import Callable
from typing import Any

from oslo_config import cfg
from oslo_log import log

from senlin_like import exceptions
from senlin_like.conf import opts
from senlin_like.db import session
from senlin_like.db.session import Database
from senlin_like.db.vault import Vault
from senlin_like.domain import urls
from senlin_like.domain.enums import EventLevel
from senlin_like.domain.health import Breaker
from senlin_like.drivers import base as clouds
from senlin_like.drivers import registry as drivers
from senlin_like.drivers import web
from senlin_like.drivers.options import DockerOptions, DriverOptions, ServiceUser
from senlin_like.engine import checker
from senlin_like.engine.worker import Options
from senlin_like.events import registry as events
from senlin_like.operations.deps import Deps, Settings
from senlin_like.policies import registry as policies
from senlin_like.profiles import registry as profiles

#: Names the folder of the configuration, where WSGI servers have the command line.
FOLDER = "OS_SENLIN_LIKE_CONFIG_DIR"
_FOLDER = "/etc/senlin_like"
SIMULATED = ("simulated", "openstack_test")
_LEVELS = {
    "critical": EventLevel.CRITICAL,
    "error": EventLevel.ERROR,
    "warning": EventLevel.WARN,
    "info": EventLevel.INFO,
    "debug": EventLevel.DEBUG,
}


def default_files() -> list[str] | None:
    """Return the configuration files that are read where no others are named.

    None leaves it to the search through the user's and the system's folders. A
    folder that the environment names has to have a file: it isn't looked for.
    """
    named = os.environ.get(FOLDER)
    path = pathlib.Path(named or _FOLDER) / "senlin_like.conf"
    return [str(path)] if named or path.exists() else None


def configure(arguments: list[str], program: str) -> cfg.ConfigOpts:
    """Read the configuration and set up logging."""
    conf = opts.load(arguments, default_files())
    log.set_defaults(
        default_log_levels=[
            "taskflow=ERROR",
            "amqp=WARN",
            "amqplib=WARN",
            "oslo.messaging=INFO",
            "oslo_messaging=INFO",
            "sqlalchemy=WARN",
            "keystonemiddleware=WARN",
            "keystoneauth=WARN",
            "urllib3=WARN",
            "alembic=WARN",
            "waitress=ERROR",
        ]
    )
    log.setup(conf, program)
    return conf


def fail(message: str) -> "SystemExit":
    """Return the end of a program that can't start, with the reason."""
    sys.stderr.write(f"ERROR: {message}\n")
    return SystemExit(1)


def read_keys(conf: cfg.ConfigOpts) -> list[str]:
    """Return the keys for secrets at rest, from options and key file.

    :raises Invalid: when the key file can't be read.
    """
    keys = list(conf.secrets.fernet_keys)
    if conf.secrets.fernet_key_file:
        path = pathlib.Path(conf.secrets.fernet_key_file)
        try:
            lines = path.read_text().splitlines()
        except OSError as error:
            raise exceptions.Invalid(
                f"[secrets] fernet_key_file {path} can't be read: {error.strerror}."
            ) from error
        keys += [line.strip() for line in lines if line.strip()]
    return keys


def open_database(conf: cfg.ConfigOpts) -> Database:
    """Connect to the service's database.

    :raises Invalid: when the connection or the keys are missing.
    """
    if not conf.database.connection:
        raise exceptions.Invalid("[database] connection is not set.")
    return session.connect(
        conf.database.connection,
        Vault(read_keys(conf)),
        writers=conf.engine.transactions,
        size=conf.database.max_pool_size,
        overflow=conf.database.max_overflow,
        timeout_s=float(conf.database.pool_timeout or 30),
        recycle_s=conf.database.connection_recycle_time,
    )


def open_driver(conf: cfg.ConfigOpts) -> clouds.Driver:
    """Load the cloud driver that the options name.

    :raises Invalid: when an option is wrong.
    """
    url = conf.simulated_cloud.connection or conf.database.connection
    return drivers.load(
        conf.cloud_backend,
        DriverOptions(
            region=conf.default_region_name,
            call_timeout_s=conf.engine.cloud_call_timeout_s,
            service_user=_service_user(conf.authentication),
            docker=_docker_options(conf),
            simulated_url=url if conf.cloud_backend in SIMULATED else None,
            build_seconds=conf.simulated_cloud.build_seconds,
            build_jitter=conf.simulated_cloud.build_jitter,
        ),
    )


def _service_user(own: Any) -> ServiceUser:
    return ServiceUser(
        auth_url=own.auth_url,
        username=own.service_username,
        password=own.service_password,
        project_name=own.service_project_name,
        user_domain=own.service_user_domain,
        project_domain=own.service_project_domain,
        verify=(own.cafile or True) if own.verify_ssl else False,
        interface=own.interface,
    )


def _docker_options(conf: cfg.ConfigOpts) -> DockerOptions:
    group = conf.docker
    return DockerOptions(
        url=group.host,
        uses_tls=group.tls,
        tls_verify=group.tls_verify,
        tls_ca_file=group.tls_ca_file,
        tls_cert_file=group.tls_cert_file,
        tls_key_file=group.tls_key_file,
        tls_on_nodes=group.tls_on_nodes,
        connect_timeout_s=group.connect_timeout_s,
        look_timeout_s=group.look_timeout_s,
        pulls_images=group.pull_images,
        rules=_rules(conf.health),
    )


def settings(conf: cfg.ConfigOpts) -> Settings:
    """Return the limits and switches that requests are judged by."""
    return Settings(
        host=conf.host,
        region=conf.default_region_name,
        max_nodes_per_cluster=conf.max_nodes_per_cluster,
        max_clusters_per_project=conf.max_clusters_per_project,
        default_action_timeout=conf.default_action_timeout,
        server_timeout_s=conf.default_nova_timeout,
        stray_watch_s=float(conf.engine.stray_watch_s),
        image_cache_parallelism=conf.engine.image_cache_parallelism,
        image_cache_attempts=conf.engine.image_cache_attempts,
        image_cache_host_timeout=conf.engine.image_cache_host_timeout,
        name_unique=conf.name_unique,
        delete_cluster_dependents=conf.delete_cluster_dependents,
        max_page_size=conf.senlin_api.max_page_size,
        service_down_time=conf.service_down_time,
        health_check_interval_min=conf.health_check_interval_min,
        api_revision=conf.revision.senlin_api_revision,
        engine_revision=conf.revision.senlin_engine_revision,
        event_level=int(
            EventLevel.DEBUG if conf.debug else _LEVELS[conf.dispatchers.priority]
        ),
        keeps_events=events.DATABASE in conf.event_dispatchers,
        exclude_derived_events=conf.dispatchers.exclude_derived_actions,
        trust_roles=tuple(conf.trust_roles),
        receiver_host=conf.receiver.host,
        receiver_port=conf.receiver.port,
        message_ttl_s=conf.notification.ttl,
    )


def deps(conf: cfg.ConfigOpts, wake: Callable[[], None]) -> Deps:
    """Put together what operations, controllers and engine work with.

    :raises Invalid: when an option is missing or wrong.
    """
    return Deps(
        db=open_database(conf),
        wake=wake,
        profiles=profiles.load(),
        policies=policies.load(),
        driver=open_driver(conf),
        settings=settings(conf),
        outboxes=events.load(conf.event_dispatchers, conf),
    )


def engine_options(conf: cfg.ConfigOpts) -> Options:
    """Return how an engine works."""
    return Options(
        threads=conf.engine.threads,
        lease_s=float(conf.engine.lease_s),
        poll_s=conf.engine.poll_interval_s,
        max_attempts=conf.engine.max_attempts,
        watch_first_s=conf.engine.watch_interval_min_s,
        watch_longest_s=conf.engine.watch_interval_max_s,
        stray_watch_s=float(conf.engine.stray_watch_s),
        stray_every_s=min(10.0, conf.engine.stray_watch_s / 10),
        members_every_s=float(conf.engine.members_check_interval_s),
        action_days=conf.engine.action_retention_days,
        event_days=conf.engine.event_retention_days,
        health=health_options(conf),
    )


def health_options(conf: cfg.ConfigOpts) -> checker.Options:
    """Return how an engine checks health.

    :raises Invalid: when a network isn't one.
    """
    group = conf.health
    return checker.Options(
        breaker=Breaker(
            max_unhealthy_percent=group.max_unhealthy_percent,
            max_repairs_in_flight=group.max_repairs_in_flight,
        ),
        asking=web.Limits(
            rules=_rules(group),
            timeout_s=group.probe_timeout_s,
            max_bytes=group.max_response_size,
        ),
        probe_threads=group.probe_threads,
        clusters_per_round=group.clusters_per_round,
        poll_s=group.poll_interval_s,
        hold_s=max(float(group.hold_s), conf.engine.cloud_call_timeout_s + 30.0),
        late_s=float(group.late_s),
        events_s=group.events_interval_s,
        asks_events=conf.cloud_backend in SIMULATED and not group.listen_to_cloud,
    )


def _rules(group: Any) -> urls.Rules:
    try:
        return urls.Rules(
            allowed=[ipaddress.ip_network(one) for one in group.allowed_networks],
            denied=[ipaddress.ip_network(one) for one in group.denied_networks],
        )
    except ValueError as error:
        raise exceptions.Invalid(
            f"[health] allowed_networks, denied_networks: {error}."
        ) from error


def leave_garbage_alone() -> None:
    """Leave all that a program has loaded out of later garbage collections.

    A full collection of it stops all threads for a fifth of a second.
    """
    gc.collect()
    gc.freeze()


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(entry[4][0]).is_loopback for entry in found)


def refuse_strangers(auth: str, host: str) -> None:
    """See to it that nobody else gets in where nobody is asked who he is.

    :raises Invalid: when the address would let strangers in.
    """
    if auth == "none" and not is_loopback(host):
        raise exceptions.Invalid(
            f"The address {host} can be reached by others, and authentication "
            "'none' lets everybody in: use 'http_basic' or 'keystone'."
        )
