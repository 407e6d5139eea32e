"""An object of the cloud is one node's at most, however many want it at once."""

import contextlib
import threading
import uuid

import pytest

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db.models import Node
from senlin_like.operations import adoption
from senlin_like.profiles.base import Existing
from tests.integration.db.together import AT_ONCE, at_once


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("trial", range(3))
def test_an_object_is_adopted_once(deps, ctx, monkeypatch, trial, is_shared) -> None:
    spec = {
        "type": "os.nova.server",
        "version": "1.0",
        "properties": {"flavor": "1", "name": "web"},
    }
    identity = f"{ctx.project_id[:20]}-{is_shared}-{trial}"
    monkeypatch.setattr(adoption, "_describe", lambda *_args: spec)
    monkeypatch.setattr(adoption, "_find", lambda *_args: Existing(id=identity))
    gate, check = threading.Barrier(2), adoption._check_free

    def check_together(session, existing) -> None:
        check(session, existing)
        # Nobody else gets this far: it isn't waited for.
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(0.3)

    monkeypatch.setattr(adoption, "_check_free", check_together)
    body = {"type": "os.nova.server-1.0", "identity": identity}
    # Who may see objects of all projects can ask from any of them.
    callers = [
        RequestContext(user_id="admin", project_id=uuid.uuid4().hex)
        if is_shared
        else ctx
        for _ in range(AT_ONCE)
    ]

    results = at_once(
        *[lambda who=who: adoption.adopt(deps, who, body) for who in callers]
    )

    refused = [one for one in results if isinstance(one, exceptions.Conflict)]
    assert len(refused) == AT_ONCE - 1
    with deps.db.reader() as session:
        owned = session.query(Node).filter_by(physical_id=identity).count()
    assert owned == 1
