"""How commands for operators speak, and what they work with."""

import contextlib
import sys
from collections.abc import Iterator, Sequence

from oslo_config import cfg

from senlin_like.cmd import assembly
from senlin_like.operations.deps import Deps
from senlin_like.rpc import wakeup


def say(line: str) -> None:
    """Write a line for the operator."""
    sys.stdout.write(f"{line}\n")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows below their heads, in columns."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        cells = zip(row, widths, strict=True)
        say("  ".join(text.ljust(width) for text, width in cells))


def _nobody() -> None:
    """Wake nobody."""


@contextlib.contextmanager
def opened(conf: cfg.ConfigOpts) -> Iterator[Deps]:
    """Open what operations work with, and close it afterwards."""
    sender = wakeup.Sender(conf)
    # A standalone service has no broker: its engine looks for work by itself.
    deps = assembly.deps(conf, sender if conf.state_dir is None else _nobody)
    try:
        yield deps
    finally:
        sender.close()
        deps.driver.close()
        deps.db.dispose()
