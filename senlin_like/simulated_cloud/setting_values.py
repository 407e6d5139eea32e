"""Which values the settings and times of the simulated cloud may have."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.simulated_cloud import catalogue, quotas

#: Times beyond this can't be written as dates any more.
MAX_NUMBER = 1e9
#: Settings that are a part of something.
_SHARES = frozenset({"cached_build_share"})


def check_number(name: str, value: Any) -> None:
    """See to it that a value is a positive number.

    :raises Invalid: when it isn't.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= MAX_NUMBER:
        raise exceptions.Invalid(
            f"The value of '{name}' is a number above 0, {MAX_NUMBER:.0f} at most."
        )


def check(name: str, value: Any) -> None:
    """See to it that a setting exists and that its value is of the right kind.

    :raises Invalid: when it doesn't, or isn't.
    """
    default = catalogue.DEFAULTS.get(name)
    if name not in catalogue.DEFAULTS:
        known = ", ".join(sorted(catalogue.DEFAULTS))
        raise exceptions.Invalid(f"There is no setting '{name}'; known are: {known}.")
    if value is None:
        return
    if isinstance(default, bool):
        fits = isinstance(value, bool)
    elif isinstance(default, int | float):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        fits = fits and 0 <= value <= (1 if name in _SHARES else MAX_NUMBER)
    else:
        fits = _are_quotas(value)
    if not fits:
        raise exceptions.Invalid(f"{value!r} is no value for the setting '{name}'.")


def _are_quotas(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(limits, Mapping)
        and all(
            what in quotas.NAMES and type(limit) is int and limit >= 0
            for what, limit in limits.items()
        )
        for limits in value.values()
    )
