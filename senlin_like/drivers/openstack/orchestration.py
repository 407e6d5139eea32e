"""Heat: stacks of resources.

A path of Heat needs a stack's name and id; who has one of them is sent elsewhere
by a redirect, which names Heat as it knows itself. So a stack is listed first.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib import parse

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.openstack import lookups, stack_updates
from senlin_like.drivers.openstack.account import AccountView, Api, Query

LOG = logging.getLogger(__name__)

_KIND = "stack"
_PATH = "/stacks"
_DELETED = "DELETE_COMPLETE"
#: Also stacks that a tag hides from lists, and those that are part of others.
_HIDDEN = ("show_hidden", "true")
_ALL = (_HIDDEN, ("show_nested", "true"))
#: How many ids a list can ask for: addresses of 4,000 characters pass everywhere.
_PAGE = 90
_IN_PROGRESS = "in progress"


class OpenStackOrchestration:
    """Stacks of resources made from templates."""

    def __init__(self, account: AccountView) -> None:
        self._api = account.api("orchestration")

    def preview_stack(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Check a template.

        :raises CloudError: when the template isn't right, with the reason.
        """
        query = Query(
            what=f"Checking the template of stack {name}",
            path=f"{_PATH}/preview",
            body={"stack_name": name, **stack_updates.said(arguments)},
        )
        self._change("POST", query)

    def create_stack(
        self, name: str, arguments: Mapping[str, Any], tags: Sequence[str]
    ) -> objects.Stack:
        """Ask for a stack; its tags are there from the beginning."""
        body = {"stack_name": name, **stack_updates.said(arguments)}
        if tags:
            body["tags"] = ",".join(tags)
        query = Query(what=f"Making stack {name}", path=_PATH, body=body)
        made = self._change("POST", query)
        return objects.Stack(
            id=made["stack"]["id"],
            name=name,
            status="CREATE_IN_PROGRESS",
            tags=tuple(tags),
        )

    def get_stack(self, stack_id: str) -> objects.Stack:
        """Return one stack, by its id or name."""
        row = self._locate(stack_id)
        query = Query(
            what=f"Reading stack {row['id']}",
            path=_path(row),
            kind=_KIND,
            identity=stack_id,
        )
        stack = _stack(self._api.read(query)["stack"])
        if stack.status == _DELETED:
            raise exceptions.CloudNotFound(_KIND, stack_id)
        return stack

    def find_tagged(self, tag: str) -> list[objects.Stack]:
        """Return the stacks that carry a tag, the oldest first."""
        found = [
            _stack(row)
            for row in self._list(
                f"Finding the stacks with tag {tag}", [("tags", tag), _HIDDEN]
            )
            if tag in (row.get("tags") or ())
        ]
        return sorted(found, key=lambda one: (one.details["creation_time"], one.id))

    def update_stack(
        self,
        stack_id: str,
        arguments: Mapping[str, Any],
        tags: Sequence[str] | None = None,
    ) -> None:
        """Ask for a change; arguments that are left out stay.

        A new environment replaces the whole old one, and so do new parameters: Heat
        would add them to what it has.
        """
        row = self._locate(stack_id)
        what = f"Changing stack {row['id']}"

        def read(part: str) -> dict[str, Any]:
            return self._part(row, part)

        if "environment" in arguments:
            method, body = "PUT", stack_updates.whole(read, arguments)
            tags = (row.get("tags") or ()) if tags is None else tags
        else:
            method, body = "PATCH", stack_updates.partial(read, arguments)
        if tags is not None:
            body["tags"] = ",".join(tags)
        query = Query(
            what=what, path=_path(row), body=body, kind=_KIND, identity=stack_id
        )
        self._change(method, query)

    def check_stack(self, stack_id: str) -> None:
        """Ask for a check of the stack's resources."""
        row = self._locate(stack_id)
        query = Query(
            what=f"Checking stack {row['id']}",
            path=f"{_path(row)}/actions",
            body={"check": None},
            kind=_KIND,
            identity=stack_id,
        )
        self._change("POST", query)

    def delete_stack(self, stack_id: str) -> None:
        """Ask for a stack to be deleted; not an error if it is gone."""
        try:
            row = self._locate(stack_id)
            query = Query(
                what=f"Deleting stack {row['id']}",
                path=_path(row),
                kind=_KIND,
                identity=stack_id,
            )
            self._change("DELETE", query)
        except exceptions.CloudNotFound:
            LOG.info("Stack %s is gone already.", stack_id)

    def abandon_stack(self, stack_id: str) -> None:
        """Let the cloud forget a stack, but keep what it is made of.

        :raises CloudError: when the cloud doesn't let anybody do that.
        """
        row = self._locate(stack_id)
        query = Query(
            what=f"Abandoning stack {row['id']}",
            path=f"{_path(row)}/abandon",
            kind=_KIND,
            identity=stack_id,
        )
        self._change("DELETE", query)

    def export_stack(self, stack_id: str) -> Mapping[str, Any]:
        """Return what a stack was made from; the parameters are those given."""
        stack = self.get_stack(stack_id)
        row = {"id": stack.id, "stack_name": stack.name}
        environment = stack_updates.readable(self._part(row, "environment"))
        return {
            "template": self._part(row, "template"),
            "files": self._part(row, "files"),
            "parameters": environment.pop("parameters", {}),
            "environment": environment,
            "timeout_mins": stack.details.get("timeout_mins"),
            "disable_rollback": bool(stack.details.get("disable_rollback", True)),
        }

    def _locate(self, identity: str) -> Mapping[str, Any]:
        """Return the row of a stack, by its id or name.

        :raises CloudNotFound: when the project has no such stack.
        """
        key = "id" if lookups.is_uuid(identity) else "name"
        what = f"Looking for stack {identity}"
        for row in self._list(what, [(key, identity), *_ALL]):
            if identity in (row["id"], row["stack_name"]):
                return row
        raise exceptions.CloudNotFound(_KIND, identity)

    def _part(self, row: Mapping[str, Any], part: str) -> dict[str, Any]:
        query = Query(
            what=f"Reading the {part} of stack {row['id']}",
            path=f"{_path(row)}/{part}",
            kind=_KIND,
            identity=row["id"],
        )
        return dict(self._api.read(query) or {})

    def _list(
        self, what: str, params: Sequence[tuple[str, str]]
    ) -> Iterator[dict[str, Any]]:
        return _listed(self._api, what, params)

    def _change(self, method: str, query: Query) -> Any:
        """Ask for a change.

        :raises CloudBusy: while another change of the stack is under way.
        """
        try:
            return self._api.change(method, query)
        except exceptions.CloudError as error:
            is_conflict = error.status == HTTPStatus.CONFLICT
            if is_conflict and _IN_PROGRESS in error.message:
                raise exceptions.CloudBusy(error.message) from error
            raise


def list_all(account: AccountView) -> Iterator[dict[str, Any]]:
    """List the project's stacks as Heat tells them, also hidden ones."""
    return _listed(account.api("orchestration"), "Listing stacks", [_HIDDEN])


def look(account: AccountView, ids: Collection[str]) -> dict[str, base.Observed]:
    """Tell how far stacks are, with one call per page of them."""
    api, all_ids = account.api("orchestration"), list(ids)
    seen: dict[str, base.Observed] = {}
    for start in range(0, len(all_ids), _PAGE):
        params = [("id", one) for one in all_ids[start : start + _PAGE]]
        for row in _listed(api, "Looking at stacks", [*params, *_ALL]):
            seen[row["id"]] = base.Observed(
                id=row["id"],
                status=row["stack_status"],
                reason=row.get("stack_status_reason") or "",
            )
    return {
        one: seen.get(one, base.Observed(id=one, status=base.GONE)) for one in all_ids
    }


def _listed(
    api: Api, what: str, params: Sequence[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """List stacks that aren't deleted; Heat lists all that fit at once.

    One whose status says so is listed a moment longer.
    """
    query = Query(what=what, path=_PATH, params=list(params))
    for row in api.read(query)["stacks"]:
        if row["stack_status"] != _DELETED:
            yield row


def _path(row: Mapping[str, Any]) -> str:
    return f"{_PATH}/{parse.quote(row['stack_name'], safe='')}/{row['id']}"


def _stack(told: Mapping[str, Any]) -> objects.Stack:
    outputs = told.get("outputs") or ()
    return objects.Stack(
        id=told["id"],
        name=told["stack_name"],
        status=told["stack_status"],
        reason=told.get("stack_status_reason") or "",
        tags=tuple(tag for tag in told.get("tags") or () if tag),
        outputs={one["output_key"]: one.get("output_value") for one in outputs},
        details={key: value for key, value in told.items() if key != "outputs"},
    )
