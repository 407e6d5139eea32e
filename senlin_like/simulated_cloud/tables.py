"""The tables of the simulated cloud; each name begins with ``cloud_``.

Times are seconds since the epoch by the cloud's own clock. Deleted servers and
stacks keep their rows, so that every object ever made can be looked up.
"""

import sqlalchemy as sa

from senlin_like.simulated_cloud import columns

METADATA = columns.METADATA
Json = columns.Json

_id = columns.identity
_owner = columns.owner
_table = columns.table
_time = columns.time

SETTINGS = _table(
    "settings",
    _id("name", primary_key=True),
    sa.Column("value", Json()),
)

#: Shared, seldom changed things: zones, hosts, flavors, images, networks, …
CATALOGUE = _table(
    "catalogue",
    _id("kind", primary_key=True),
    _id("id", primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("attributes", Json(), nullable=False),
)

FAULTS = _table(
    "faults",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("rule", Json(), nullable=False),
    sa.Column("seen", sa.Integer, nullable=False, default=0),
    sa.Column("fired", sa.Integer, nullable=False, default=0),
)

COUNTERS = _table(
    "counters",
    _id("method", primary_key=True),
    _id("outcome", primary_key=True),
    sa.Column("calls", sa.BigInteger, nullable=False),
)

JOURNAL = _table(
    "journal",
    sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    _time("at", nullable=False),
    _id("method", nullable=False),
    _id("project", nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    _id("outcome", nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("duration_s", sa.Double(), nullable=False),
)

SERVERS = _table(
    "servers",
    _id(primary_key=True),
    *_owner(),
    _id("user_id", nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    _id("node_mark"),
    # What it is until ready_at, and what it becomes then.
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("fault", sa.Text, nullable=False, default=""),
    sa.Column("target", sa.String(32), nullable=False),
    sa.Column("target_fault", sa.Text, nullable=False, default=""),
    _time("ready_at", nullable=False),
    # Where a resize or a rescue goes back to.
    sa.Column("former_status", sa.String(32)),
    _id("former_flavor_id"),
    _id("host"),
    sa.Column("zone", sa.String(255)),
    # The zone that was asked for: the server may not leave it.
    sa.Column("asked_zone", sa.String(255)),
    _id("flavor_id", nullable=False),
    _id("image_id"),
    sa.Column("key_name", sa.String(255)),
    sa.Column("has_volumes", sa.Boolean, nullable=False, default=False),
    sa.Column("is_locked", sa.Boolean, nullable=False, default=False),
    sa.Column("metadata", Json(), nullable=False),
    sa.Column("security_groups", Json(), nullable=False),
    sa.Column("attributes", Json(), nullable=False),
    _time("created_at", nullable=False),
    _time("launched_at"),
    _time("updated_at", nullable=False),
    # In the future while the deletion is under way.
    _time("deleted_at"),
    # With the project in it, or SQLite prefers the index below and reads a
    # whole project.
    sa.Index("ix_cloud_servers_mark", "node_mark", "project"),
    sa.Index("ix_cloud_servers_project", "project", "deleted_at"),
    sa.Index("ix_cloud_servers_host", "host", "deleted_at"),
)

#: When which operation last began on a server.
OPERATIONS = _table(
    "operations",
    _id("server_id", primary_key=True),
    sa.Column("operation", sa.String(32), primary_key=True),
    _time("began_at", nullable=False),
)

#: What happened to servers from outside, in the order of ``number``.
NOTICES = _table(
    "notices",
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    *_owner(),
    _id("server_id", nullable=False),
    sa.Column("event", sa.String(32), nullable=False),
    _time("at", nullable=False),
    sa.Index("ix_cloud_notices_project", "project", "region", "number"),
    sa.Index("ix_cloud_notices_at", "at"),
    sqlite_autoincrement=True,
)

PORTS = _table(
    "ports",
    _id(primary_key=True),
    *_owner(),
    sa.Column("name", sa.String(255), nullable=False, default=""),
    _id("network_id", nullable=False),
    _id("device_id", index=True),
    # Made by a server's creation, and deleted with the server.
    sa.Column("is_of_server", sa.Boolean, nullable=False, default=False),
    _id("node_mark", index=True),
    sa.Column("vnic_type", sa.String(32)),
    sa.Column("security_group_ids", Json(), nullable=False),
)

#: One row per address in use; the key is what keeps addresses unique.
ADDRESSES = _table(
    "addresses",
    _id("subnet_id", primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _id("owner_id", nullable=False, index=True),
    sa.Column("address", sa.String(64), nullable=False, index=True),
)

#: Where the search for free addresses goes on.
POOLS = _table(
    "pools",
    _id("subnet_id", primary_key=True),
    sa.Column("offset", sa.BigInteger, nullable=False),
)

FLOATING_IPS = _table(
    "floating_ips",
    _id(primary_key=True),
    *_owner(),
    sa.Column("address", sa.String(64), nullable=False),
    _id("network_id", nullable=False),
    _id("port_id", index=True),
    _id("node_mark", index=True),
)

VOLUMES = _table(
    "volumes",
    _id(primary_key=True),
    *_owner(),
    sa.Column("name", sa.String(255), nullable=False, index=True),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("size_gb", sa.Integer, nullable=False),
    sa.Column("volume_type", sa.String(255)),
    _id("image_id"),
    _id("server_id", index=True),
    sa.Column("goes_with_server", sa.Boolean, nullable=False, default=False),
)

STACKS = _table(
    "stacks",
    _id(primary_key=True),
    *_owner(),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("target", sa.String(32), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    _time("ready_at", nullable=False),
    sa.Column("arguments", Json(), nullable=False),
    sa.Column("tags", Json(), nullable=False),
    _time("created_at", nullable=False),
    _time("updated_at"),
    _time("deleted_at"),
    sa.Index("ix_cloud_stacks_name", "project", "name", "deleted_at"),
)

#: One row per tag of a stack that hasn't been deleted.
STACK_TAGS = _table(
    "stack_tags",
    _id("stack_id", primary_key=True),
    sa.Column("tag", sa.String(255), primary_key=True),
    sa.Index("ix_cloud_stack_tags_tag", "tag"),
)

#: Containers on servers. Those of a server that is gone are gone with it.
CONTAINERS = _table(
    "containers",
    _id(primary_key=True),
    _id("project", nullable=False),
    _id("server_id", nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("image", sa.String(255), nullable=False),
    sa.Column("command", sa.Text),
    sa.Column("labels", Json(), nullable=False),
    _id("node_mark"),
    # What it is until ready_at, and what it becomes then.
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("target", sa.String(32), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    _time("ready_at", nullable=False),
    _time("created_at", nullable=False),
    _time("deleted_at"),
    sa.Index("ix_cloud_containers_server", "server_id", "deleted_at"),
    sa.Index("ix_cloud_containers_mark", "node_mark"),
)

LOAD_BALANCERS = _table(
    "load_balancers",
    _id(primary_key=True),
    *_owner(),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("mark", sa.String(255)),
    # What it is until ready_at, and what it becomes then.
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("target", sa.String(32), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    _time("ready_at", nullable=False),
    sa.Column("vip_address", sa.String(64), nullable=False),
    _id("vip_port_id", nullable=False),
    _id("flavor_id"),
    sa.Column("zone", sa.String(255)),
    sa.Column("is_up", sa.Boolean, nullable=False, default=True),
    _time("created_at", nullable=False),
    _time("updated_at", nullable=False),
    _time("deleted_at"),
    sa.Index("ix_cloud_load_balancers_mark", "mark", "project"),
    sa.Index("ix_cloud_load_balancers_project", "project", "deleted_at"),
)

#: Listeners, pools and health monitors; ``parent_id`` is the listener of a pool
#: and the pool of a monitor.
BALANCER_PARTS = _table(
    "balancer_parts",
    _id(primary_key=True),
    _id("load_balancer_id", nullable=False, index=True),
    _id("parent_id", index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("attributes", Json(), nullable=False),
)

#: What a pool leads to; an address and port is in a pool once.
MEMBERS = _table(
    "members",
    _id(primary_key=True),
    _id("load_balancer_id", nullable=False, index=True),
    _id("pool_id", nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("port", sa.Integer, nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    _id("subnet_id"),
    sa.Column("weight", sa.Integer, nullable=False),
    sa.Column("tags", Json(), nullable=False),
    sa.UniqueConstraint(
        "pool_id", "address", "port", name="uq_cloud_members_pool_address"
    ),
)

#: How members do that was set by hand, as long as it's the same server.
MEMBER_STATUSES = _table(
    "member_statuses",
    _id("member_id", primary_key=True),
    _id("server_id"),
    sa.Column("operating_status", sa.String(32), nullable=False),
)

SERVER_GROUPS = _table(
    "server_groups",
    _id(primary_key=True),
    *_owner(),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("policy", sa.String(32), nullable=False),
    _time("created_at", nullable=False),
    sa.Index("ix_cloud_server_groups_name", "project", "name"),
)

#: Servers that were made with a group as their hint.
GROUPED_SERVERS = _table(
    "grouped_servers",
    _id("server_id", primary_key=True),
    _id("group_id", nullable=False, index=True),
)

GRANTS = _table(
    "grants",
    _id(primary_key=True),
    _id("user_id", nullable=False),
    _id("project", nullable=False),
    sa.Column("roles", Json(), nullable=False),
    _time("created_at", nullable=False),
    _time("revoked_at"),
)

#: Zones that aggregates give hosts; the others are in their own.
HOST_ZONES = _table(
    "host_zones",
    _id("region", primary_key=True),
    sa.Column("host", sa.String(255), primary_key=True),
    sa.Column("zone", sa.String(255), nullable=False),
)

#: The compute services of hosts; ``seen_at`` is when one was last up, as far as
#: it is known, and doesn't matter while it is.
HOST_NUMBERS = _table(
    "host_numbers",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("host", sa.String(255), nullable=False, unique=True),
    _time("seen_at", nullable=False),
)

#: Images on hosts, or on their way until ``ready_at``; with a fault they aren't
#: there then. (Older databases have a table ``cloud_image_caches`` besides, which
#: knows no faults; nothing filled it.)
CACHED_IMAGES = _table(
    "cached_images",
    _id("host", primary_key=True),
    _id("image_id", primary_key=True),
    _time("ready_at", nullable=False),
    sa.Column("fault", sa.Text, nullable=False, default=""),
    sa.Index("ix_cloud_cached_images_image", "image_id"),
)

QUEUES = _table(
    "queues",
    _id("project", primary_key=True),
    _id("name", primary_key=True),
    _time("created_at", nullable=False),
)

#: Addresses that want to hear of messages; this cloud calls none of them.
SUBSCRIPTIONS = _table(
    "subscriptions",
    _id(primary_key=True),
    _id("project", nullable=False),
    _id("queue", nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    _time("created_at", nullable=False),
    sa.Index("ix_cloud_subscriptions_queue", "project", "queue"),
)

#: ``number`` gives the order; a claimed message is hidden until ``hidden_until``.
MESSAGES = _table(
    "messages",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    _id(nullable=False),
    _id("project", nullable=False),
    _id("queue", nullable=False),
    sa.Column("body", Json()),
    _time("created_at", nullable=False),
    _id("claim_id"),
    _time("hidden_until", nullable=False),
    sa.Index("ix_cloud_messages_queue", "project", "queue", "number"),
)
