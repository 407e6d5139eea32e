"""Options of the group ``[dispatchers]``: which events are told."""

from oslo_config import cfg

GROUP = cfg.OptGroup("dispatchers", title="Events")

OPTS = [
    cfg.StrOpt(
        "priority",
        default="info",
        choices=["critical", "error", "warning", "info", "debug"],
        help="Lowest level of the events that are told; with [DEFAULT] debug all are.",
    ),
    cfg.BoolOpt(
        "exclude_derived_actions",
        default=False,
        help="Tell no events of actions that another action made.",
    ),
    cfg.IntOpt(
        "max_queued",
        default=1000,
        min=1,
        help="Events that wait in an engine for a dispatcher that can't send them, "
        "such as 'message' while the broker is away. What comes when they are that "
        "many is dropped, and said in the log.",
    ),
]
