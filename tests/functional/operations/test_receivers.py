"""What receivers and webhooks cost, and who is behind them."""

import pytest

from senlin_like import exceptions
from senlin_like.db import receivers as rows
from senlin_like.db.models import Action
from senlin_like.db.paging import Page
from senlin_like.operations import receivers, webhooks

HOOK = {
    "name": "r",
    "type": "webhook",
    "cluster_id": "web",
    "action": "CLUSTER_SCALE_OUT",
    "params": {"count": 1},
}
NOBODY = "5a1b8d3e-0f2b-4c68-9d0c-8f7c3b1f5a77"


@pytest.fixture
def receiver(deps, ctx, a_cluster):
    a_cluster("web", max_size=5)
    return receivers.create(deps, ctx, HOOK)


@pytest.mark.parametrize("count", [1, 20])
def test_a_list_takes_one_statement(deps, ctx, receiver, statements, count):
    for number in range(count - 1):
        receivers.create(deps, ctx, {**HOOK, "name": f"r{number}"})
    statements.clear()

    with deps.db.reader() as session:
        found = rows.list_page(session, ctx, Page(limit=100), {})

    assert len(found) == count
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("wrong", "most"), [("x", 0), ("r", 0), ("%" * 36, 0), (NOBODY, 1)]
)
def test_a_wrong_id_costs_next_to_nothing(deps, receiver, statements, wrong, most):
    statements.clear()

    with pytest.raises(exceptions.NotFound):
        webhooks.find(deps, wrong)

    assert len(statements) == most


def test_a_trigger_costs_a_fixed_number_of_statements(deps, ctx, receiver, statements):
    statements.clear()

    row = webhooks.find(deps, receiver["id"])
    webhooks.roles_behind(deps, row)
    webhooks.trigger(deps, ctx, receiver["id"], {})

    # The receiver twice (the door's look is not the transaction's), the stored
    # permission, the cluster, its cooldowns, and what every request for an action
    # takes.
    assert len(statements) == 10, statements


def test_others_are_not_behind_a_webhook(deps, stranger, receiver, count_rows):
    before = count_rows(Action)

    with pytest.raises(exceptions.NotFound):
        webhooks.trigger(deps, stranger, receiver["id"], {})

    assert count_rows(Action) == before
