"""Which of several nodes something is put on."""

import dataclasses
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Candidate:
    """A node that can be a host; ``load`` is how much is put on it already."""

    id: str
    index: int
    load: int


def rank(candidates: Iterable[Candidate]) -> list[str]:
    """Order hosts: the least load first, of those the one that came first."""
    found = sorted(candidates, key=lambda one: (one.load, one.index, one.id))
    return [one.id for one in found]
