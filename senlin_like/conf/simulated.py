"""Options of the group ``[simulated_cloud]``."""

from oslo_config import cfg

GROUP = cfg.OptGroup("simulated_cloud", title="The simulated cloud")

OPTS = [
    cfg.StrOpt(
        "connection",
        secret=True,
        help="SQLAlchemy URL of the simulated cloud's own database; without it, "
        "its tables (named 'cloud_...') stand in the service's database.",
    ),
    cfg.FloatOpt(
        "build_seconds", default=0.0, min=0.0, help="Seconds that a server builds."
    ),
    cfg.FloatOpt(
        "build_jitter",
        default=0.0,
        min=0.0,
        max=1.0,
        help="Share by which the time varies: 0.2 is 20 % up or down.",
    ),
]
