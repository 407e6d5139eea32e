"""Make property-based tests give the same result every time."""

import hypothesis

hypothesis.settings.register_profile(
    "deterministic", derandomize=True, database=None, deadline=None, max_examples=40
)
hypothesis.settings.load_profile("deterministic")
