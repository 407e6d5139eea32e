"""Options of oslo.messaging that it registers with the global configuration alone.

It asks the configuration that it was given for them nevertheless.
"""

from oslo_config import cfg

GROUPS = ("oslo_messaging_metrics", "oslo_messaging_tracing")
_KINDS = {bool: cfg.BoolOpt, int: cfg.IntOpt}


def register(conf: cfg.ConfigOpts) -> None:
    """Make these options known to ``conf``, once oslo.messaging is imported."""
    # Releases differ in which of the groups they have.
    for group in [name for name in GROUPS if name in cfg.CONF]:
        for name, default in cfg.CONF[group].items():
            kind = _KINDS.get(type(default), cfg.StrOpt)
            conf.register_opt(kind(name, default=default), group=group)
