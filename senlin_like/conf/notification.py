"""Options of the group ``[notification]``: messages of lifecycle hooks."""

from oslo_config import cfg

GROUP = cfg.OptGroup("notification", title="Messages of lifecycle hooks")

OPTS = [
    cfg.IntOpt(
        "ttl",
        default=300,
        min=1,
        max=1209600,
        help="Seconds that the message of a lifecycle hook stays in its queue, at "
        "least: where the hook is waited for longer than that, as long as that.",
    ),
]
