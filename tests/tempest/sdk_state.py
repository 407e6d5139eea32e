"""Hold what the checks of openstacksdk's calls share."""

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

from openstack import exceptions

WAIT_S = 180
POLL_S = 1


@dataclasses.dataclass(kw_only=True)
class Checks:
    """Hold what the checks have made so far, by the names they gave it."""

    proxy: Any
    name: str
    unmanaged: str | None
    made: dict[str, Any] = dataclasses.field(default_factory=dict)

    def finish(self, answer: Mapping[str, Any]) -> Any:
        """Wait until the action that an answer names has succeeded."""
        return self.settle(answer["action"], "SUCCEEDED")

    def settle(self, action_id: str, wanted: str) -> Any:
        """Wait until an action has ended, and require how."""
        deadline = time.monotonic() + WAIT_S
        while True:
            action = self.proxy.get_action(action_id)
            if action.status in {"SUCCEEDED", "FAILED", "CANCELLED"}:
                break
            require(time.monotonic() < deadline, f"{action_id} is {action.status}")
            time.sleep(POLL_S)
        reason = f"{action.action} is {action.status}: {action.status_reason}"
        require(action.status == wanted, reason)
        return action

    def active_node(self, name: str) -> Any:
        """Make a node and wait until it is there."""
        node = self.proxy.create_node(name=name, profile_id=self.made["profile"].id)
        return self.proxy.wait_for_status(node, "ACTIVE", ["ERROR"], POLL_S, WAIT_S)

    def delete(self, call: Callable[..., Any], made: Any, **options: Any) -> None:
        """Delete a node or cluster and wait until it is gone.

        The call gives back the action, not the thing that is deleted.
        """
        require(call(made.id, **options).id, "no action")
        self.proxy.wait_for_delete(made, POLL_S, WAIT_S)

    def cluster(self) -> Any:
        """Fetch the cluster of the checks anew."""
        return self.proxy.get_cluster(self.made["cluster"].id)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """Tie a check to the calls that it makes."""

    check: Callable[[Checks], None]
    calls: tuple[str, ...]
    adopts: bool = False


def require(condition: object, reason: object) -> None:
    """Fail with a reason unless a condition holds.

    :raises AssertionError: when it doesn't.
    """
    if not condition:
        raise AssertionError(reason)


def refused(call: Callable[[], object]) -> None:
    """Require that a call finds nothing.

    :raises AssertionError: when it does.
    """
    try:
        found = call()
    except exceptions.NotFoundException:
        return
    raise AssertionError(f"still there: {found}")
