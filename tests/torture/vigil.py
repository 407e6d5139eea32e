"""Looks, all the time, at what must hold at all times.

process test: polls
"""

import threading
import time

import sqlalchemy as sa

from senlin_like.db.models import Action, Cluster, Node
from senlin_like.db.session import Database
from tests.torture import aggregate_checks

#: How long something may stand in line behind nothing: engines see to it that it
#: goes on, as soon as one of them is there.
IN_LINE_S = 15.0


class Vigil(threading.Thread):
    """Looks at clusters and at aggregates; ``wrong`` are sentences, each told once."""

    #: By how much it is slower than usual.
    pace = 1.0

    def __init__(self, db: Database, stop: threading.Event) -> None:
        super().__init__(name="vigil", daemon=True)
        self.db = db
        self.stopping = stop
        self.looks = 0
        self.wrong: dict[str, None] = {}
        #: Who stands in line behind what has ended → since when.
        self._in_line: dict[str, float] = {}

    def run(self) -> None:
        """Look until told to stop."""
        while not self.stopping.wait(0.2 * self.pace):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - is told at the end
                self.wrong[f"vigil: {error!r}"[:500]] = None

    def look(self) -> None:
        """Look once, with a statement for each thing that must hold."""
        self._look_at_clusters()
        self.wrong |= dict.fromkeys(aggregate_checks.two_zones(self.db))
        now, found = time.monotonic(), aggregate_checks.left_in_line(self.db)
        self._in_line = {one: self._in_line.get(one, now) for one in found}
        late = [one for one, since in self._in_line.items() if now - since > IN_LINE_S]
        self.wrong |= dict.fromkeys(late)

    def _look_at_clusters(self) -> None:
        of = Cluster.__table__.c
        query = (
            sa.select(
                of.id,
                of.name,
                of.min_size,
                of.max_size,
                of.desired_capacity,
                sa.func.count(Node.id).label("nodes"),
                _has(of.id, action="CLUSTER_DELETE").label("is_going"),
                _has(of.id, action="CLUSTER_CREATE", status="SUCCEEDED").label(
                    "is_made"
                ),
            )
            .outerjoin(Node, Node.cluster_id == of.id)
            .group_by(of.id)
        )
        with self.db.reader() as session:
            rows = session.execute(query).all()
        self.looks += 1
        for row in rows:
            self._judge(row)

    def _judge(self, row: sa.Row) -> None:
        if row.nodes > row.max_size:
            self._tell(row, f"had {row.nodes} nodes, {row.max_size} at most")
        if not row.min_size <= row.desired_capacity <= row.max_size:
            self._tell(row, f"wanted {row.desired_capacity} nodes")
        if row.nodes < row.min_size and row.is_made and not row.is_going:
            self._tell(row, f"had {row.nodes} nodes, {row.min_size} at least")

    def _tell(self, row: sa.Row, what: str) -> None:
        self.wrong[f"Cluster {row.name} {row.id} {what}."] = None


def _has(target: sa.ColumnElement[str], **values: str) -> sa.ColumnElement[bool]:
    """Tell whether a cluster has an action of that sort."""
    table = Action.__table__
    wanted = [table.c[name] == value for name, value in values.items()]
    return sa.exists().where(table.c.target == target, *wanted)
