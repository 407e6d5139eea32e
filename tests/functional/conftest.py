"""Make what the tests share importable, and hand out stepped services."""

import io
import logging
import pathlib
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest
from oslo_config import cfg
from oslo_log import formatters, log

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


@pytest.fixture
def logged() -> Iterator[Callable[[], list[str]]]:
    """Give the lines that were logged, as the programs write them."""
    conf = cfg.ConfigOpts()
    log.register_options(conf)
    conf([])
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(formatters.ContextFormatter(config=conf))
    logger = logging.getLogger("senlin_like")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: text.getvalue().splitlines()
    logger.removeHandler(handler)
    logger.setLevel(before)
