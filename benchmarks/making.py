"""Make a cluster and remove it again, measured from the request to the last node."""

import dataclasses
import logging
import threading
import time

from benchmarks import bench, client, errors, inventory, measure, results, waiting

LOG = logging.getLogger(__name__)

_REFUSED = "REFUSED"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Made:
    """Tell how making or removing a cluster went; the outcome is the action's.

    ``cluster_id`` is None if the service refused the request.
    """

    cluster_id: str | None
    outcome: str
    reason: str
    measures: dict[str, results.Value]

    @property
    def good(self) -> bool:
        """Say whether it succeeded, and the cluster is as asked for."""
        return self.outcome == "SUCCEEDED"


def create(
    work: bench.Bench, connection: client.Connection, profile_id: str, size: int
) -> Made:
    """Make a cluster of ``size`` nodes and wait for it."""
    with work.meter() as meter:
        try:
            accepted = work.made.request_cluster(connection, profile_id, size)
        except inventory.Refused as refused:
            return _refused(refused)
        ended = _wait(work, connection, accepted)
    outcome, reason = ended.outcome, ended.reason
    if ended.good:
        wrong = _defects(connection, accepted.cluster_id, size)
        outcome, reason = ("WRONG", wrong) if wrong else (outcome, reason)
    return Made(
        cluster_id=accepted.cluster_id,
        outcome=outcome,
        reason=reason,
        measures=_measures(accepted, ended, meter.usage, size) | {"outcome": outcome},
    )


def delete(
    work: bench.Bench, connection: client.Connection, cluster_id: str, size: int
) -> Made:
    """Remove a cluster of ``size`` nodes and wait for its end."""
    with work.meter() as meter:
        try:
            accepted = work.made.request_delete(connection, cluster_id)
        except inventory.Refused as refused:
            return _refused(refused)
        ended = _wait(work, connection, accepted)
    outcome = ended.outcome
    if ended.good and not inventory.is_gone(connection, cluster_id):
        outcome = "WRONG"
    return Made(
        cluster_id=cluster_id,
        outcome=outcome,
        reason=ended.reason,
        measures=_measures(accepted, ended, meter.usage, size) | {"outcome": outcome},
    )


class InBackground:
    """Make a cluster in a thread; ``ended`` is set when it is there, or failed."""

    def __init__(self, work: bench.Bench, profile_id: str, size: int) -> None:
        """Prepare; nothing is asked for yet."""
        self.ended = threading.Event()
        self._work = work
        self._profile_id = profile_id
        self._size = size
        self._made: Made | errors.BenchmarkError | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Ask for the cluster."""
        self._thread.start()

    def result(self) -> Made:
        """Wait for the end and return how it went.

        :raises BenchmarkError: when asking or waiting failed.
        """
        self._thread.join()
        if isinstance(self._made, Made):
            return self._made
        raise self._made or errors.BenchmarkError("The cluster was never asked for.")

    def _run(self) -> None:
        try:
            with client.Connection(self._work.target) as connection:
                self._made = create(
                    self._work, connection, self._profile_id, self._size
                )
        except errors.BenchmarkError as error:
            self._made = error
        finally:
            self.ended.set()


def _wait(
    work: bench.Bench, connection: client.Connection, accepted: inventory.Accepted
) -> waiting.Ended:
    return waiting.await_action(
        connection, accepted.action_id, work.arguments.timeout, accepted.since
    )


def _measures(
    accepted: inventory.Accepted,
    ended: waiting.Ended,
    usage: measure.Usage,
    size: int,
) -> dict[str, results.Value]:
    row: dict[str, results.Value] = {
        "seconds": ended.seconds,
        "server_seconds": ended.server_seconds,
        "accepted_ms": accepted.latency_ms,
        "bad_polls": ended.bad_polls,
    }
    if ended.good:
        row["nodes_per_s"] = size / ended.seconds
    return row | usage.measures("node", size)


def _refused(refused: inventory.Refused) -> Made:
    outcome = f"{_REFUSED} {refused.status}"
    return Made(
        cluster_id=None,
        outcome=outcome,
        reason=str(refused),
        measures={"outcome": outcome},
    )


def _defects(connection: client.Connection, cluster_id: str, size: int) -> str:
    cluster = inventory.show_cluster(connection, cluster_id)
    if cluster["status"] != "ACTIVE":
        return f"The cluster is {cluster['status']}: {cluster['status_reason']}"
    if len(cluster["nodes"]) != size:
        return f"The cluster has {len(cluster['nodes'])} nodes, not {size}."
    return ""


def settle(seconds: float) -> None:
    """Let what went before come to rest, so that it isn't measured with the next."""
    if seconds > 0:
        LOG.info("Waiting %.0f s for quiet", seconds)
        time.sleep(seconds)
