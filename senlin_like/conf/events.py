"""Options of the group ``[dispatchers]``: which events are kept."""

from oslo_config import cfg

GROUP = cfg.OptGroup("dispatchers", title="Events")

OPTS = [
    cfg.StrOpt(
        "priority",
        default="info",
        choices=["critical", "error", "warning", "info", "debug"],
        help="Lowest level of the events that are kept.",
    ),
    cfg.BoolOpt(
        "exclude_derived_actions",
        default=False,
        help="Keep no events of actions that another action made.",
    ),
]
