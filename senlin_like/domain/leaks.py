"""What in a cloud carries our mark, and whether it is one that nobody uses.

A mark proves little: users can write it on their own servers, and it comes along
when metadata are copied. So what is there is an orphan only if everything else
fits too: the project, the name, the cluster, and that it was made while an action
was at work that makes such things. All that is less is shown, and left alone.
"""

import dataclasses
import datetime
import enum
import math
import string
from collections.abc import Iterable, Sequence

from senlin_like.domain import naming

#: The name of these deletions in events, beside those of actions.
EVENT = "CLOUD_MEND"
#: Seconds by which the clocks of cloud and service may differ.
SKEW_S = 300.0
_SUFFIX = 8


class Kind(enum.StrEnum):
    """What can carry a mark, in the order in which it can be removed."""

    LOAD_BALANCER = "load_balancer"
    STACK = "stack"
    CONTAINER = "container"
    SERVER = "server"
    FLOATING_IP = "floating_ip"
    PORT = "port"
    SERVER_GROUP = "server_group"


#: Their mark is that of a policy's binding, that of the others is a node's.
OF_BINDINGS = frozenset({Kind.LOAD_BALANCER, Kind.SERVER_GROUP})
#: A cloud may not tell when these were made; they are worth little.
_AGELESS = frozenset({Kind.PORT, Kind.FLOATING_IP, Kind.SERVER_GROUP})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Marked:
    """Something in a cloud that carries our mark.

    ``id`` is the cloud's; of containers it is what ``ContainerHost.locate`` makes
    of it. ``mark`` is the id of a node or of a binding, ``cluster_id`` the mark of
    a cluster if there is one besides. ``used_by`` is what needs it: the device
    that a port is plugged into, the port that a public address leads to, a server
    of a group. ``is_going``: it is being deleted, or is only kept for a while.
    """

    kind: Kind
    id: str
    name: str
    mark: str
    project: str
    region: str | None = None
    status: str = ""
    created_at: datetime.datetime | None = None
    cluster_id: str | None = None
    used_by: str | None = None
    is_going: bool = False

    @property
    def object_id(self) -> str:
        """Return the id by which nodes know it."""
        return self.id.rpartition("/")[2]


class Verdict(enum.StrEnum):
    """What becomes of something that carries a mark."""

    #: It is ours, and nobody uses it.
    ORPHAN = "orphan"
    #: Nobody uses it, but nothing proves that it is ours.
    UNKNOWN = "unknown"
    #: It may still be taken by the node or policy that it was made for.
    HELD = "held"
    #: Its mark is that of another project's node or policy.
    FOREIGN = "foreign"
    #: Somebody is at work who may take it.
    BUSY = "busy"
    YOUNG = "young"
    USED = "used"
    GOING = "going"


#: These are worth a look by a person.
LEAKS = frozenset(
    {Verdict.ORPHAN, Verdict.UNKNOWN, Verdict.HELD, Verdict.FOREIGN},
)
#: These may turn out to be leaks later.
UNDECIDED = frozenset({Verdict.BUSY, Verdict.YOUNG})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """A verdict, and why."""

    verdict: Verdict
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Holder:
    """The node or binding whose mark something carries.

    ``keeps`` is the text of all that it notes; ids that are in it are its own.
    ``has_object``: it has what it needs, and looks for nothing with its mark.
    """

    project: str
    keeps: str
    has_object: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """How the database stands now to something that carries a mark.

    ``is_used``: a node, of whatever project, has it as its object. ``is_busy``: an
    unfinished action works on the holder or its cluster. ``holder`` is None when
    it is gone, or was never there.
    """

    is_used: bool = False
    is_busy: bool = False
    holder: Holder | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Window:
    """A time in which an action may have made things, in epoch seconds."""

    begin: float
    end: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class History:
    """What the database has ever known of a node or a binding, as far as it's kept.

    ``names`` are those that its objects may have been given, ``last`` is when it
    was heard of last, in epoch seconds.
    """

    projects: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()
    last: float | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """The present time (epoch seconds), and how patient to be.

    What is younger than ``grace_s`` is left alone; an engine that was paused may
    have made something ``late_s`` after its action had ended.
    """

    now: float
    grace_s: float
    late_s: float


def obstacle(thing: Marked, standing: Standing) -> Finding | None:
    """Tell why something mustn't be deleted, whatever is known of it; None if nothing.

    Asked again right before a deletion.
    """
    holder = standing.holder
    if thing.is_going:
        return Finding(verdict=Verdict.GOING, reason="It is being deleted already.")
    if _is_used(thing, standing):
        return Finding(verdict=Verdict.USED, reason="It is in use.")
    if holder is not None and holder.project != thing.project:
        return _foreign(thing)
    if standing.is_busy:
        return Finding(verdict=Verdict.BUSY, reason="An action is at work on it.")
    if holder is not None and not holder.has_object:
        return Finding(
            verdict=Verdict.HELD,
            reason=f"{_holder(thing)} has nothing and may take it; it goes with it.",
        )
    return None


def _is_used(thing: Marked, standing: Standing) -> bool:
    keeps = "" if standing.holder is None else standing.holder.keeps
    return standing.is_used or thing.object_id in keeps or thing.used_by is not None


def judge(
    thing: Marked, standing: Standing, history: History, limits: Limits
) -> Finding:
    """Tell what becomes of something that carries a mark.

    ``standing`` and ``history`` have to be read after the cloud has shown it: a
    node is stored before anything is made for it.
    """
    found = obstacle(thing, standing)
    if found is not None:
        return found
    if not history.projects:
        return _unknown("Nothing is known, or known any more, of its mark.")
    if history.projects != {thing.project}:
        return _foreign(thing)
    made = _made_at(thing, history)
    if made is not None and max(limits.now - made, 0.0) < limits.grace_s:
        return Finding(verdict=Verdict.YOUNG, reason="It is too young.")
    doubt = _doubt(thing, history, limits)
    if doubt is not None:
        return _unknown(doubt)
    state = "is gone" if standing.holder is None else "uses another one"
    return Finding(verdict=Verdict.ORPHAN, reason=f"{_holder(thing)} {state}.")


def _made_at(thing: Marked, history: History) -> float | None:
    if thing.created_at is None:
        return history.last
    return thing.created_at.timestamp()


def _doubt(thing: Marked, history: History, limits: Limits) -> str | None:
    """Tell what speaks against that it was made here; None if nothing does."""
    if not _fits(thing, history.names):
        return f"{_holder(thing)} never gave anything this name."
    if thing.cluster_id is not None and thing.cluster_id not in history.clusters:
        return f"{_holder(thing)} was never seen in the cluster that it names."
    if thing.created_at is None:
        return None if thing.kind in _AGELESS else "The cloud doesn't tell its age."
    made = thing.created_at.timestamp()
    for window in history.windows:
        if window.begin - SKEW_S <= made <= window.end + max(limits.late_s, SKEW_S):
            return None
    return "It was made when no known action made such things."


def _fits(thing: Marked, names: Iterable[str]) -> bool:
    """Tell whether something has a name that its node gives."""
    if thing.kind is Kind.SERVER:
        return thing.name in names
    if thing.kind not in (Kind.STACK, Kind.CONTAINER):
        return True
    suffix = thing.name[-_SUFFIX:]
    is_random = len(suffix) == _SUFFIX and set(suffix) <= set(string.hexdigits)
    return any(
        (is_random and thing.name == naming.for_object(name, suffix))
        or (thing.kind is Kind.CONTAINER and thing.name == name)
        for name in names
    )


def _unknown(reason: str) -> Finding:
    return Finding(verdict=Verdict.UNKNOWN, reason=reason)


def _foreign(thing: Marked) -> Finding:
    return Finding(
        verdict=Verdict.FOREIGN,
        reason=f"{_holder(thing)} is another project's: somebody has copied the mark.",
    )


def _holder(thing: Marked) -> str:
    what = "The policy binding" if thing.kind in OF_BINDINGS else "The node"
    return f"{what} {thing.mark}"


def windows_of(moments: Sequence[tuple[float, bool]], longest_s: float) -> list[Window]:
    """Return the windows between starts (True) and ends (False) of actions.

    A start without an end counts for ``longest_s`` seconds, an end alone for none.
    """
    found: list[Window] = []
    begin: float | None = None
    for at, is_start in sorted(moments, key=lambda one: (one[0], not one[1])):
        if begin is not None:
            end = min(at, begin + longest_s) if is_start else at
            found.append(Window(begin=begin, end=end))
        begin = at if is_start else None
    if begin is not None:
        found.append(Window(begin=begin, end=begin + longest_s))
    return found


def window(start: float | None, end: float | None) -> list[Window]:
    """Return the window of an action, none if it never began."""
    if start is None:
        return []
    return [Window(begin=start, end=math.inf if end is None else end)]
