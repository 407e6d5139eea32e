"""All options in one list, for the service and for the sample generator."""

from collections.abc import Iterator
from typing import Any

from oslo_config import cfg
from oslo_db import options as db_options
from oslo_log import log
from oslo_middleware import cors
from oslo_policy import opts as policy_opts

from senlin_like.conf import (
    api,
    authentication,
    default,
    docker,
    engine,
    events,
    health,
    notification,
    receiver,
    revision,
    secrets,
    simulated,
)

GROUPS = (
    api,
    authentication,
    docker,
    engine,
    events,
    health,
    notification,
    receiver,
    revision,
    secrets,
    simulated,
)


def list_opts() -> Iterator[tuple[str, list[Any]]]:
    """Yield group names and options, as the sample generator wants them."""
    yield "DEFAULT", default.OPTS
    for module in GROUPS:
        yield module.GROUP.name, module.OPTS


def register(conf: cfg.ConfigOpts) -> None:
    """Make all options of the service known to ``conf``."""
    conf.register_opts(default.OPTS)
    for module in GROUPS:
        conf.register_group(module.GROUP)
        conf.register_opts(module.OPTS, group=module.GROUP)
    log.register_options(conf)
    set_library_defaults()
    db_options.set_defaults(conf)
    policy_opts.set_defaults(conf, policy_file="policy.yaml")
    cors.set_defaults(
        allow_headers=[
            "X-Auth-Token",
            "X-Identity-Status",
            "X-Roles",
            "X-Service-Catalog",
            "X-User-Id",
            "X-Tenant-Id",
            "X-OpenStack-Request-ID",
            "OpenStack-API-Version",
            "X-OpenStack-Nova-API-Version",
        ],
        expose_headers=[
            "X-Auth-Token",
            "X-Subject-Token",
            "X-Service-Token",
            "X-OpenStack-Request-ID",
            "OpenStack-API-Version",
            "X-OpenStack-Nova-API-Version",
            "Location",
        ],
        allow_methods=["GET", "PUT", "POST", "DELETE", "PATCH"],
    )


def set_library_defaults() -> None:
    """Change what other libraries' options default to, for samples as well.

    As many connections are kept as there are threads: one more than that is
    opened and closed again for a single transaction.
    """
    cfg.set_defaults(db_options.database_opts, max_pool_size=24, max_overflow=8)


def load(
    arguments: list[str], default_files: list[str] | None = None
) -> cfg.ConfigOpts:
    """Read configuration files and command line into a new object.

    :raises SystemExit: when the command line is wrong or asks for help.
    """
    conf = cfg.ConfigOpts()
    register(conf)
    conf(
        arguments,
        project="senlin_like",
        prog=None,
        default_config_files=default_files,
    )
    return conf
