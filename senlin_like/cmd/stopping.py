"""The signals that end a program in good order."""

import signal
from collections.abc import Callable
from typing import Any


def signals() -> tuple[signal.Signals, ...]:
    """Return those signals; a hang-up isn't one for a program under ``nohup``."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return (signal.SIGTERM, signal.SIGINT)
    return (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def on_signal(handler: Callable[[int, Any], None]) -> None:
    """Have all of those signals handled."""
    for number in signals():
        signal.signal(number, handler)
