"""Options of the group ``[health]``: checks of clusters, and repairs."""

from oslo_config import cfg

GROUP = cfg.OptGroup("health", title="Health checks and repairs")
_SENLIN = "health_manager"

OPTS = [
    cfg.IntOpt(
        "max_unhealthy_percent",
        default=40,
        min=0,
        max=100,
        help="When more of a cluster's nodes than this look bad or are being repaired, "
        "no further ones are repaired: then something else than nodes is likely to be "
        "broken. One node may always be, unless this is 0. Health policies since "
        "version 1.3 may say otherwise for their clusters.",
    ),
    cfg.IntOpt(
        "max_repairs_in_flight",
        default=10,
        min=0,
        help="The most nodes of a cluster that are being repaired at the same time. "
        "Health policies since version 1.3 may say otherwise for their clusters.",
    ),
    cfg.IntOpt(
        "clusters_per_round",
        default=100,
        min=1,
        max=500,
        help="Clusters that an engine looks at together.",
    ),
    cfg.FloatOpt(
        "poll_interval_s",
        default=1.0,
        min=0.05,
        help="Seconds between two looks for checks that are due.",
    ),
    cfg.IntOpt(
        "hold_s",
        default=90,
        min=10,
        help="Seconds after which the checks of a silent engine are done by another "
        "one, and after which what was seen is too old to act on. At least half a "
        "minute more than [engine] cloud_call_timeout_s.",
    ),
    cfg.IntOpt(
        "late_s",
        default=60,
        min=1,
        help="A check that comes later than this, and later than its interval, "
        "repairs nothing: the next one decides.",
    ),
    cfg.FloatOpt(
        "events_interval_s",
        default=5.0,
        min=0.5,
        help="Seconds between two questions to the simulated cloud what has happened, "
        "for policies with LIFECYCLE_EVENTS.",
    ),
    cfg.BoolOpt(
        "listen_to_cloud",
        default=False,
        help="Whether engines listen to the notifications of Nova and Heat, for "
        "policies with LIFECYCLE_EVENTS. Without it such policies find failed nodes "
        "at their interval only.",
    ),
    cfg.StrOpt(
        "notification_transport_url",
        secret=True,
        help="The message broker of Nova and Heat, as transport_url; that of this "
        "service if it isn't given.",
    ),
    cfg.StrOpt(
        "notification_pool",
        default="senlin-listeners",
        help="Name of the queue that all engines take notifications from. Who else "
        "listens with the same name takes them away.",
    ),
    cfg.StrOpt(
        "nova_control_exchange",
        default="nova",
        deprecated_group=_SENLIN,
        help="Exchange that Nova sends its notifications to.",
    ),
    cfg.ListOpt(
        "nova_notification_topics",
        default=["notifications", "versioned_notifications"],
        deprecated_name="nova_notification_topic",
        deprecated_group=_SENLIN,
        help="Topics of Nova's notifications. Both of its formats are understood.",
    ),
    cfg.StrOpt(
        "heat_control_exchange",
        default="heat",
        deprecated_group=_SENLIN,
        help="Exchange that Heat sends its notifications to.",
    ),
    cfg.ListOpt(
        "heat_notification_topics",
        default=["notifications"],
        deprecated_name="heat_notification_topic",
        deprecated_group=_SENLIN,
        help="Topics of Heat's notifications.",
    ),
    cfg.IntOpt(
        "probe_threads",
        default=16,
        min=1,
        max=64,
        help="Addresses of nodes (poll_url) that one engine asks at the same moment.",
    ),
    cfg.FloatOpt(
        "probe_timeout_s",
        default=10.0,
        min=0.1,
        help="The most seconds that one question to an address takes, redirects and "
        "all. Policies with short retry intervals wait less. Holds for the addresses "
        "of lifecycle hooks too.",
    ),
    cfg.IntOpt(
        "max_response_size",
        default=524288,
        min=1,
        deprecated_group="DEFAULT",
        help="Bytes of an answer that are read.",
    ),
    cfg.ListOpt(
        "allowed_networks",
        default=[],
        help="Networks (as 127.0.0.0/8) whose addresses users may have asked though "
        "they are denied otherwise, as loopback and what stands in denied_networks "
        "are. Link-local and metadata addresses are never asked. Holds for the "
        "addresses of lifecycle hooks, and of nodes that containers are put on, too.",
    ),
    cfg.ListOpt(
        "denied_networks",
        default=[],
        help="Networks whose addresses users may not have asked, such as that of the "
        "control plane. With 0.0.0.0/0 and ::/0 only allowed_networks are asked. "
        "Holds for the addresses of lifecycle hooks, and of nodes that containers are "
        "put on, too.",
    ),
]
