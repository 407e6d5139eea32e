"""Options of the service without files."""

from typing import Any

from oslo_config import cfg

from senlin_like.conf import api as api_options
from senlin_like.conf import opts


def configure(**api: Any) -> cfg.ConfigOpts:
    """Make options without files; ``api`` are those of the group senlin_api."""
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="senlin_like", default_config_files=[])
    # Groups share their overrides between all objects of options.
    for option in api_options.OPTS:
        conf.clear_override(option.name, group="senlin_api")
    conf.set_override("auth_strategy", "none", group="senlin_api")
    for name, value in api.items():
        conf.set_override(name, value, group="senlin_api")
    return conf
