"""Finds the cloud driver that the configuration names."""

from importlib import metadata

from senlin_like import exceptions
from senlin_like.drivers import base
from senlin_like.drivers.options import DriverOptions

NAMESPACE = "senlin_like.drivers"


def load(name: str, options: DriverOptions) -> base.Driver:
    """Make the driver of this name.

    :raises Invalid: when no installed package offers it.
    """
    for entry in metadata.entry_points(group=NAMESPACE, name=name):
        driver: base.Driver = entry.load()(options)
        return driver
    known = sorted({entry.name for entry in metadata.entry_points(group=NAMESPACE)})
    raise exceptions.Invalid(
        f"There is no cloud driver '{name}'; installed are: {', '.join(known)}."
    )
