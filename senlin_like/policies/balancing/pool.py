"""What a pool's members have to become: no cloud, no waiting.

Members that this service didn't make are never touched, as long as nobody
changes the pool between a look and the change that follows from it: a call
that takes members away names all that stay.
"""

import dataclasses
from collections.abc import Callable, Sequence

from senlin_like.drivers.balancing import Member, MemberRequest


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """One call: members to be there; all others go, unless it's additive."""

    members: tuple[MemberRequest, ...]
    additive: bool


def put(
    there: Sequence[Member],
    wanted: Sequence[MemberRequest],
    is_stale: Callable[[Member], bool],
) -> Change | None:
    """Let wanted members be there and stale ones go; None if that's so.

    A wanted address and port is never stale.
    """
    by_key = {_key(one): one for one in wanted}
    known = {_key(one): one for one in there}
    missing = tuple(
        one for key, one in by_key.items() if not _is_as_wanted(known.get(key), one)
    )
    stale = {_key(one) for one in there if is_stale(one)} - by_key.keys()
    if stale:
        stays = (
            one.as_request()
            for one in there
            if _key(one) not in stale and _key(one) not in by_key
        )
        return Change(members=(*stays, *by_key.values()), additive=False)
    return Change(members=missing, additive=True) if missing else None


def drain(there: Sequence[Member], is_going: Callable[[Member], bool]) -> Change | None:
    """Let some members get no new visitors; None if that's so."""
    running = tuple(
        dataclasses.replace(one.as_request(), weight=0)
        for one in there
        if is_going(one) and one.weight
    )
    return Change(members=running, additive=True) if running else None


def remove(
    there: Sequence[Member], is_going: Callable[[Member], bool]
) -> Change | None:
    """Let some members go; None if there are none of them."""
    if not any(is_going(one) for one in there):
        return None
    stays = tuple(one.as_request() for one in there if not is_going(one))
    return Change(members=stays, additive=False)


def _key(member: MemberRequest) -> tuple[str, int]:
    return member.address, member.port


def _is_as_wanted(known: Member | None, wanted: MemberRequest) -> bool:
    return (
        known is not None
        and known.weight == wanted.weight
        and set(known.tags) == set(wanted.tags)
    )
