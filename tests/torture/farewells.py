"""What must hold of lifecycle hooks when all is at rest.

As in ``checks``, each function returns a sentence for each thing that is wrong.
Two clocks are compared, the database's and that of who was told: on one machine.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from senlin_like.db.models import Action, Cluster, Event
from senlin_like.db.session import Database
from senlin_like.domain.enums import HOOK_EVENT, Cause
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World
from tests.torture import checks, histories, wardrobe
from tests.torture.ushers import MISTAKES, Completion, Telling, Usher

#: How far clocks and transactions may be apart, in seconds.
TOLERANCE_S = 0.5
#: Seconds that a completion may come before the time is over and still lose.
PHOTO_FINISH_S = 1.5
_NEVER_TOLD = "was never told"
_ACCEPTED, _UNKNOWN, _BROKEN = 202, 404, 500
_TOUCHING = {"NODE_DELETE", "NODE_LEAVE", "NODE_OPERATION"}
_WELL = {"NODE_CREATE", "NODE_UPDATE"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wait:
    """An action that waits for a hook, what it was told and what came back."""

    row: Any
    tellings: Sequence[Telling]
    completions: Sequence[Completion]
    #: Reasons of the events about the hooks of its node.
    told: Sequence[str]

    @property
    def timeout_s(self) -> float:
        """Return how long the policy lets it wait."""
        return float(self.row.data["hooks"]["timeout"])

    @property
    def begun(self) -> float:
        """Return when its time began: at the telling, or when it was claimed."""
        times = [one.at for one in self.tellings]
        return min(times, default=self.row.start_time or float("inf"))


def hooked(db: Database) -> list[Any]:
    """Return all actions that have, or had, to wait for a hook."""
    return [
        row for row in checks.rows(db, Action) if row.cause == Cause.DERIVED_WITH_HOOK
    ]


def parent_of(db: Database, token: str) -> str | None:
    """Return the action that an action was made by."""
    found = [row.parent_id for row in checks.rows(db, Action) if row.id == token]
    return found[0] if found else None


def ended_by(row: Any) -> str | None:
    """Return what ended an action's wait; None if it never ended."""
    step = (row.journal or {}).get("CallHook", {})
    result = step.get("result", {}) if step.get("done") else {}
    found: str | None = result.get("ended_by")
    return found


def problems(
    db: Database, world: World, usher: Usher, struck: Collection[str]
) -> list[str]:
    """Return what is wrong; ``struck`` are servers that died by themselves."""
    stored = {row.id: row for row in checks.rows(db, Action)}
    waits = list(_waits(db, usher))
    return [
        *_answers(db, usher),
        *_strangers(stored, usher),
        *(text for wait in waits for text in _of(wait)),
        *_ends_of_servers(stored, waits, world, struck),
        *_families(stored),
        *_passed_by(stored, world, struck),
    ]


def _waits(db: Database, usher: Usher) -> Iterator[Wait]:
    tellings: dict[str, list[Telling]] = defaultdict(list)
    for telling in usher.tellings:
        tellings[telling.token].append(telling)
    completions: dict[str, list[Completion]] = defaultdict(list)
    for completion in usher.completions:
        if completion.manner not in (*MISTAKES, "cancel"):
            completions[completion.token].append(completion)
    events: dict[str, list[str]] = defaultdict(list)
    for row in checks.rows(db, Event):
        if row.action == HOOK_EVENT:
            events[row.oid].append(row.status_reason)
    for row in hooked(db):
        yield Wait(
            row=row,
            tellings=tellings[row.id],
            completions=completions[row.id],
            told=events[row.target],
        )


def _answers(db: Database, usher: Usher) -> Iterator[str]:
    """Judge what was answered to requests to complete."""
    clusters = {row.id for row in checks.rows(db, Cluster)}
    for one in usher.completions:
        wanted: tuple[int, ...] = (_ACCEPTED,)
        if one.cluster not in clusters:
            wanted = (_ACCEPTED, _UNKNOWN)
        if one.manner in ("unknown", "another cluster"):
            wanted = (_UNKNOWN,)
        elif one.manner == "cancel":
            wanted = (_ACCEPTED, 409)
        if one.status not in wanted and one.status < _BROKEN:
            yield (
                f"Completion ({one.manner}) of {one.token} in cluster {one.cluster} "
                f"was answered {one.status}."
            )


def _strangers(stored: Mapping[str, Any], usher: Usher) -> Iterator[str]:
    """Find tellings of what doesn't wait, or of another node than the action's."""
    for one in usher.tellings:
        row = stored.get(one.token)
        if row is None or row.cause != Cause.DERIVED_WITH_HOOK:
            yield f"A hook was told of {one.token}, which waits for none."
            continue
        named = (one.body["node_id"], one.body["cluster_id"])
        if named != (row.target, row.cluster_id):
            yield f"The hook of {row.id} was told of node {named[0]}, not {row.target}."


def _of(wait: Wait) -> Iterator[str]:
    """Judge one wait by what was told and completed."""
    row, end = wait.row, ended_by(wait.row)
    what = f"{row.action} {row.id} of node {row.target}"
    has_touched = (row.journal or {}).get("Begin", {}).get("done")
    if end is None and (has_touched or row.status == "SUCCEEDED"):
        yield f"{what} didn't wait for its hook."
    says_why = any(_NEVER_TOLD in text for text in wait.told)
    if end in ("completion", "timeout") and not (wait.tellings or says_why):
        yield f"{what} went and its hook wasn't told."
    if end == "completion" and not _may_have_completed(wait):
        yield f"{what} was taken for completed, and nobody completed it."
    if end == "timeout":
        yield from _late(wait, what)
    if row.status == "SUCCEEDED" and row.end_time < _earliest(wait) - TOLERANCE_S:
        yield f"{what} went {_earliest(wait) - row.end_time:.1f} s early."
    welcome = [one for one in wait.tellings if one.is_welcome and one.way == "webhook"]
    if len(welcome) > row.attempt + 1:
        yield f"{what} was told {len(welcome)} times, by {row.attempt + 1} engines."
    starts = [text for text in wait.told if row.id in text]
    if len(starts) > 1:
        yield f"{what} has {len(starts)} events that tell of its token."


def _may_have_completed(wait: Wait) -> bool:
    """Tell whether somebody asked to complete it while it waited."""
    end = wait.row.end_time or float("inf")
    return any(
        one.at <= end and (one.status == _ACCEPTED or one.status >= _BROKEN)
        for one in wait.completions
    )


def _late(wait: Wait, what: str) -> Iterator[str]:
    """Find completions that were accepted in time and came to nothing."""
    over = wait.begun + wait.timeout_s
    for one in wait.completions:
        left = over - one.answered_at
        if one.status == _ACCEPTED and left > PHOTO_FINISH_S:
            yield f"{what} was completed {left:.1f} s before its time was over: lost."


def _earliest(wait: Wait) -> float:
    """Return the time before which nothing may be done to the node."""
    end = ended_by(wait.row)
    if end == "timeout":
        return wait.begun + wait.timeout_s
    if end == "completion":
        return min((one.at for one in wait.completions), default=float("-inf"))
    return float("-inf")


def _ends_of_servers(
    stored: Mapping[str, Any],
    waits: Sequence[Wait],
    world: World,
    struck: Collection[str],
) -> Iterator[str]:
    """Find servers that were deleted while their node waited for its hook."""
    servers = defaultdict(list)
    for server in checks.cloud_rows(world, tables.SERVERS):
        if server.deleted_at is not None and server.id not in struck:
            servers[server.node_mark].append(server)
    for wait in waits:
        row = wait.row
        before = _earliest(wait)
        if ended_by(row) is None:
            before = float("inf")
        for server in servers[row.target]:
            at = server.deleted_at
            is_early = _spans(row, at) and at < before - TOLERANCE_S
            if is_early and not _others_end(stored.values(), row, at):
                yield (
                    f"Server {server.id} of node {row.target} was deleted while "
                    f"{row.action} {row.id} waited for its hook."
                )


def _spans(row: Any, at: float) -> bool:
    start, end = row.start_time, row.end_time
    return start is not None and start <= at <= (end or float("inf"))


def _others_end(stored: Collection[Any], mine: Any, at: float) -> bool:
    """Tell whether another action could have deleted the server."""
    return any(
        row.id != mine.id
        and row.target == mine.target
        and row.action in histories.ENDING
        and row.start_time is not None
        and row.start_time - histories.SLACK_S <= at
        and (row.end_time is None or at <= row.end_time + histories.SLACK_S)
        for row in stored
    )


def _families(stored: Mapping[str, Any]) -> Iterator[str]:
    """Find actions that tell of a node twice, or forgot that there is a hook."""
    told = Counter(
        (row.parent_id, row.target)
        for row in stored.values()
        if row.cause == Cause.DERIVED_WITH_HOOK
    )
    for (parent, node), number in told.items():
        if number > 1:
            yield f"Node {node} waits for {number} hooks of action {parent}."
        if "hooks" not in (stored[parent].data or {}):
            yield f"Node {node} waits for a hook that action {parent} doesn't have."
    names = {name for of in wardrobe.SETS[wardrobe.HOOKS] for name in of}
    for row in stored.values():
        kept = row.data or {}
        said = {one.get("policy") for one in kept.get("policies", ())}
        if said & names and kept.get("deletion") and not kept.get("hooks"):
            yield f"{row.action} {row.id} has no hook, though a policy has one."


def _passed_by(
    stored: Mapping[str, Any], world: World, struck: Collection[str]
) -> Iterator[str]:
    """Find nodes that were well and went without a hook that was to be told.

    Those are sure to have been well whose actions before all succeeded.
    """
    marks = {
        row.node_mark
        for row in checks.cloud_rows(world, tables.SERVERS)
        if row.id in struck
    }
    waited = {
        (row.parent_id, row.target)
        for row in stored.values()
        if row.cause == Cause.DERIVED_WITH_HOOK
    }
    by_node: dict[str, list[Any]] = defaultdict(list)
    for row in stored.values():
        by_node[row.target].append(row)
    for row in stored.values():
        parent = stored.get(row.parent_id)
        if parent is None or row.action not in _TOUCHING or row.target in marks:
            continue
        if not (parent.data or {}).get("hooks"):
            continue
        if (row.parent_id, row.target) in waited:
            continue
        if row.start_time is not None and _was_well(row, by_node[row.target]):
            yield f"Node {row.target} went by {row.id} and its hook wasn't asked."


def _was_well(row: Any, others: Collection[Any]) -> bool:
    """Tell whether a node was surely in use when an action on it was made."""
    made_at = row.created_at.timestamp()
    before = [
        other
        for other in others
        if other.id != row.id and (other.start_time or float("inf")) < made_at + 1
    ]
    return bool(before) and all(
        other.action in _WELL
        and other.status == "SUCCEEDED"
        and other.end_time < made_at - TOLERANCE_S
        for other in before
    )
