"""Images are brought to the hosts of an aggregate, a few hosts at a time."""

import dataclasses
import itertools

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Event
from tests.torture import hosted
from tests.torture.hosted import AGGREGATE, ONE, OTHER


@pytest.fixture
def racks(stage):
    """Make an aggregate of hosts; give their names."""

    def make(count, **settings):
        changed = dataclasses.replace(stage.deps.settings, **settings)
        stage.deps = dataclasses.replace(stage.deps, settings=changed)
        stage.engine = stage.new_engine()
        hosts = hosted.make_hosts(stage, count)
        hosted.make_aggregate(stage, hosts)
        return hosts

    return make


def end_of(stage, *images):
    action_id = hosted.ask(stage, *images)
    stage.drain()
    return stage.action(action_id)


def counts(total=0, done=0, failed=0, skipped=0, left=0):
    return {
        "total": total or done + failed + skipped + left,
        "done": done,
        "failed": failed,
        "skipped": skipped,
        "left": left,
    }


def events(stage):
    rows = stage.rows(Event, Event.otype == "AGGREGATE")
    return sorted(rows, key=lambda row: row.timestamp)


def test_all_hosts_get_all_images_and_are_asked_once(stage, racks):
    hosts = racks(25)

    ended = end_of(stage, ONE, OTHER)

    assert (ended.status, ended.target) == ("SUCCEEDED", events(stage)[0].oid)
    assert (ended.cluster_id, ended.user, ended.project) == ("", "alice", "red")
    wanted = {(host, image) for host in hosts for image in (ONE, OTHER)}
    assert hosted.cached(stage) == wanted
    assert set(hosted.asked(stage).values()) == {1}
    assert len(hosted.asked(stage)) == 50
    assert ended.outputs == {
        "hosts": counts(done=25),
        "images": [ONE, OTHER],
        "results": {},
        "left_out": 0,
    }
    assert ended.data["hosts"] == counts(done=25)


def test_only_so_many_hosts_are_at_work_at_once(stage, racks):
    racks(9, image_cache_parallelism=4)
    action_id = hosted.ask(stage, ONE, OTHER)
    seen = set()

    def is_over():
        seen.add(hosted.under_way(stage))
        return stage.action(action_id).status == "SUCCEEDED"

    stage.run_until(is_over)

    assert max(seen) == 4


def test_counts_are_shown_while_it_runs(stage, racks):
    racks(5, image_cache_parallelism=2)
    action_id = hosted.ask(stage)
    asked = stage.action(action_id)
    assert asked.data == {"hosts": counts(left=5), "images": [ONE]}

    stage.run_until(lambda: stage.action(action_id).data["hosts"]["done"] == 2)

    shown = stage.action(action_id)
    assert shown.data["hosts"] == counts(done=2, left=3)
    assert shown.status_reason == "2 of 5 hosts done, 0 failed, 0 skipped, 3 left."


def test_what_is_there_already_is_not_asked_for(stage, racks):
    hosts = racks(3)
    for host in hosts[:2]:
        stage.driver.hosts.cache_image(host, ONE)
    stage.advance(hosted.CACHE_S + 1)
    stage.controls.reset_counters()

    ended = end_of(stage)

    assert ended.status == "SUCCEEDED"
    assert hosted.asked(stage) == {f"{hosts[2]}/{ONE}": 1}


def test_what_is_on_its_way_is_waited_for(stage, racks):
    [host] = racks(1)
    stage.driver.hosts.cache_image(host, ONE)
    stage.controls.reset_counters()

    ended = end_of(stage)

    assert ended.status == "SUCCEEDED"
    assert hosted.asked(stage) == {}


def test_hosts_that_are_down_or_unknown_are_skipped(stage, racks):
    hosts = racks(3)
    stage.controls.set_host(hosts[0], {"state": "down"})
    stage.controls.remove_thing("host", hosts[1])

    ended = end_of(stage, ONE, OTHER)

    assert ended.status == "SUCCEEDED"
    assert ended.outputs["hosts"] == counts(done=1, skipped=2)
    both = f"image {ONE}, {OTHER}"
    assert ended.outputs["results"] == {
        hosts[0]: {"status": "skipped", "reason": f"{both}: The host is down."},
        hosts[1]: {
            "status": "skipped",
            "reason": f"{both}: The cloud doesn't know this host.",
        },
    }
    assert not any(call.startswith(hosts[0]) for call in hosted.asked(stage))


def test_a_host_that_goes_down_meanwhile_is_skipped(stage, racks):
    hosts = racks(2)
    action_id = hosted.ask(stage)
    stage.run_until(lambda: hosted.under_way(stage) == 2)

    stage.controls.set_host(hosts[0], {"state": "down"})
    stage.drain()

    ended = stage.action(action_id)
    assert ended.status == "SUCCEEDED"
    assert ended.outputs["hosts"] == counts(done=1, skipped=1)


@pytest.mark.parametrize("effect", ["busy", "timeout", "error", "done_but_timeout"])
def test_a_host_that_fails_for_a_while_gets_it(stage, racks, effect):
    hosts = racks(3)
    hosted.fault(stage, hosts[1], effect, count=2)

    ended = end_of(stage)

    assert ended.status == "SUCCEEDED"
    assert ended.outputs["hosts"] == counts(done=3)
    once = effect == "done_but_timeout"
    assert hosted.asked(stage)[f"{hosts[1]}/{ONE}"] == (1 if once else 3)


def test_an_image_that_fails_on_its_way_is_tried_anew(stage, racks):
    hosts = racks(2)
    hosted.fault(stage, hosts[0], "error_status", count=1, message="No space.")

    ended = end_of(stage)

    assert ended.status == "SUCCEEDED"
    assert hosted.asked(stage) == {f"{hosts[0]}/{ONE}": 2, f"{hosts[1]}/{ONE}": 1}


def test_a_host_that_always_fails_is_given_up(stage, racks):
    hosts = racks(12, image_cache_attempts=3)
    hosted.fault(stage, hosts[2], "error", message="No space left.")

    ended = end_of(stage)

    assert ended.status == "FAILED"
    assert ended.status_reason == (
        f"1 of 12 hosts failed: {hosts[2]} (image {ONE}: No space left.)"
    )
    assert ended.outputs["hosts"] == counts(done=11, failed=1)
    reason = f"image {ONE}: No space left."
    assert ended.outputs["results"] == {
        hosts[2]: {"status": "failed", "reason": reason}
    }
    assert hosted.asked(stage)[f"{hosts[2]}/{ONE}"] == 3


def test_a_host_that_hangs_is_given_up_and_others_get_its_place(stage, racks):
    limits = {"image_cache_attempts": 3, "image_cache_host_timeout": 40}
    hosts = racks(4, image_cache_parallelism=1, **limits)
    hosted.hang(stage, hosts[0])
    began = stage.clock()

    ended = end_of(stage)

    told = "The host hasn't got the image within 40 seconds."
    assert ended.status == "FAILED"
    assert ended.status_reason == (
        f"1 of 4 hosts failed: {hosts[0]} (image {ONE}: {told})"
    )
    assert ended.outputs["hosts"] == counts(done=3, failed=1)
    # What hung was seen first, and waited for; then it was asked twice more.
    assert hosted.asked(stage)[f"{hosts[0]}/{ONE}"] == 2
    first = min(
        call["at"]
        for call in stage.controls.journal(method=hosted.ASK)
        if not call["name"].startswith(hosts[0])
    )
    assert first - began >= 3 * 40


def test_a_host_that_is_slow_gets_another_try(stage, racks):
    hosts = racks(2, image_cache_host_timeout=40)
    stage.controls.put_settings({"cache_seconds": 60.0})

    ended = end_of(stage)

    assert ended.status == "SUCCEEDED"
    assert ended.outputs["hosts"] == counts(done=2)
    assert {task.attempts for task in hosted.tasks(stage, ended.id).values()} == {1}
    assert set(hosted.asked(stage).values()) == {2}
    assert len(hosted.asked(stage)) == len(hosts)


def test_tries_come_with_longer_and_longer_pauses(stage, racks):
    [host] = racks(1, image_cache_attempts=4)
    hosted.fault(stage, host, "error")
    end_of(stage)

    times = [call["at"] for call in stage.controls.journal(method=hosted.ASK)]
    pauses = [later - before for before, later in itertools.pairwise(times)]

    assert len(pauses) == 3
    assert all(
        pause > least - 0.1 for pause, least in zip(pauses, [2, 4, 8], strict=True)
    )


def test_a_pause_begins_when_a_try_has_failed(stage, racks):
    [host] = racks(1)
    hosted.fault(stage, host, "timeout", count=1)
    action_id = hosted.ask(stage)

    def answer_late(label):
        if label.endswith(f"call {hosted.ASK} #1"):
            [run] = stage.engine.heart.runs()
            run._deadline -= 60.0
        return False

    stage.moments.dice = answer_late
    stage.moments.is_watching = True
    began = stage.clock()
    stage.step(1)

    [task] = hosted.tasks(stage, action_id).values()
    assert task.due_at >= began + 60 + 2


def test_the_cloud_is_left_alone_as_long_as_it_wants(stage, racks):
    [host] = racks(1)
    hosted.fault(stage, host, "busy", count=1, retry_after_s=30.0)
    end_of(stage)

    first, second = [call["at"] for call in stage.controls.journal(method=hosted.ASK)]

    assert second - first >= 30


def test_an_image_that_is_nowhere_fails_at_once(stage, racks):
    racks(30)

    ended = end_of(stage, ONE, "5d1f7a4e-0000-4000-8000-c0ffee000000")

    assert ended.status == "FAILED"
    assert ended.status_reason.startswith("30 of 30 hosts failed: node-000 (image 5d1f")
    assert ended.status_reason.endswith("; and 25 more")
    # The first host was asked: no other has it then.
    assert len(hosted.asked(stage)) == 31


def test_a_cloud_that_is_away_is_waited_for(stage, racks):
    racks(2)
    action_id = hosted.ask(stage)
    rule = {"effect": "busy", "method": "hosts.*"}
    made = stage.controls.add_fault(rule)
    for _ in range(30):
        stage.step()
        stage.advance(1.0)
    assert "can't answer now" in stage.action(action_id).status_reason

    stage.controls.remove_fault(made["id"])
    stage.drain()

    assert stage.action(action_id).status == "SUCCEEDED"


def test_a_cloud_that_always_refuses_to_be_looked_at_ends_it(stage, racks):
    racks(2)
    rule = {"effect": "error", "method": "hosts.look*", "message": "Not for you."}
    stage.controls.add_fault(rule)

    ended = end_of(stage)

    assert (ended.status, ended.status_reason) == ("FAILED", "Not for you.")
    assert ended.outputs["hosts"] == counts(left=2)


def test_an_empty_aggregate_has_nothing_to_do(stage, racks):
    racks(0)

    ended = end_of(stage)

    assert ended.status == "SUCCEEDED"
    assert ended.outputs["hosts"] == counts()
    assert stage.controls.counters() == {}


def test_results_of_many_hosts_are_cut(stage, racks):
    racks(130)
    for number in range(130):
        stage.controls.set_host(f"node-{number:03}", {"state": "down"})

    ended = end_of(stage)

    assert ended.outputs["hosts"] == counts(skipped=130)
    assert list(ended.outputs["results"]) == [f"node-{n:03}" for n in range(100)]
    assert ended.outputs["left_out"] == 30


def test_an_unknown_aggregate_is_refused(stage):
    with pytest.raises(exceptions.AggregateNotFound):
        hosted.ask(stage, key="nowhere")


def test_events_tell_of_tenths_and_of_the_end(stage, racks):
    racks(100)
    end_of(stage)

    found = events(stage)

    assert {(row.otype, row.oname, row.cluster_id) for row in found} == {
        ("AGGREGATE", AGGREGATE, "")
    }
    assert {row.action for row in found} == {"AGGREGATE_CACHE_IMAGES"}
    phases = [row.status for row in found]
    assert (phases[0], phases[-1]) == ("start", "end")
    assert set(phases[1:-1]) == {"progress"}
    assert 5 <= len(phases[1:-1]) <= 9
    assert (
        found[-1].status_reason == "100 of 100 hosts done, 0 failed, 0 skipped, 0 left."
    )


def test_the_first_failures_are_told(stage, racks):
    hosts = racks(40, image_cache_attempts=1, image_cache_parallelism=40)
    for host in hosts[:3]:
        hosted.fault(stage, host, "error", message="No space.")

    end_of(stage)

    found = events(stage)
    assert found[1].status_reason == (
        "0 of 40 hosts done, 3 failed, 0 skipped, 37 left."
    )
    assert (found[-1].status, found[-1].level) == ("error", 40)
    assert "3 of 40 hosts failed: node-000 (image" in found[-1].status_reason
    assert len(found) <= 4
