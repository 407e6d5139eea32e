"""Wait for an action to end, by asking for it as any client would.

The waits between two looks grow with the time already waited, so that a long action
isn't disturbed by its observer and a short one is timed well: the error is at most
5 % of the duration.
"""

import dataclasses
import time

from benchmarks import client, errors

_FINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 2.0
_GROWTH = 0.05
_OK = 200
_NOT_FOUND = 404


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ended:
    """Tell how an action ended; ``outcome`` is its status, or TIMEOUT, or LOST.

    ``seconds`` is the time waited. ``server_seconds`` is what the service says between
    the start and the end of the action, if it says so. ``bad_polls`` counts looks
    that got no answer or another status than 200.
    """

    outcome: str
    reason: str
    seconds: float
    server_seconds: float | None
    bad_polls: int

    @property
    def good(self) -> bool:
        """Say whether the action succeeded."""
        return self.outcome == "SUCCEEDED"


def pause_s(waited_s: float) -> float:
    """Return how long to wait before the next look."""
    return min(max(waited_s * _GROWTH, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)


def await_action(
    connection: client.Connection, action_id: str, timeout_s: float, since: float
) -> Ended:
    """Look at the action until it ended or ``timeout_s`` have passed.

    ``since`` is the ``time.perf_counter()`` from which the time counts.
    """
    bad_polls = 0
    reason = ""
    while True:
        action, status = _look(connection, action_id)
        waited = time.perf_counter() - since
        if action is not None:
            reason = str(action.get("status_reason", ""))
            if action.get("status") in _FINAL:
                return _ended(action, waited, bad_polls)
        else:
            bad_polls += 1
        if status == _NOT_FOUND or waited > timeout_s:
            return Ended(
                outcome="LOST" if status == _NOT_FOUND else "TIMEOUT",
                reason=reason,
                seconds=waited,
                server_seconds=None,
                bad_polls=bad_polls,
            )
        time.sleep(pause_s(waited))


def _look(
    connection: client.Connection, action_id: str
) -> tuple[dict[str, object] | None, int]:
    try:
        response = connection.get(f"/actions/{action_id}")
    except errors.TransportError:
        return None, 0
    if response.status != _OK:
        return None, response.status
    return response.json()["action"], response.status


def _ended(action: dict[str, object], waited: float, bad_polls: int) -> Ended:
    start, end = action.get("start_time"), action.get("end_time")
    known = isinstance(start, int | float) and isinstance(end, int | float)
    return Ended(
        outcome=str(action["status"]),
        reason=str(action.get("status_reason", "")),
        seconds=waited,
        server_seconds=float(end) - float(start) if known else None,  # type: ignore[arg-type]  # known says so
        bad_polls=bad_polls,
    )
