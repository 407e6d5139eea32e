"""Finds the event dispatchers that the options name, by entry point."""

from collections.abc import Sequence
from importlib import metadata

from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.events.outbox import Outbox

NAMESPACE = "senlin_like.dispatchers"
#: Not a plugin: events are rows, written with what they tell of.
DATABASE = "database"


def load(names: Sequence[str], conf: cfg.ConfigOpts) -> tuple[Outbox, ...]:
    """Make an outbox for each dispatcher but ``database``.

    An entry point names a function that gets the configuration and returns a
    ``happening.Dispatcher``; it connects to nothing yet.

    :raises Invalid: when no installed package offers one of them.
    """
    known = {entry.name: entry for entry in metadata.entry_points(group=NAMESPACE)}
    boxes = []
    for name in dict.fromkeys(names):
        if name == DATABASE:
            continue
        if name not in known:
            offered = ", ".join(sorted({DATABASE, *known}))
            raise exceptions.Invalid(
                f"There is no event dispatcher '{name}'; installed are: {offered}."
            )
        limit = conf.dispatchers.max_queued
        boxes.append(Outbox(name, known[name].load()(conf), limit=limit))
    return tuple(boxes)
