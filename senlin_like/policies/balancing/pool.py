"""What a pool's members have to become: no cloud, no waiting.

Members that this service didn't make are never touched. A call that replaces
all members names those that stay, and would take away whoever came between
the look and the call; so members go that way only from a pool in which
nobody else has any. From a shared one each goes by a call of its own.
"""

import dataclasses
from collections.abc import Callable, Sequence

from senlin_like.drivers.balancing import Member, MemberRequest

Choice = Callable[[Member], bool]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """One call: members to be there; all others go, unless it's additive."""

    members: tuple[MemberRequest, ...]
    additive: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Removal:
    """One call for each member: ids of those that go, others stay."""

    ids: tuple[str, ...]


def put(
    there: Sequence[Member],
    wanted: Sequence[MemberRequest],
    is_stale: Choice,
    *,
    is_shared: bool = False,
) -> Change | Removal | None:
    """Let wanted members be there and stale ones go; None if that's so.

    A wanted address and port is never stale.
    """
    missing, stale = compare(there, wanted, is_stale)
    by_key = {_key(one): one for one in wanted}
    if missing and (is_shared or not stale):
        return Change(members=missing, additive=True)
    if not stale:
        return None
    if not missing:
        return _out(there, stale, is_shared=is_shared)
    gone = {_key(one) for one in stale}
    stays = [
        one.as_request()
        for one in there
        if _key(one) not in gone and _key(one) not in by_key
    ]
    return Change(members=(*stays, *by_key.values()), additive=False)


def compare(
    there: Sequence[Member], wanted: Sequence[MemberRequest], is_stale: Choice
) -> tuple[tuple[MemberRequest, ...], list[Member]]:
    """Return wanted members that aren't there as they should be, and stale ones.

    A wanted address and port is never stale.
    """
    by_key = {_key(one): one for one in wanted}
    known = {_key(one): one for one in there}
    missing = tuple(
        one for key, one in by_key.items() if not _is_as_wanted(known.get(key), one)
    )
    return missing, [one for one in there if is_stale(one) and _key(one) not in by_key]


def tell(
    missing: Sequence[MemberRequest], stale: Sequence[Member], lost: int
) -> str | None:
    """Say in a sentence what is wrong with a pool, None if nothing is.

    ``lost``: how many nodes don't know which member is theirs.
    """
    found = [
        (
            len(missing),
            "member is missing or not as it should be",
            "members are missing or not as they should be",
        ),
        (len(stale), "member is one too many", "members are too many"),
        (lost, "node doesn't know its member", "nodes don't know their members"),
    ]
    words = [
        f"{count} {one if count == 1 else many}" for count, one, many in found if count
    ]
    return f"{', '.join(words)}." if words else None


def drain(there: Sequence[Member], is_going: Choice) -> Change | None:
    """Let some members get no new visitors; None if that's so."""
    running = tuple(
        dataclasses.replace(one.as_request(), weight=0)
        for one in there
        if is_going(one) and one.weight
    )
    return Change(members=running, additive=True) if running else None


def remove(
    there: Sequence[Member], is_going: Choice, *, is_shared: bool = False
) -> Change | Removal | None:
    """Let some members go; None if there are none of them."""
    going = [one for one in there if is_going(one)]
    return _out(there, going, is_shared=is_shared) if going else None


def _out(
    there: Sequence[Member], going: Sequence[Member], *, is_shared: bool
) -> Change | Removal:
    """Let members go; a single one goes alone, that is one call as well."""
    if is_shared or len(going) == 1:
        return Removal(ids=tuple(one.id for one in going))
    ids = {one.id for one in going}
    stays = tuple(one.as_request() for one in there if one.id not in ids)
    return Change(members=stays, additive=False)


def _key(member: MemberRequest) -> tuple[str, int]:
    return member.address, member.port


def _is_as_wanted(known: Member | None, wanted: MemberRequest) -> bool:
    return (
        known is not None
        and known.weight == wanted.weight
        and set(known.tags) == set(wanted.tags)
    )
