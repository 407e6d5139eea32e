"""What the service consists of: its processes and revisions."""

from typing import Any

from senlin_like.api.call import Call
from senlin_like.api.operation import Gives, Operation, operation
from senlin_like.api.resources.services import BUILD_INFO, SERVICE
from senlin_like.api.tree import Place
from senlin_like.operations import services
from senlin_like.rbac import build_info as build_info_rules
from senlin_like.rbac import services as rules


class Services(Place):
    """``/services``."""

    @operation(
        Operation(name="list", resource=SERVICE, rule=rules.LIST, gives=Gives.RAW)
    )
    def get(self, call: Call) -> dict[str, Any]:
        """List the processes of the service."""
        records = services.list_all(call.deps)
        return {"services": [SERVICE.view(one, call.version) for one in records]}


class BuildInfo(Place):
    """``/build-info``."""

    @operation(Operation(name="show", resource=BUILD_INFO, rule=build_info_rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show the revisions of the service."""
        settings = call.deps.settings
        return {
            "api": {"revision": settings.api_revision},
            "engine": {"revision": settings.engine_revision},
        }
