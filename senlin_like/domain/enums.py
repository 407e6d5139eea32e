"""The words of the service: statuses, kinds of actions, levels.

Values are wire format: they are those of Senlin's API.
"""

import enum


class ClusterStatus(enum.StrEnum):
    """What a cluster is doing, or how well it stands."""

    INIT = "INIT"
    ACTIVE = "ACTIVE"
    CREATING = "CREATING"
    UPDATING = "UPDATING"
    RESIZING = "RESIZING"
    DELETING = "DELETING"
    CHECKING = "CHECKING"
    RECOVERING = "RECOVERING"
    CRITICAL = "CRITICAL"
    ERROR = "ERROR"
    WARNING = "WARNING"
    OPERATING = "OPERATING"


class NodeStatus(enum.StrEnum):
    """What a node is doing, or how well it stands."""

    INIT = "INIT"
    ACTIVE = "ACTIVE"
    ERROR = "ERROR"
    WARNING = "WARNING"
    CREATING = "CREATING"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    RECOVERING = "RECOVERING"
    OPERATING = "OPERATING"


class ActionStatus(enum.StrEnum):
    """Where an action stands on its way."""

    INIT = "INIT"
    WAITING = "WAITING"
    READY = "READY"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    WAITING_LIFECYCLE_COMPLETION = "WAITING_LIFECYCLE_COMPLETION"
    SUSPENDED = "SUSPENDED"


FINAL = frozenset({ActionStatus.SUCCEEDED, ActionStatus.FAILED, ActionStatus.CANCELLED})
UNFINISHED = tuple(status for status in ActionStatus if status not in FINAL)
#: Parked: claimed by nobody until something comes, or a time.
PARKED = (ActionStatus.WAITING, ActionStatus.WAITING_LIFECYCLE_COMPLETION)


class WaitKind(enum.StrEnum):
    """What a WAITING action waits for."""

    CHILDREN = "children"
    CLOUD = "cloud"
    TURN = "turn"
    HOOK = "hook"
    TIME = "time"


class Signal(enum.StrEnum):
    """What somebody asked a running action to do."""

    CANCEL = "CANCEL"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"


class Cause(enum.StrEnum):
    """Who made an action."""

    REQUEST = "RPC Request"
    DERIVED = "Derived Action"
    DERIVED_WITH_HOOK = "Derived Action with Lifecycle Hook"
    HEALTH_CHECK = "Health Check"


class Kind(enum.StrEnum):
    """Kinds of actions."""

    CLUSTER_CREATE = "CLUSTER_CREATE"
    CLUSTER_DELETE = "CLUSTER_DELETE"
    CLUSTER_UPDATE = "CLUSTER_UPDATE"
    CLUSTER_ADD_NODES = "CLUSTER_ADD_NODES"
    CLUSTER_DEL_NODES = "CLUSTER_DEL_NODES"
    CLUSTER_RESIZE = "CLUSTER_RESIZE"
    CLUSTER_CHECK = "CLUSTER_CHECK"
    CLUSTER_RECOVER = "CLUSTER_RECOVER"
    CLUSTER_REPLACE_NODES = "CLUSTER_REPLACE_NODES"
    CLUSTER_SCALE_OUT = "CLUSTER_SCALE_OUT"
    CLUSTER_SCALE_IN = "CLUSTER_SCALE_IN"
    CLUSTER_ATTACH_POLICY = "CLUSTER_ATTACH_POLICY"
    CLUSTER_DETACH_POLICY = "CLUSTER_DETACH_POLICY"
    CLUSTER_UPDATE_POLICY = "CLUSTER_UPDATE_POLICY"
    CLUSTER_OPERATION = "CLUSTER_OPERATION"
    NODE_CREATE = "NODE_CREATE"
    NODE_DELETE = "NODE_DELETE"
    NODE_UPDATE = "NODE_UPDATE"
    NODE_JOIN = "NODE_JOIN"
    NODE_LEAVE = "NODE_LEAVE"
    NODE_CHECK = "NODE_CHECK"
    NODE_RECOVER = "NODE_RECOVER"
    NODE_OPERATION = "NODE_OPERATION"
    AGGREGATE_CACHE_IMAGES = "AGGREGATE_CACHE_IMAGES"


class ReceiverType(enum.StrEnum):
    """How a receiver hears that something is to be done."""

    WEBHOOK = "webhook"
    MESSAGE = "message"


class AdjustmentType(enum.StrEnum):
    """How the number of a resize is meant."""

    EXACT_CAPACITY = "EXACT_CAPACITY"
    CHANGE_IN_CAPACITY = "CHANGE_IN_CAPACITY"
    CHANGE_IN_PERCENTAGE = "CHANGE_IN_PERCENTAGE"


class RecoverOperation(enum.StrEnum):
    """How a node is brought back to health."""

    REBOOT = "REBOOT"
    REBUILD = "REBUILD"
    RECREATE = "RECREATE"


class EventLevel(enum.IntEnum):
    """How much an event matters; the names are on the wire."""

    DEBUG = 10
    INFO = 20
    WARN = 30
    ERROR = 40
    CRITICAL = 50


#: What events of lifecycle hooks have as their action; no action has this name.
HOOK_EVENT = "LIFECYCLE_HOOK"
#: The same of looks at the members of load balancers.
MEMBERS_EVENT = "MEMBERS_CHECK"


class Phase(enum.StrEnum):
    """The part of an action that an event tells of (its ``status``)."""

    START = "start"
    PROGRESS = "progress"
    END = "end"
    ERROR = "error"
