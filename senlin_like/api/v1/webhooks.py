"""Webhooks; ``api.door`` has found out for whom they act."""

from typing import Any

from senlin_like.api import door, queries
from senlin_like.api import microversions as mv
from senlin_like.api.call import Call
from senlin_like.api.fields import On
from senlin_like.api.operation import Gives, Operation, Takes, Wrapped, operation
from senlin_like.api.resources.webhooks import WEBHOOK
from senlin_like.api.tree import Place
from senlin_like.operations import webhooks
from senlin_like.rbac import webhooks as rules

_FORM = queries.Parameter(
    name=door.FORM,
    text="Version of the form of the body: 1 or 2.",
    is_required=True,
)


def _schema(version: mv.Version) -> dict[str, Any]:
    """Describe the body: with ``V=1`` its form was once closed."""
    described: dict[str, Any] = {"type": "object"}
    if version < mv.WEBHOOK_BODY:
        described["description"] = (
            f"With '{door.FORM}=1' a map with the one key 'params'; otherwise the "
            "inputs themselves."
        )
    else:
        described["description"] = "Inputs of the action."
    return described


class Trigger(Place):
    """``/webhooks/{webhook_id}/trigger``."""

    @operation(
        Operation(
            name="trigger",
            resource=WEBHOOK,
            rule=rules.TRIGGER,
            status=202,
            gives=Gives.ASKED,
            takes=Takes(wrapped=Wrapped.FREE, schema=_schema),
            is_open=True,
            parameters=(_FORM,),
        )
    )
    def post(self, call: Call) -> str:
        """Start the action of a receiver; needs no authentication."""
        return webhooks.trigger(call.deps, call.ctx, call.identity, _inputs(call))


def _inputs(call: Call) -> dict[str, Any]:
    """Read the inputs that come with a request.

    :raises InvalidBody: when a body of the first form has other keys.
    """
    body: dict[str, Any] = call.body or {}
    if call.version >= mv.WEBHOOK_BODY or door.forms(call.query) != ["1"]:
        return body
    return call.read(WEBHOOK, On.CREATE, body).get("params") or {}


class Webhook(Place):
    """``/webhooks/{webhook_id}``."""

    def __init__(self) -> None:
        super().__init__(children={"trigger": Trigger()})


class Webhooks(Place):
    """``/webhooks``."""

    parameter = "webhook_id"

    def __init__(self) -> None:
        super().__init__(item=Webhook())
