"""Puts in order what ``leaks`` finds: removes orphans, has lost nodes looked at.

Nothing is removed but after a second look, at the cloud and at the database: what
was listed minutes ago may be in use by now.
"""

import dataclasses
import logging
from collections.abc import Callable, Collection
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import conflicts, credentials, event_log, node_state, policy_leaks
from senlin_like.db import leaks as rows
from senlin_like.db.session import Session
from senlin_like.domain import leaks as rules
from senlin_like.domain.enums import EventLevel, NodeStatus, Phase
from senlin_like.domain.leaks import Verdict
from senlin_like.events import record
from senlin_like.operations import leaks, node_actions, removals, sites
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

#: So much is done between two pauses.
TURN = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be put in order.

    With ``ids`` it's the things of these ids, also those that nothing proves to be
    ours, and nothing else. At most ``limit`` things are removed and nodes seen to.
    ``recovers``: lost nodes get their object back, instead of being checked.
    """

    choice: leaks.Choice = dataclasses.field(default_factory=leaks.Choice)
    ids: Collection[str] = ()
    limit: int = 100
    is_dry: bool = False
    recovers: bool = False


@dataclasses.dataclass(kw_only=True)
class Outcome:
    """How much was done, and how much is left that somebody should look at."""

    done: int = 0
    left: int = 0
    waiting: int = 0
    unasked: list[sites.Unasked] = dataclasses.field(default_factory=list)

    def is_whole(self) -> bool:
        """Tell whether all was shown that there is a permission for."""
        return all(one.is_gone for one in self.unasked)


class Mender:
    """Carries out one order; every deed is told in a line."""

    def __init__(
        self,
        deps: Deps,
        order: Order,
        tell: Callable[[str], None],
        pause: Callable[[], None],
    ) -> None:
        """``pause`` is called between turns, so that no cloud is flooded."""
        self._deps = deps
        self._order = order
        self._tell = tell
        self._pause = pause
        self._unmet = set(order.ids)
        self._tries = 0
        #: How much there is beyond the limit.
        self._beyond = 0
        self.outcome = Outcome()

    def mend(self) -> Outcome:
        """Go through everything, once."""
        deps, order, outcome = self._deps, self._order, self.outcome
        for site in sites.visit(deps, order.choice.project, outcome.unasked):
            for batch in leaks.in_cloud(deps, site, order.choice, outcome.unasked):
                for leak in batch:
                    self._see_to(site, leak)
            if order.choice.has(leaks.NODE) and not order.ids:
                for lost in leaks.lost(deps, site, outcome.unasked):
                    self._repair(lost)
        for identity in sorted(self._unmet):
            self._leave(identity, "Nothing with a mark has this id.")
        if self._beyond:
            limit = f"The limit of {order.limit} is reached."
            self._leave(f"{self._beyond} more", limit)
        return outcome

    def _see_to(self, site: sites.Site, leak: leaks.Leak) -> None:
        """Remove a thing, or tell why not, or let it be."""
        thing, verdict = leak.thing, leak.finding.verdict
        named = {thing.id, thing.object_id} & set(self._order.ids)
        self._unmet -= named
        if self._order.ids and not named:
            return
        may_go = (Verdict.ORPHAN, Verdict.UNKNOWN) if named else (Verdict.ORPHAN,)
        what = describe(thing)
        if verdict in may_go:
            if self._has_room():
                self._remove(site, leak, what)
        elif named or verdict in rules.LEAKS:
            self._leave(what, leak.finding.reason)
        elif verdict in rules.UNDECIDED:
            self.outcome.waiting += 1

    def _has_room(self) -> bool:
        """Tell whether one more may be done, and take a pause if it's time."""
        if self.outcome.done >= self._order.limit:
            self._beyond += 1
            return False
        if self._tries and self._tries % TURN == 0 and not self._order.is_dry:
            self._pause()
        self._tries += 1
        return True

    def _remove(self, site: sites.Site, leak: leaks.Leak, what: str) -> None:
        thing = leak.thing
        if self._order.is_dry:
            self._done(f"Would delete {what}: {leak.finding.reason}")
            return
        cloud = site.regions[thing.region or ""]
        try:
            reason = removals.refusal(cloud, thing) or self._obstacle(thing)
            if reason is None:
                removals.remove(cloud, thing)
        except exceptions.CloudError as error:
            reason = f"The cloud says: {error.message}"
        if reason is not None:
            self._leave(what, reason)
            return
        LOG.warning("Deleted %s: %s", what, leak.finding.reason)
        self._note(leak, f"Deleted {what}: {leak.finding.reason}")
        self._done(f"Deleted {what}: {leak.finding.reason}")

    def _obstacle(self, thing: rules.Marked) -> str | None:
        """Look at the database once more, with one statement."""
        deps = self._deps
        with deps.db.reader() as session:
            if thing.kind in rules.OF_BINDINGS:
                standing = policy_leaks.look_again(session, thing, deps.db.vault.unseal)
            else:
                standing = rows.look_again(session, thing)
        found = rules.obstacle(thing, standing)
        return None if found is None else found.reason

    def _note(self, leak: leaks.Leak, reason: str) -> None:
        """Keep an event of the node or cluster that a thing was made for."""
        thing = leak.thing
        subject = record.Subject(
            id=thing.mark, name=thing.name, type="NODE", cluster_id=""
        )
        if thing.kind in rules.OF_BINDINGS:
            cluster_id = next(iter(leak.history.clusters), "")
            subject = record.Subject(
                id=cluster_id, name=thing.name, type="CLUSTER", cluster_id=cluster_id
            )
        elif thing.cluster_id in leak.history.clusters:
            subject = dataclasses.replace(subject, cluster_id=str(thing.cluster_id))
        if rows.readable([subject.id]):
            teller = record.Teller(
                action=rules.EVENT, user=leak.user, project=thing.project
            )
            self._deps.db.transact(
                lambda session: self._write(session, subject, teller, reason)
            )

    def _write(
        self,
        session: Session,
        subject: record.Subject,
        teller: record.Teller,
        reason: str,
    ) -> None:
        settings = self._deps.settings
        if settings.keeps_events and settings.event_level <= EventLevel.WARN:
            now = self._deps.clock()
            event = record.row(subject, teller, Phase.END, reason, now)
            event_log.insert(session, [event | {"level": int(EventLevel.WARN)}])

    def _repair(self, lost: leaks.Lost) -> None:
        """Have a node looked at, or brought back; or tell why not."""
        node, what = lost.node, f"node {lost.node.id} '{lost.node.name}'"
        if not self._has_room():
            return
        verb = "check" if node.physical_id is not None else "mark as ERROR"
        verb = "recover" if self._order.recovers else verb
        if self._order.is_dry:
            self._done(f"Would {verb} {what}: {lost.reason}")
            return
        try:
            told = self._ask(node, lost.reason)
        except exceptions.Error as error:
            self._leave(what, error.message)
            return
        self._done(f"{told} {what}: {lost.reason}")

    def _ask(self, node: Any, reason: str) -> str:
        """Ask for what helps a node; return what was done, in words.

        :raises Error: when that isn't possible now.
        """
        deps = self._deps
        if not self._order.recovers and node.physical_id is None:
            deps.db.transact(lambda session: self._mark(session, node, reason))
            return "Marked as ERROR:"
        if credentials.for_owner(deps.db, node.user, node.project) is None:
            raise exceptions.TrustNotFound(node.user, node.project)
        name = "recover" if self._order.recovers else "check"
        # What is there after all isn't made anew.
        looks = self._order.recovers and node.physical_id is not None
        params = {"check": True} if looks else {}
        ctx = RequestContext(
            user_id=node.user, project_id=node.project, domain_id=node.domain
        )
        node_actions.ask(deps, ctx, node.id, name, params)
        return "Asked for a recovery of" if name == "recover" else "Asked to check"

    def _mark(self, session: Session, node: Any, reason: str) -> None:
        """Let a node without an object be in ERROR: no check would tell so.

        :raises Conflict: when it isn't as it was, or somebody works on it.
        """
        conflicts.lock_targets(session, node.cluster_id, node.id)
        if not rows.still_active(session, {node.id: node.physical_id}):
            raise exceptions.Conflict("It has changed, or an action is at work on it.")
        values = {
            "status": NodeStatus.ERROR,
            "status_reason": reason,
            "updated_at": self._deps.clock(),
        }
        node_state.change(session, node.id, values)
        node_state.tell_cluster(
            session, node.cluster_id, node.name, NodeStatus.ERROR, reason
        )
        subject = record.Subject(
            id=node.id, name=node.name, type="NODE", cluster_id=node.cluster_id
        )
        teller = record.Teller(action=rules.EVENT, user=node.user, project=node.project)
        self._write(session, subject, teller, reason)

    def _done(self, line: str) -> None:
        self.outcome.done += 1
        self._tell(line)

    def _leave(self, what: str, reason: str) -> None:
        self.outcome.left += 1
        self._tell(f"Left {what}: {reason}")


def describe(thing: rules.Marked) -> str:
    """Say in words what a thing is, and where."""
    kind = thing.kind.replace("_", " ")
    return f"{kind} {thing.id} '{thing.name}' of project {thing.project}"
