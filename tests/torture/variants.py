"""Which moments of a scenario a short run takes; a thorough one takes all.

Steps and calls are shared by many scenarios, so that some moments of each meet
all of them. Variants differ little from other scenarios; fewer do.
"""

import os
import random
from collections.abc import Sequence

from tests.torture.scenarios import Scenario

#: Whether all moments of all scenarios are asked for.
IS_THOROUGH = os.environ.get("SENLIN_LIKE_CRASH_EVERYWHERE", "") not in {"", "0"}
VARIANTS = {
    "batch-del",
    "batch-resize",
    "box-pause",
    "box-recover-unsure",
    "box-restart",
    "boxes-create-busy",
    "boxes-create-cancel-late",
    "boxes-create-refused",
    "boxes-create-unsure",
    "boxes-start-unsure",
    "cluster-create-busy",
    "cluster-create-cancel-0",
    "cluster-create-cancel-1",
    "cluster-create-port-unsure",
    "cluster-create-refused",
    "cluster-create-timeout-0",
    "cluster-create-timeout-1",
    "cluster-create-undo-fails-once",
    "cluster-create-unsure",
    "cluster-delete-stop-first",
    "cluster-resize-stop-first",
    "cluster-resize-timeout",
    "cluster-update-simple",
    "group-attach-named",
    "group-attach-unsure",
    "hook-completed-once-told",
    "hook-set-free",
    "hook-stop-first",
    "hook-unsure",
    "hook-untold",
    "lb-add",
    "lb-attach-unsure",
    "lb-cluster-delete-cancel-between",
    "lb-del",
    "lb-detach-timeout",
    "lb-detach-unsure",
    "lb-enable",
    "lb-node-create",
    "lb-node-delete",
    "lb-node-recover",
    "lb-node-update",
    "lb-replace",
    "lb-resize",
    "lb-scale-out-timeout",
    "node-operation-pause",
    "node-recover-well",
    "node-update-cancel-stop",
    "node-update-off-cancel",
    "policy-scale-in-refused",
    "policy-set-free",
    "stack-recover-unsure",
    "stacks-create-unsure",
    "webhook-completed-once-told",
    "webhook-late",
    "webhook-quick",
    "webhook-refused-first",
    "webhook-stop-first",
    "webhook-untold",
    "zone-node-create",
    "zone-scale-out-busy",
    "zone-scale-out-refused",
}


def chosen(
    scenario: Scenario, moments: Sequence[str], most: int, of_variant: int
) -> list[str]:
    """Choose the moments that are tried, the same ones in each run."""
    number = of_variant if scenario.name in VARIANTS else most
    if IS_THOROUGH or len(moments) <= number:
        return list(moments)
    # The order isn't for secrets: any will do, as long as it stays.
    picked = set(random.Random(scenario.name).sample(moments, number))
    return [moment for moment in moments if moment in picked]
