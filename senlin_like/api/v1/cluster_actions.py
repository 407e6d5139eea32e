"""Actions on clusters, and operations on all of their nodes."""

from typing import Any

from senlin_like import exceptions
from senlin_like.api import microversions as mv
from senlin_like.api.call import Call
from senlin_like.api.fields import On
from senlin_like.api.operation import Gives, Operation, Takes, Wrapped, operation
from senlin_like.api.resources.actions import ACTION
from senlin_like.api.resources.cluster_actions import ACTIONS, ALIASES, OPERATION
from senlin_like.api.tree import Place
from senlin_like.api.v1 import asking
from senlin_like.domain.enums import AdjustmentType
from senlin_like.operations import cluster_actions, precaching
from senlin_like.rbac import aggregates as aggregate_rules
from senlin_like.rbac import clusters as rules


def _schema(version: mv.Version) -> dict[str, Any]:
    """Describe the body: one key, the name of an action."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            name: (
                {"description": asked.text, "type": "object"}
                if asked.table is None
                else asked.table.schema(On.CREATE, version)
                | {"description": asked.text}
            )
            for name, asked in ACTIONS.items()
            if asked.since <= version
        },
    }


def _operations(version: mv.Version) -> dict[str, Any]:
    """Describe the body: one key, the name of an operation."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": OPERATION.schema(On.CREATE, version),
    }


class Actions(Place):
    """``/clusters/{cluster_id}/actions``."""

    @operation(
        Operation(
            name="action",
            resource=ACTION,
            rule=rules.ACTION,
            status=202,
            gives=Gives.ASKED,
            takes=Takes(wrapped=Wrapped.FREE, schema=_schema),
        )
    )
    def post(self, call: Call) -> str:
        """Start an action on a cluster."""
        name, given = asking.only_key(call.body, "action", "")
        params = _parameters(call, name, given)
        name = ALIASES.get(name, name)
        if precaching.KEY in params:
            call.authorize(aggregate_rules.IMAGES)
        return cluster_actions.ask(call.deps, call.look, call.identity, name, params)


class Operations(Place):
    """``/clusters/{cluster_id}/ops``."""

    @operation(
        Operation(
            name="operation",
            resource=ACTION,
            rule=rules.OPERATION,
            status=202,
            since=mv.OPERATIONS,
            gives=Gives.ASKED,
            takes=Takes(wrapped=Wrapped.FREE, schema=_operations),
        )
    )
    def post(self, call: Call) -> str:
        """Do an operation to nodes of a cluster."""
        name, given = asking.only_key(call.body, "operation", "")
        if not isinstance(given, dict):
            raise exceptions.InvalidBody("The data provided is not a map")
        asked = call.read(OPERATION, On.CREATE, given)
        return cluster_actions.operate(
            call.deps,
            call.look,
            call.identity,
            name,
            asked.get("params") or {},
            asked.get("filters") or {},
        )


def _parameters(call: Call, name: str, given: Any) -> dict[str, Any]:
    """Check the parameters of an action; null ones count as absent.

    :raises InvalidBody: when the action is unknown or a parameter is wrong.
    :raises VersionNotFound: when the action came in a later version.
    """
    asked = ACTIONS.get(name)
    if asked is None:
        raise asking.unknown_action(name)
    if not isinstance(given, dict):
        raise exceptions.InvalidBody("The data provided is not a map")
    call.need(asked.since)
    if asked.table is None:
        return given
    kind = given.get("adjustment_type")
    if name == "resize" and kind != AdjustmentType.CHANGE_IN_PERCENTAGE:
        # Senlin doesn't look at it then.
        given = {key: value for key, value in given.items() if key != "min_step"}
    read = call.read(asked.table, On.CREATE, given)
    return {key: value for key, value in read.items() if value is not None}
