"""The stored permission of a user who comes back with a token."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.db import credentials as stored_ones
from senlin_like.operations import cluster_actions, credentials, nodes


@pytest.fixture
def caller(ctx):
    return dataclasses.replace(ctx, auth_token="t0k3n")


@pytest.fixture
def stored(deps, caller):
    """Let the caller have a permission; tell which one is stored."""
    credentials.ensure(deps, caller)

    def now():
        return stored_ones.for_owner(deps.db, caller.user_id, caller.project_id)

    return now


@pytest.fixture
def asked(deps):
    """Tell how often the cloud was asked whether it takes a permission."""
    deps.driver.controls.put_settings({"journal": True})

    def number():
        journal = deps.driver.controls.journal()
        return [one["method"] for one in journal].count("identity.is_valid")

    return number


def test_a_dead_one_is_renewed_by_whatever_is_asked_for(
    deps, caller, stored, a_cluster
):
    a_cluster()
    dead = stored()
    deps.driver.identity.revoke(dead)

    cluster_actions.ask(deps, caller, "web", "scale_out", {"count": 1})

    assert stored() != dead
    assert deps.driver.identity.is_valid(stored())


def test_it_is_renewed_once(deps, caller, stored):
    deps.driver.identity.revoke(stored())

    renewed = credentials.ensure(deps, caller)

    assert credentials.ensure(deps, caller) == renewed == stored()


def test_the_cloud_is_asked_once_in_a_while(deps, caller, stored, asked):
    before = asked()

    for _ in range(5):
        credentials.ensure(deps, caller)

    assert asked() - before == 1


def test_who_has_no_token_keeps_what_there_is(deps, ctx, stored, asked):
    dead = stored()
    deps.driver.identity.revoke(dead)

    assert credentials.ensure(deps, ctx) == dead
    assert asked() == 0


@pytest.mark.parametrize("effect", ["busy", "timeout", "error"])
def test_a_cloud_that_cant_tell_hinders_nobody(deps, caller, stored, effect):
    known = stored()
    deps.driver.controls.add_fault(
        {"effect": effect, "method": "identity.is_valid", "count": 1}
    )

    assert credentials.ensure(deps, caller) == known


def test_who_may_make_none_is_told_so(deps, caller, stored):
    deps.driver.identity.revoke(stored())
    deps.driver.controls.add_fault(
        {"effect": "busy", "method": "identity.delegate", "count": 1}
    )

    with pytest.raises(exceptions.ServiceUnavailable):
        nodes.create(deps, caller, {"name": "n", "profile_id": "p"})
