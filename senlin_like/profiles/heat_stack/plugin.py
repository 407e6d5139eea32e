"""The profile type itself: stacks made from a template."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec as specs
from senlin_like.domain.enums import RecoverOperation
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, recreation
from senlin_like.profiles.heat_stack import (
    changing,
    creation,
    deletion,
    reading,
    requests,
    schema,
)
from senlin_like.profiles.specs import Language

NAME = "os.heat.stack-1.0"

_HALVES = recreation.Halves(
    kind=clouds.ObjectKind.STACK,
    statuses=requests.STATUSES,
    delete=deletion.delete,
    create=creation.create,
)


class HeatStack:
    """Nodes that are stacks."""

    name = NAME
    support: Mapping[str, list[Mapping[str, str]]] = {
        "1.0": [{"status": "SUPPORTED", "since": "2016.04"}]
    }
    object_kind = clouds.ObjectKind.STACK
    recoveries = (RecoverOperation.RECREATE,)

    def __init__(self) -> None:
        self._language = Language(
            name=NAME, properties=schema.PROPERTIES, operations=schema.OPERATIONS
        )

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(schema.PROPERTIES)

    def operations(self) -> Mapping[str, Any]:
        """Return the operations in the clients' dialect."""
        return specs.export_operations(schema.OPERATIONS)

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check a whole spec and return its properties with defaults.

        :raises InvalidSpec: with the property and the reason.
        """
        read = self._language.read(spec)
        timeout = read["timeout"]
        if timeout is not None and timeout < 1:
            raise exceptions.InvalidSpec(
                f"The value '{timeout}' of 'timeout' must be at least 1 minute."
            )
        return read

    def check_operation(
        self, operation: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Check an operation's parameters and return them with defaults.

        :raises Invalid: when the operation or a parameter isn't right.
        """
        return self._language.read_operation(operation, params)

    def check_update(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Check that every changed property may change.

        :raises Invalid: naming the properties that can't be updated.
        """
        self._language.check_update(old, new)

    def shown_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return the spec as readers may see it: secrets are masked."""
        return self._language.shown(spec)

    def host(self, properties: Mapping[str, Any]) -> None:
        """Return None: the cloud chooses where a stack goes."""

    def images(self, properties: Mapping[str, Any]) -> list[str]:
        """Return none: only the template's resources know theirs."""
        return []

    def validate(
        self, cloud: clouds.Cloud, properties: Mapping[str, Any], name: str
    ) -> None:
        """Let the cloud read the template.

        :raises InvalidSpec: with the bare reason.
        """
        if not properties.get("template") and not properties.get("template_url"):
            raise exceptions.InvalidSpec(
                "Both template and template_url are not specified for profile "
                f"'{name}'."
            )
        try:
            cloud.orchestration.preview_stack(
                f"preview-{secrets.token_hex(4)}", requests.arguments(properties)
            )
        except exceptions.CloudError as error:
            if not error.blames_request:
                raise
            raise exceptions.InvalidSpec(
                f"Failed in validating template: {error.message}"
            ) from error

    def create(self, ask: base.Ask) -> base.Step:
        """Make the node's stack."""
        return creation.create(ask)

    def delete(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Remove the node's stack."""
        return deletion.delete(ask, options)

    def update(
        self, ask: base.Ask, new: Mapping[str, Any], config: Mapping[str, Any]
    ) -> base.Step:
        """Change the stack to what ``new`` properties say.

        :raises CloudError: when the node has no stack, or the change fails.
        """
        return changing.update(ask, new)

    def abandon_update(self, ask: base.Ask, begun: Mapping[str, Any]) -> base.Step:
        """Leave the stack alone: the cloud brings its change to an end."""
        return base.Done()

    def check(self, ask: base.Ask) -> base.Step:
        """Let the cloud check the stack's resources.

        :raises CloudNotFound: when the stack is gone.
        """
        return changing.check(ask)

    def recover(self, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
        """Make the stack anew: there is no other way to recover one.

        :raises CloudError: when another operation is asked for.
        """
        recreation.refuse_others("stack", options)
        return recreation.recreate(_HALVES, ask, options)

    def operate(
        self, ask: base.Ask, operation: str, params: Mapping[str, Any]
    ) -> base.Step:
        """Abandon the stack: there is no other operation.

        :raises CloudError: when the node has no stack, or the cloud refuses.
        """
        return changing.abandon(ask)

    def join(self, ask: base.Ask, cluster_id: str, index: int) -> base.Step:
        """Tag the stack as a member of a cluster."""
        return changing.retag(
            ask, lambda tags: requests.member_tags(tags, cluster_id, index)
        )

    def leave(self, ask: base.Ask) -> base.Step:
        """Remove the tags of the cluster, not that of the node."""
        try:
            return changing.retag(ask, requests.without_cluster)
        except exceptions.CloudNotFound:
            return base.Done(reason="The stack is gone: it carries no tags.")

    def details(self, ask: base.Ask) -> dict[str, Any]:
        """Return what the cloud shows of the stack."""
        if not ask.node.physical_id:
            return {}
        try:
            stack = ask.cloud.orchestration.get_stack(ask.node.physical_id)
        except exceptions.CloudError as error:
            return {"Error": {"code": error.status, "message": error.message}}
        return reading.describe(stack)

    def adopt(
        self,
        cloud: clouds.Cloud,
        identity: str,
        overrides: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return the properties of a spec that describes an existing stack.

        :raises CloudError: when the stack can't be read.
        """
        return reading.adopt(cloud, identity, overrides)

    def find_existing(self, cloud: clouds.Cloud, identity: str) -> base.Existing:
        """Tell whose tag a stack carries.

        :raises CloudError: when the stack can't be read.
        """
        return reading.find(cloud, identity)

    def mark_existing(
        self, cloud: clouds.Cloud, object_id: str, node: base.NodeFacts
    ) -> None:
        """Leave the tags as they are: to change them is an update of the stack."""

    def locate(
        self,
        physical_id: str,
        properties: Mapping[str, Any],
        hosts: Sequence[base.Host],
    ) -> str:
        """Return the object's own id."""
        return physical_id

    def strays(self, ask: base.Ask, since: float) -> list[str]:
        """Return ids of tagged stacks made since then that aren't the node's."""
        return deletion.strays(ask, since)

    def remove_stray(self, ask: base.Ask, object_id: str) -> None:
        """Delete a stack that ``strays`` has named."""
        deletion.remove_stray(ask, object_id)
