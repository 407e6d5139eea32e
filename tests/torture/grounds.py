"""All scenarios, each with the ground that it is played on."""

from tests.torture import kinds, scenarios

GROUNDS = {"servers": scenarios, "kinds": kinds}
ALL = [
    (name, scenario) for name, home in GROUNDS.items() for scenario in home.SCENARIOS
]
