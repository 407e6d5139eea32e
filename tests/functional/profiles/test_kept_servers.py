"""Servers that a cloud keeps after their deletion, as Nova can be told to."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers.simulated.compute import SimulatedCompute
from senlin_like.profiles import base

KEPT = "SOFT_DELETED"


@pytest.fixture
def kept(server, monkeypatch):
    """A node whose server is shown as deleted, and stays."""
    server.run("create")
    find = SimulatedCompute.find_marked

    def find_marked(self, node_id):
        return [
            dataclasses.replace(one, status=KEPT)
            if one.id == server.node.physical_id
            else one
            for one in find(self, node_id)
        ]

    monkeypatch.setattr(SimulatedCompute, "find_marked", find_marked)
    return server


def seen(server, step):
    observed = clouds.Observed(id=server.node.physical_id, status=KEPT)
    return server.ask(base.Turn(memo=step.memo, seen=observed))


def test_a_deletion_ends_with_it(kept):
    step = kept.plugin.delete(kept.ask(), {})

    ended = kept.plugin.delete(seen(kept, step), {})

    assert isinstance(ended, base.Done)
    assert ended.patch.clear_physical_id


def test_it_is_missing_to_a_check(kept):
    step = kept.plugin.check(kept.ask())

    with pytest.raises(exceptions.CloudNotFound):
        kept.plugin.check(seen(kept, step))


def test_no_creation_goes_on_with_it(kept):
    step = kept.plugin.create(kept.ask(base.Turn(is_retry=True)))

    assert isinstance(step, base.Again)
    assert step.patch.physical_id != kept.node.physical_id
