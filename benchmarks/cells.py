"""Values as they are shown to people."""

from benchmarks.results import Value

_BIG = 100
_ONE = 1


def cell(value: Value) -> str:
    """Write one value, numbers with three significant digits or all before the dot."""
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    if value == 0 or value.is_integer() or abs(value) >= _BIG:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) < _ONE else f"{value:.{_decimals(value)}f}"


def _decimals(value: float) -> int:
    return 1 if abs(value) >= 10 else 2
