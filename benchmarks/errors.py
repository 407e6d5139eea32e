"""Name what can go wrong in a benchmark, apart from what it measures."""


class BenchmarkError(Exception):
    """Say why a benchmark can't go on; the text is for the person who runs it."""


class TransportError(BenchmarkError):
    """Say that no answer came: refused, reset, or too late."""
