"""Options of oslo.messaging that it registers with the global configuration alone.

It asks the configuration that it was given for them nevertheless.
"""

from oslo_config import cfg

GROUPS = ("oslo_messaging_metrics", "oslo_messaging_tracing")
_KINDS = {bool: cfg.BoolOpt, int: cfg.IntOpt}


def groups() -> list[str]:
    """Return the groups that the release has, once oslo.messaging is imported."""
    return [name for name in GROUPS if name in cfg.CONF]


def options(group: str) -> list[cfg.Opt]:
    """Return the options of a group with their defaults."""
    return [
        _KINDS.get(type(default), cfg.StrOpt)(name, default=default)
        for name, default in cfg.CONF[group].items()
    ]


def register(conf: cfg.ConfigOpts) -> None:
    """Make these options known to ``conf``, once oslo.messaging is imported."""
    for group in groups():
        conf.register_opts(options(group), group=group)
