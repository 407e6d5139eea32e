"""Looks at the nodes of many clusters at once, in the modes that they ask for.

The cloud is asked once for all that belongs to one account, whichever cluster
it is in, so that the number of calls doesn't follow the number of nodes.
"""

import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from senlin_like import exceptions
from senlin_like.domain.health import GOOD, UNKNOWN, Finding, Mode, Seen
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.drivers.base import ObjectKind
from senlin_like.engine import pools
from senlin_like.flows.workbench import Workbench
from senlin_like.policies.health import Meaning

LOG = logging.getLogger(__name__)

#: Whose objects, and where: user, project, region.
Account = tuple[str, str, str | None]
Result = TypeVar("Result")

_WELL: Mapping[ObjectKind, frozenset[str]] = {
    ObjectKind.SERVER: frozenset({"ACTIVE"}),
    ObjectKind.CONTAINER: frozenset({"RUNNING"}),
    ObjectKind.STACK: frozenset(
        f"{step}_COMPLETE"
        for step in ("CREATE", "UPDATE", "CHECK", "RESUME", "ROLLBACK", "SNAPSHOT")
    ),
}
#: What else there is, a move or somebody's work on it, is no reason to act.
_BAD: Mapping[ObjectKind, frozenset[str]] = {
    ObjectKind.SERVER: frozenset(
        {
            "DELETED",
            "ERROR",
            "PAUSED",
            "SHELVED",
            "SHELVED_OFFLOADED",
            "SHUTOFF",
            "SOFT_DELETED",
            "SUSPENDED",
        }
    ),
    ObjectKind.CONTAINER: frozenset({"DEAD", "EXITED", "PAUSED"}),
    ObjectKind.STACK: frozenset({"DELETE_COMPLETE", "SUSPEND_COMPLETE"}),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Watched:
    """A node, with what its profile says of its object.

    One that isn't idle is only listened for, not looked at. ``member_id`` is that
    of its member of a load balancer. ``locate`` tells the id by which an object is
    found that isn't found by its own.
    """

    id: str
    name: str
    object_id: str | None
    status: str
    account: Account
    kind: ObjectKind
    is_idle: bool = True
    member_id: str | None = None
    locate: Callable[[], str] | None = None


@dataclasses.dataclass(kw_only=True)
class Subject:
    """A cluster that is looked at, and what was found.

    ``nodes`` are those to be looked at. ``suspects`` (node id → what was told
    of it) and ``cursors`` belong to the mode of events, and change. With
    ``asks_events`` the cloud is asked for events, and only suspects are looked at.
    """

    cluster_id: str
    meaning: Meaning
    nodes: list[Watched]
    suspects: dict[str, str] = dataclasses.field(default_factory=dict)
    cursors: dict[str, str] = dataclasses.field(default_factory=dict)
    asks_events: bool = True
    found: dict[str, dict[Mode, Seen]] = dataclasses.field(default_factory=dict)
    gone: set[str] = dataclasses.field(default_factory=set)
    cloud_error: str = ""

    def note(self, node_id: str, mode: Mode, seen: Seen) -> None:
        """Keep what one mode says of a node."""
        self.found.setdefault(node_id, {})[mode] = seen


#: A node that is looked at in a mode, and by what.
_Placed = tuple[Subject, Watched, Mode, str]


def look(bench: Workbench, subjects: list[Subject], beat: Callable[[], None]) -> None:
    """Find out what the cloud says; the nodes' own addresses aren't asked here.

    ``beat`` is called after parts that may have taken long.
    """
    _hear(
        bench,
        [
            one
            for one in subjects
            if Mode.EVENTS in one.meaning.modes and one.asks_events
        ],
    )
    beat()
    _look_at_objects(bench, subjects, beat)
    beat()
    _look_at_hypervisors(
        bench, [one for one in subjects if Mode.HYPERVISOR in one.meaning.modes]
    )
    beat()
    _look_at_members(
        bench, [one for one in subjects if Mode.MEMBER in one.meaning.modes]
    )


def _ask(
    bench: Workbench,
    account: Account,
    subjects: Iterable[Subject],
    call: Callable[[clouds.Cloud], Result],
) -> Result | None:
    """Ask a cloud; None, and a note at all who wanted it, when it errs."""
    user, project, region = account
    try:
        return call(bench.cloud(user, project, region))
    except exceptions.Error as error:
        LOG.warning("Health can't be checked in project %s: %s", project, error)
        for one in subjects:
            one.cloud_error = error.message[:500]
        return None


def _look_at_objects(
    bench: Workbench, subjects: list[Subject], beat: Callable[[], None]
) -> None:
    groups: dict[tuple[Account, ObjectKind], list[_Placed]] = {}
    for subject in subjects:
        for node in subject.nodes:
            beat()
            mode = _by_status(subject, node)
            place = None if mode is None else _place(subject, node, mode)
            if mode is not None and place is not None:
                placed = (subject, node, mode, place)
                groups.setdefault((node.account, node.kind), []).append(placed)
    for (account, kind), found in groups.items():
        ids = {place for _, _, _, place in found}
        seen = _ask(
            bench,
            account,
            [subject for subject, _, _, _ in found],
            lambda cloud, kind=kind, ids=ids: cloud.look(kind, ids),  # type: ignore[misc]
        )
        for subject, node, mode, place in found:
            if seen is None:
                subject.note(node.id, mode, UNKNOWN)
            else:
                _note_object(subject, node, mode, seen[place])


def _place(subject: Subject, node: Watched, mode: Mode) -> str | None:
    """Return the id by which an object is looked at; None if that says enough."""
    try:
        if node.object_id is None:
            raise exceptions.CloudNotFound("object", f"of node {node.name}")
        if node.locate is None:
            return node.object_id
        # A cloud that doesn't answer isn't asked for each of the hosts.
        return None if subject.cloud_error else node.locate()
    except exceptions.CloudNotFound as error:
        subject.gone.add(node.id)
        reason = error.message[:500]
        if node.object_id is None:
            reason = "It has no physical object."
        subject.note(node.id, mode, Seen(finding=Finding.BAD, reason=reason))
    except exceptions.Error as error:
        LOG.warning("Node %s can't be looked at: %s", node.id, error.message)
        if not (isinstance(error, exceptions.CloudError) and error.blames_request):
            subject.cloud_error = error.message[:500]
        subject.note(node.id, mode, UNKNOWN)
    return None


def _by_status(subject: Subject, node: Watched) -> Mode | None:
    """Tell which of the modes needs the status of a node's object."""
    if not node.is_idle:
        return None
    if Mode.STATUS in subject.meaning.modes:
        return Mode.STATUS
    is_heard = Mode.EVENTS in subject.meaning.modes and not subject.asks_events
    return Mode.EVENTS if is_heard or node.id in subject.suspects else None


def _note_object(
    subject: Subject, node: Watched, mode: Mode, seen: clouds.Observed
) -> None:
    finding = judge(node.kind, seen.status)
    if mode is Mode.EVENTS and finding is Finding.GOOD:
        # It was stopped and is up again, or came back by itself.
        subject.suspects.pop(node.id, None)
    if seen.status == clouds.GONE:
        subject.gone.add(node.id)
    fault = f": {seen.reason}" if seen.reason else "."
    told = f" ({subject.suspects[node.id]})" if node.id in subject.suspects else ""
    reason = f"{node.kind.capitalize()} {node.object_id} is {seen.status}{told}{fault}"
    subject.note(node.id, mode, Seen(finding=finding, reason=reason[:500]))


def judge(kind: ObjectKind, status: str) -> Finding:
    """Tell what the status of an object says of its node."""
    word = status.upper()
    if word in _WELL[kind]:
        return Finding.GOOD
    is_bad = word == clouds.GONE or word in _BAD[kind] or word.endswith("_FAILED")
    return Finding.BAD if is_bad else Finding.UNKNOWN


def _look_at_hypervisors(bench: Workbench, subjects: list[Subject]) -> None:
    groups: dict[Account, list[tuple[Subject, Watched]]] = {}
    for subject in subjects:
        for node in subject.nodes:
            if not node.is_idle:
                continue
            if node.object_id is None:
                bad = Seen(finding=Finding.BAD, reason="It is on no hypervisor.")
                subject.note(node.id, Mode.HYPERVISOR, bad)
            else:
                groups.setdefault(node.account, []).append((subject, node))
    for account, pairs in groups.items():
        ids = {str(node.object_id) for _, node in pairs}
        hosts = _ask(
            bench,
            account,
            [subject for subject, _ in pairs],
            lambda cloud, ids=ids: cloud.compute.look_at_hypervisors(ids),  # type: ignore[misc]
        )
        for subject, node in pairs:
            seen = (
                UNKNOWN if hosts is None else _by_host(hosts.get(str(node.object_id)))
            )
            subject.note(node.id, Mode.HYPERVISOR, seen)


def _by_host(host: objects.Hypervisor | None) -> Seen:
    if host is None:
        return Seen(finding=Finding.BAD, reason="Its server is on no hypervisor.")
    if host.is_well:
        return GOOD
    return Seen(
        finding=Finding.BAD,
        reason=f"Hypervisor {host.name} is {host.state} and {host.status}.",
    )


def _look_at_members(bench: Workbench, subjects: list[Subject]) -> None:
    """Ask load balancers of their members, with one call for each pool."""
    groups: dict[tuple[Account, str], list[Subject]] = {}
    known = pools.of_clusters(bench, {one.cluster_id for one in subjects})
    for subject in subjects:
        pool = known.get(subject.cluster_id)
        if pool is None:
            _note_members(subject, lambda _node: pools.NO_BALANCER)
            continue
        groups.setdefault((pool.account, pool.id), []).append(subject)
    for (account, pool_id), group in groups.items():
        members = _ask(
            bench,
            account,
            group,
            lambda cloud, pool_id=pool_id: pools.members(cloud, pool_id),  # type: ignore[misc]
        )
        for subject in group:
            _note_members(
                subject,
                lambda node, members=members: (
                    UNKNOWN  # type: ignore[misc]
                    if members is None
                    else pools.judge(members, node.id, node.member_id)
                ),
            )


def _note_members(subject: Subject, judge_node: Callable[[Watched], Seen]) -> None:
    for node in subject.nodes:
        if node.is_idle:
            subject.note(node.id, Mode.MEMBER, judge_node(node))


def _hear(bench: Workbench, subjects: list[Subject]) -> None:
    """Ask what has happened; whom it happened to is a suspect.

    The status of a suspect decides: what was told may be long over.
    """
    groups: dict[tuple[Account, str | None], list[Subject]] = {}
    for subject in subjects:
        known = {node.id for node in subject.nodes}
        for node_id in set(subject.suspects) - known:
            del subject.suspects[node_id]
        for account in {node.account for node in subject.nodes}:
            cursor = subject.cursors.get(_name(account))
            groups.setdefault((account, cursor), []).append(subject)
    for (account, cursor), listeners in groups.items():
        heard = _ask(
            bench,
            account,
            listeners,
            lambda cloud, cursor=cursor: cloud.compute.notices(cursor),  # type: ignore[misc]
        )
        if heard is None:
            continue
        told = {one.object_id: one.event for one in heard.items}
        for subject in listeners:
            subject.cursors[_name(account)] = heard.cursor
            for node in subject.nodes:
                if node.object_id in told:
                    subject.suspects[node.id] = told[node.object_id]


def _name(account: Account) -> str:
    return "|".join(part or "" for part in account)
