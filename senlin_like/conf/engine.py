"""Options of the group ``[engine]``: the workers."""

from oslo_config import cfg

GROUP = cfg.OptGroup("engine", title="The engines")

OPTS = [
    cfg.IntOpt("workers", default=1, min=1, help="Engine processes to start."),
    cfg.IntOpt(
        "threads",
        default=16,
        min=1,
        max=64,
        help="Actions that one engine process works on at the same moment. "
        "Waiting for the cloud or for other actions takes no thread.",
    ),
    cfg.IntOpt(
        "transactions",
        default=1,
        min=1,
        help="Writing transactions that one process has under way at the same moment, "
        "API processes too; more of them slow down who reads. One that takes longer "
        "than 0.1 s doesn't count. Raise it where the database is far away.",
    ),
    cfg.IntOpt(
        "niceness",
        default=10,
        min=0,
        max=19,
        help="How far senlin-like-engine stands back for other programs of its host, "
        "such as the API and the database; 0: not at all.",
    ),
    cfg.IntOpt(
        "lease_s",
        default=10,
        min=2,
        help="Seconds after which the actions of a silent engine are taken over.",
    ),
    cfg.FloatOpt(
        "poll_interval_s",
        default=1.0,
        min=0.05,
        help="Seconds between two looks for work when no wake-up arrives.",
    ),
    cfg.IntOpt(
        "max_attempts",
        default=10,
        min=1,
        help="How often an action is taken over from lost engines before it is undone.",
    ),
    cfg.FloatOpt(
        "watch_interval_min_s",
        default=0.2,
        min=0.02,
        help="Seconds between two looks at cloud objects at first.",
    ),
    cfg.FloatOpt(
        "watch_interval_max_s",
        default=5.0,
        min=0.1,
        help="Seconds between two looks at cloud objects that take long.",
    ),
    cfg.IntOpt(
        "cloud_call_timeout_s",
        default=60,
        min=1,
        help="Seconds that one call to a cloud may take.",
    ),
    cfg.IntOpt(
        "stray_watch_s",
        default=900,
        min=10,
        help="Seconds during which a server, or a load balancer, is looked for that "
        "may still be made since an engine was lost, or a request had no answer.",
    ),
    cfg.IntOpt(
        "members_check_interval_s",
        default=300,
        min=0,
        help="Seconds between two looks whether a load balancer has the members that "
        "it should have; 0: never. What has drifted is put right by an action. While "
        "that doesn't help, looks come less and less often.",
    ),
    cfg.IntOpt(
        "image_cache_parallelism",
        default=10,
        min=1,
        help="Hosts of an aggregate that images are brought to at the same time, for "
        "each action that does so. A host that has failed keeps its place until it is "
        "given up.",
    ),
    cfg.IntOpt(
        "image_cache_attempts",
        default=5,
        min=1,
        help="How often a host is asked for an image that doesn't get there, with "
        "longer and longer pauses, before it is given up.",
    ),
    cfg.IntOpt(
        "image_cache_host_timeout",
        default=900,
        min=1,
        help="Seconds that an image may take to a host. After that the host is asked "
        "again, as long as image_cache_attempts allows; then it is given up, and "
        "another one gets its place.",
    ),
    cfg.IntOpt(
        "action_retention_days",
        default=30,
        min=0,
        help="Days that finished actions are kept; 0: for ever.",
    ),
    cfg.IntOpt(
        "event_retention_days",
        default=90,
        min=0,
        help="Days that events are kept; 0: for ever.",
    ),
]
