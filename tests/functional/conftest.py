"""Make what the tests share importable, and hand out stepped services."""

import pathlib
import sys
import warnings
from collections.abc import Iterator

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

with warnings.catch_warnings():
    # oslo.utils marks a module as deprecated that taskflow still imports.
    warnings.filterwarnings("ignore", "eventletutils", DeprecationWarning)
    from tests.torture import stage as stages


@pytest.fixture
def stage(tmp_path: pathlib.Path) -> Iterator[stages.Stage]:
    """A whole service in the test's own thread, with nothing in it."""
    made = stages.Stage(f"sqlite:///{tmp_path}/s.db", f"sqlite:///{tmp_path}/c.db")
    made.make_tables()
    yield from stages.opened(made)
