"""Scenarios with updates of nodes, on the ground of ``scenarios``."""

from senlin_like.operations import node_actions, nodes
from tests.torture import checks
from tests.torture.scenarios import Act, Scenario, cancelled, fault
from tests.torture.stage import Stage


def _update(stage: Stage) -> str:
    body = {"profile_id": "new", "name": "other"}
    return nodes.update(stage.deps, stage.ctx, "web-2", body).action_id


def _when_led_to(target: str) -> Act:
    """Cancel the update once its server is on the way to a status."""

    def is_so(stage: Stage, _action_id: str) -> bool:
        servers = checks.live_servers(stage.driver.world)
        return any(server.target == target for server in servers)

    return cancelled(_update, is_so)


def _off(stage: Stage) -> None:
    node_actions.operate(stage.deps, stage.ctx, "web-2", "stop", {})
    stage.drain()


SCENARIOS = (
    Scenario(name="node-update", act=_update),
    Scenario(name="node-update-cancel-stop", act=_when_led_to("SHUTOFF")),
    Scenario(name="node-update-cancel-resize", act=_when_led_to("VERIFY_RESIZE")),
    Scenario(
        name="node-update-broken",
        before=fault(effect="error", method="compute.confirm_resize"),
        act=_update,
    ),
    Scenario(
        name="node-update-off-cancel",
        before=_off,
        act=_when_led_to("VERIFY_RESIZE"),
    ),
)
