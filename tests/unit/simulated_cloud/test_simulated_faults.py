"""Faults on demand, and what is counted and noted of the calls."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.simulated import cloud as driver_module
from senlin_like.simulated_cloud import controls, faults


@pytest.fixture
def view(cloud):
    driver = driver_module.SimulatedDriver(cloud)
    return driver.cloud(base.Account(user="user-1", project="project-1"))


def a_request(number=1, **metadata):
    return objects.ServerRequest(
        name=f"server-{number}",
        flavor_id="1",
        image_id="new_image",
        metadata={base.NODE_MARK: f"node-{number}", **metadata},
    )


def outcomes(view, calls, call):
    seen = []
    for number in range(calls):
        try:
            call(number)
            seen.append("ok")
        except exceptions.CloudError as error:
            seen.append(type(error).__name__)
    return seen


@pytest.mark.parametrize(
    ("rule", "error", "is_done"),
    [
        ({"effect": "error", "status": 403}, exceptions.CloudError, False),
        ({"effect": "busy", "retry_after_s": 3}, exceptions.CloudBusy, False),
        ({"effect": "timeout"}, exceptions.CloudUnsure, False),
        ({"effect": "done_but_timeout"}, exceptions.CloudUnsure, True),
    ],
    ids=lambda value: value["effect"] if isinstance(value, dict) else "",
)
def test_a_fault_strikes_the_call(view, levers, rule, error, is_done):
    levers.add_fault({"method": "compute.create_server", **rule})

    with pytest.raises(error) as caught:
        view.compute.create_server(a_request())

    assert type(caught.value) is error
    assert bool(view.compute.find_marked("node-1")) is is_done


def test_a_refusal_has_its_status_and_message(view, levers):
    levers.add_fault({"effect": "error", "status": 418, "message": "no tea"})

    with pytest.raises(exceptions.CloudError, match="no tea") as caught:
        view.compute.find_flavor("1")

    assert caught.value.status == 418


def test_a_busy_cloud_says_when_to_come_back(view, levers):
    levers.add_fault({"effect": "busy", "retry_after_s": 3})

    with pytest.raises(exceptions.CloudBusy) as caught:
        view.look(base.ObjectKind.SERVER, [])

    assert caught.value.retry_after_s == 3


def test_a_server_can_be_made_to_end_in_error(view, levers):
    levers.add_fault({"effect": "error_status", "message": "disk on fire"})

    server = view.compute.create_server(a_request())

    seen = view.look(base.ObjectKind.SERVER, [server.id])[server.id]
    assert (seen.status, seen.reason) == ("ERROR", "disk on fire")


def test_a_slow_answer_beyond_the_timeout_is_lost_but_done(open_world):
    cloud = open_world(call_timeout_s=0.0)
    view = driver_module.SimulatedDriver(cloud).cloud(
        base.Account(user="user-1", project="project-1")
    )
    levers = controls.Controls(cloud)
    levers.add_fault(
        {"effect": "slow", "seconds": 100, "method": "compute.create_server"}
    )

    with pytest.raises(exceptions.CloudUnsure):
        view.compute.create_server(a_request())

    assert len(view.compute.find_marked("node-1")) == 1


def test_only_the_nth_call_is_struck(view, levers):
    levers.add_fault({"effect": "error", "nth": 3, "method": "compute.find_*"})

    seen = outcomes(view, 5, lambda _: view.compute.find_flavor("1"))

    assert seen == ["ok", "ok", "CloudError", "ok", "ok"]


def test_a_rule_strikes_no_more_often_than_it_may(view, levers):
    rule = levers.add_fault({"effect": "error", "count": 2})

    seen = outcomes(view, 4, lambda _: view.compute.find_flavor("1"))

    assert seen == ["CloudError", "CloudError", "ok", "ok"]
    assert levers.faults() == [{**rule, "seen": 4, "fired": 2}]


def test_the_nth_call_is_counted_over_all_processes(open_world, levers):
    levers.add_fault({"effect": "error", "nth": 2})
    account = base.Account(user="user-1", project="project-1")
    views = [
        driver_module.SimulatedDriver(open_world()).cloud(account) for _ in range(3)
    ]

    seen = outcomes(None, 3, lambda number: views[number].compute.find_flavor("1"))

    assert seen == ["ok", "CloudError", "ok"]


def test_chance_is_the_same_in_each_run():
    rule = faults.Rule.from_stored(1, {"effect": "error", "probability": 0.5})

    struck = [rule.strikes(seen, 0, dice_seed=7) for seen in range(1, 101)]

    assert struck == [rule.strikes(seen, 0, dice_seed=7) for seen in range(1, 101)]
    assert struck != [rule.strikes(seen, 0, dice_seed=8) for seen in range(1, 101)]
    assert 30 < sum(struck) < 70


def test_a_rule_strikes_by_name_and_project(cloud, view, levers):
    levers.add_fault({"effect": "error", "name": "^server-[23]$"})
    levers.add_fault({"effect": "busy", "project": "project-2"})
    stranger = driver_module.SimulatedDriver(cloud).cloud(
        base.Account(user="user-2", project="project-2")
    )

    seen = outcomes(view, 4, lambda n: view.compute.create_server(a_request(n)))

    assert seen == ["ok", "ok", "CloudError", "CloudError"]
    with pytest.raises(exceptions.CloudBusy):
        stranger.compute.find_flavor("1")


def test_a_rule_strikes_within_its_window(view, levers, clock):
    now = clock.seconds
    levers.add_fault({"effect": "error", "starts_at": now + 1, "ends_at": now + 2})

    seen = []
    for _ in range(3):
        seen += outcomes(view, 1, lambda _: view.compute.find_flavor("1"))
        clock.seconds += 1

    assert seen == ["ok", "CloudError", "ok"]


def test_an_outage_ends_by_itself(view, levers, clock):
    levers.outage(60)

    during = outcomes(view, 1, lambda _: view.compute.find_flavor("1"))
    clock.seconds += 60

    assert during == ["CloudBusy"]
    assert view.compute.find_flavor("1").id == "1"


def test_a_removed_rule_strikes_no_more(view, levers):
    rule = levers.add_fault({"effect": "error"})

    levers.remove_fault(rule["id"])

    assert view.compute.find_flavor("1").id == "1"
    with pytest.raises(exceptions.NotFound):
        levers.remove_fault(rule["id"])


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"effect": "explode"},
        {"effect": "error", "colour": "red"},
        {"effect": "error", "name": "("},
        {"effect": "error", "nth": "first"},
        {"effect": "error", "count": -1},
        {"effect": "error", "method": 5},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(levers, rule):
    with pytest.raises(exceptions.Invalid):
        levers.add_fault(rule)


def test_calls_are_counted_by_method_and_outcome(view, levers):
    levers.add_fault({"effect": "busy", "nth": 2, "method": "compute.create_server"})

    outcomes(view, 3, lambda n: view.compute.create_server(a_request(n)))
    view.look(base.ObjectKind.SERVER, [])

    assert levers.counters() == {
        "compute.create_server": {"ok": 2, "CloudBusy": 1},
        "look.server": {"ok": 1},
    }
    levers.reset_counters()
    assert levers.counters() == {}


def test_the_journal_notes_calls_while_it_is_on(view, levers, clock):
    view.compute.find_flavor("1")
    levers.put_settings({"journal": True})

    view.compute.create_server(a_request())
    outcomes(view, 1, lambda _: view.compute.get_server("nowhere"))

    noted = levers.journal()
    assert [(one["method"], one["name"], one["outcome"]) for one in noted] == [
        ("compute.create_server", "server-1", "ok"),
        ("compute.get_server", "nowhere", "CloudNotFound"),
    ]
    assert noted[0]["at"] == clock.seconds
    assert levers.journal(after=noted[0]["id"]) == noted[1:]
    assert levers.journal(method="look.server") == []
