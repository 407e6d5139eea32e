"""A policy type that makes a queue for each cluster, and waits for a server."""

from typing import Any

from senlin_like.domain import spec as specs
from senlin_like.drivers.base import ObjectKind
from senlin_like.drivers.turns import CloudWait
from senlin_like.policies import base, registry

NAME = "test.policy.hooked"
PROPERTIES: specs.Schema = {
    "label": specs.String(description="What the queue's name ends with.", default="q"),
}


class Hooked(base.Plain):
    """Leaves its mark in the cloud, its binding, the cluster and the nodes."""

    name = NAME
    priority = 450
    support = {"1.0": base.supported("2026.11")}  # noqa: RUF012 - as the others
    has_hooks = True
    profile_types = ("os.nova.server-1.0",)

    def schema(self) -> Any:
        return specs.export(PROPERTIES)

    def check_spec(self, spec: Any) -> dict[str, Any]:
        return specs.read_spec(PROPERTIES, spec, may_describe=True)

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        return None

    def references(self, properties: base.Properties) -> tuple[()]:
        return ()

    def attach(self, ask: base.HookAsk) -> base.Step:
        queue = f"{ask.binding_id}-{ask.properties['label']}"
        if not ask.turn.memo:
            return base.Again(
                wait=None, memo={"at": "make"}, patch=base.Patch(data={"queue": queue})
            )
        if ask.turn.memo["at"] == "make":
            ask.cloud.messaging.create_queue(queue)
            server = ask.cluster.nodes[0].physical_id
            assert server is not None
            wait = CloudWait(kind=ObjectKind.SERVER, id=server, until=("ACTIVE",))
            return base.Again(wait=wait, memo={"at": "wait"})
        return base.Done(
            reason="All is marked.",
            patch=base.Patch(
                data={"is_ready": True},
                cluster={ask.policy_id: {"queue": queue}},
                nodes={node.id: {"mark": ask.policy_id} for node in ask.cluster.nodes},
            ),
        )

    def detach(self, ask: base.HookAsk) -> base.Step:
        if "queue" in ask.data:
            ask.cloud.messaging.delete_queue(ask.data["queue"])
        return base.Done(
            patch=base.Patch(
                data={"queue": None, "is_ready": None},
                cluster={ask.policy_id: None},
                nodes={node.id: {"mark": None} for node in ask.cluster.nodes},
            )
        )


def a_registry() -> registry.Registry:
    """Return the policy types that there are, and this one."""
    known = registry.load()
    types = {name: known.get(name) for name in known.names()}
    return registry.Registry(types | {f"{NAME}-1.0": Hooked()})
