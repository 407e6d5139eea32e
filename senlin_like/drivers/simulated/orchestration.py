"""Stacks of the simulated cloud."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.drivers import objects
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import records, server_details, stacks


class SimulatedOrchestration:
    """Stacks of resources made from templates."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._world = account.world
        self._owner = account.owner

    def preview_stack(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Check a template."""
        with self._account.call("orchestration.preview_stack", name):
            stacks.preview(arguments)

    def create_stack(
        self, name: str, arguments: Mapping[str, Any], tags: Sequence[str]
    ) -> objects.Stack:
        """Ask for a stack."""
        with self._account.call("orchestration.create_stack", name) as call:
            return _stack(
                stacks.create(
                    self._world, self._owner, name, arguments, tags, call.error_status
                )
            )

    def get_stack(self, stack_id: str) -> objects.Stack:
        """Return one stack."""
        with self._account.call("orchestration.get_stack", stack_id):
            return _stack(stacks.get(self._world, self._owner, stack_id))

    def find_tagged(self, tag: str) -> list[objects.Stack]:
        """Return the stacks that carry a tag."""
        with self._account.call("orchestration.find_tagged", tag):
            found = stacks.find_tagged(self._world, self._owner, tag)
            return [_stack(record) for record in found]

    def update_stack(
        self,
        stack_id: str,
        arguments: Mapping[str, Any],
        tags: Sequence[str] | None = None,
    ) -> None:
        """Ask for a change; arguments that are left out stay."""
        with self._account.call("orchestration.update_stack", stack_id) as call:
            stacks.update(
                self._world, self._owner, stack_id, arguments, tags, call.error_status
            )

    def check_stack(self, stack_id: str) -> None:
        """Ask for a check of the stack's resources."""
        with self._account.call("orchestration.check_stack", stack_id) as call:
            stacks.check(self._world, self._owner, stack_id, call.error_status)

    def delete_stack(self, stack_id: str) -> None:
        """Ask for a stack to be deleted; not an error if it is gone."""
        with self._account.call("orchestration.delete_stack", stack_id) as call:
            stacks.delete(self._world, self._owner, stack_id, call.error_status)

    def abandon_stack(self, stack_id: str) -> None:
        """Let the cloud forget a stack, but keep what it is made of."""
        with self._account.call("orchestration.abandon_stack", stack_id):
            stacks.abandon(self._world, self._owner, stack_id)

    def export_stack(self, stack_id: str) -> Mapping[str, Any]:
        """Return what a stack was made from."""
        with self._account.call("orchestration.export_stack", stack_id):
            return stacks.export(self._world, self._owner, stack_id)


def _stack(record: records.Stack) -> objects.Stack:
    updated = record.updated_at
    return objects.Stack(
        id=record.id,
        name=record.name,
        status=record.status,
        reason=record.reason,
        tags=record.tags,
        outputs=record.outputs,
        details={
            "id": record.id,
            "stack_name": record.name,
            "stack_status": record.status,
            "stack_status_reason": record.reason,
            "creation_time": server_details.stamp(record.created_at),
            "updated_time": None if updated is None else server_details.stamp(updated),
            "parameters": record.arguments.get("parameters") or {},
            "timeout_mins": record.arguments.get("timeout_mins"),
            "disable_rollback": bool(record.arguments.get("disable_rollback", True)),
            "tags": list(record.tags),
        },
    )
