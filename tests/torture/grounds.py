"""All scenarios, each with the ground that it is played on."""

from tests.torture import (
    detach_scenarios,
    hook_scenarios,
    image_scenarios,
    kinds,
    parent_scenarios,
    policy_scenarios,
    scenarios,
    update_scenarios,
)

GROUNDS = {"servers": scenarios, "kinds": kinds, "racks": image_scenarios}
ALL = [
    *(("servers", scenario) for scenario in scenarios.SCENARIOS),
    *(("servers", scenario) for scenario in update_scenarios.SCENARIOS),
    *(("servers", scenario) for scenario in policy_scenarios.SCENARIOS),
    *(("servers", scenario) for scenario in detach_scenarios.SCENARIOS),
    *(("servers", scenario) for scenario in parent_scenarios.SCENARIOS),
    *(("servers", scenario) for scenario in hook_scenarios.SCENARIOS),
    *(("kinds", scenario) for scenario in kinds.SCENARIOS),
    *(("racks", scenario) for scenario in image_scenarios.SCENARIOS),
]
