"""Makes a node's object anew: deletes the old one, then makes another.

The memo tells the halves apart: from the moment when it has ``former``, the
objects given up, nothing is deleted any more and the new one is made.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import enums
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, waits

Delete = Callable[[base.Ask, Mapping[str, Any]], base.Step]
Create = Callable[[base.Ask, Collection[str]], base.Step]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Halves:
    """How a type deletes and makes its objects.

    ``delete`` keeps the ids that it deletes as ``objects`` in its memo;
    ``create`` is given the ids of objects that it must not go on with;
    ``statuses`` are all that an object may be seen in.
    """

    kind: clouds.ObjectKind
    statuses: Collection[str]
    delete: Delete
    create: Create


def refuse_others(what: str, options: Mapping[str, Any]) -> None:
    """Refuse to recover an object in any way but by making it anew.

    :raises CloudError: when another operation is asked for.
    """
    recreate = enums.RecoverOperation.RECREATE
    operation = str(options.get("operation") or recreate).upper()
    if operation != recreate:
        raise exceptions.CloudError(
            f"A {what} can't be recovered by '{operation}': only by {recreate}.", 400
        )


def recreate(halves: Halves, ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
    """Take the next step of deleting and making anew.

    With ``force_recreate`` an object that isn't gone in time is left behind; the
    node keeps that it was, and it's looked for by its mark with the next deletion.
    """
    memo = ask.turn.memo
    if "former" in memo:
        return _make_anew(halves, ask)
    if ask.turn.has_expired and options.get("force_recreate"):
        left = list(memo["all"])
        data = {waits.LEFT_BEHIND: left}
        patch = base.NodePatch(clear_physical_id=True, data=data)
        return _give_up(halves, left, patch)
    step = halves.delete(ask, _delete_options(options))
    if isinstance(step, base.Again):
        every = memo.get("all") or step.memo["objects"]
        return dataclasses.replace(step, memo={**step.memo, "all": list(every)})
    former = list(memo.get("all") or ())
    if not former:
        return _make_anew(halves, ask)
    return _give_up(halves, former, step.patch)


def _give_up(halves: Halves, former: list[str], patch: base.NodePatch) -> base.Again:
    """Part the halves by a wait that is over at once.

    What is done from here on must not be undone by a repeated deletion.
    """
    wait = base.CloudWait(
        kind=halves.kind, id=former[-1], until=halves.statuses, is_look=True
    )
    return base.Again(wait=wait, memo={"former": former}, patch=patch)


def _make_anew(halves: Halves, ask: base.Ask) -> base.Step:
    """Make the new object."""
    memo = dict(ask.turn.memo)
    former = list(memo.pop("former", ()))
    turn = dataclasses.replace(ask.turn, memo=memo)
    step = halves.create(dataclasses.replace(ask, turn=turn), former)
    if isinstance(step, base.Again):
        return dataclasses.replace(step, memo={**step.memo, "former": former})
    return step


def _delete_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Say how the object is deleted; fencing means with force."""
    params = options.get("operation_params") or {}
    fences = isinstance(params, Mapping) and bool(params.get("fence_compute"))
    return {"force": fences, "timeout": options.get("delete_timeout")}
