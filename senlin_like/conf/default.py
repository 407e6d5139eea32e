"""Options of the group ``[DEFAULT]``."""

import socket

from oslo_config import cfg

OPTS = [
    cfg.HostAddressOpt(
        "host",
        default=socket.gethostname(),
        sample_default="<hostname>",
        help="Name of this host in the list of services.",
    ),
    cfg.StrOpt(
        "cloud_backend",
        default="openstack",
        help="The cloud driver: 'openstack', 'docker' or 'simulated' "
        "('openstack_test' is another name for the last one).",
    ),
    cfg.StrOpt(
        "default_region_name",
        help="Region in which clouds are asked, where a profile names none.",
    ),
    cfg.MultiStrOpt(
        "event_dispatchers",
        default=["database"],
        help="Who is told of events: 'database' keeps them for the API, 'message' "
        "sends notifications to the broker; others come with entry points of the "
        "group 'senlin_like.dispatchers'. Give it several times for several.",
    ),
    cfg.ListOpt(
        "notification_topics",
        default=["versioned_notifications"],
        help="Topics that the event dispatcher 'message' sends to.",
    ),
    cfg.IntOpt(
        "max_nodes_per_cluster",
        default=1000,
        min=1,
        help="The most nodes that a cluster can have.",
    ),
    cfg.IntOpt(
        "max_clusters_per_project",
        default=100,
        min=1,
        help="The most clusters that a project can have.",
    ),
    cfg.IntOpt(
        "default_action_timeout",
        default=3600,
        min=1,
        help="Seconds that an action may take, where its cluster says nothing.",
    ),
    cfg.IntOpt(
        "default_nova_timeout",
        default=600,
        min=1,
        help="Seconds that a server may take to reach the state asked for.",
    ),
    cfg.BoolOpt(
        "name_unique",
        default=False,
        help="Refuse a second object of the same kind and name in a project.",
    ),
    cfg.IntOpt(
        "service_down_time",
        default=60,
        min=5,
        help="Seconds without a sign of life after which a service is 'down'.",
    ),
    cfg.ListOpt(
        "trust_roles",
        default=[],
        help="Roles that are delegated for asynchronous work; empty: all roles "
        "of the caller.",
    ),
    cfg.IntOpt(
        "health_check_interval_min",
        default=60,
        min=1,
        help="Lower bound, in seconds, of the interval of health checks.",
    ),
    cfg.BoolOpt(
        "delete_cluster_dependents",
        default=False,
        help="Let the deletion of a cluster remove its policy bindings and "
        "receivers without 'force'.",
    ),
]
