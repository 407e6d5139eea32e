"""Clusters whose nodes are asked themselves how they are."""

import pytest

from senlin_like.drivers import web
from senlin_like.engine import checker
from tests.torture import watched


@pytest.fixture
def heal(stage):
    """Make a cluster with a health policy; return its id."""

    def make(size=3, *modes, **parts):
        return watched.a_cluster(stage, size, watched.a_policy(stage, *modes, **parts))

    return make


@pytest.fixture
def answers(stage):
    made = watched.Web()
    stage.engine.checker.prober.get = made
    return made


def test_nodes_are_asked_themselves(stage, heal, answers):
    heal(3, watched.url_mode())

    assert watched.check(stage) == []

    names = sorted(f"http://{node.name}/" for node in stage.nodes())
    assert sorted(answers.asked) == names


def test_a_node_that_does_not_answer_is_asked_again_before_it_counts(
    stage, heal, answers
):
    heal(3, watched.url_mode())
    node = stage.nodes()[0]
    url = f"http://{node.name}/"
    answers.answers[url] = web.Unreachable("refused")

    assert watched.check(stage) == []
    answers.asked.clear()
    assert watched.check(stage, after_s=3.1) == []
    (action,) = watched.check(stage, after_s=3.1)

    assert answers.asked == [url, url]
    assert action.target == node.id
    assert "check" not in action.inputs


def test_a_node_that_answers_at_last_is_fine(stage, heal, answers):
    heal(3, watched.url_mode())
    url = f"http://{stage.nodes()[0].name}/"
    answers.answers[url] = web.Answer(status=500, text="")
    watched.check(stage)
    answers.answers.clear()

    assert watched.check(stage, after_s=3.1) == []
    answers.asked.clear()
    assert watched.check(stage, after_s=3.1) == []
    assert answers.asked == []
    assert watched.check(stage, after_s=60) == []
    assert len(answers.asked) == 3


@pytest.mark.parametrize(
    ("options", "answer", "is_repaired"),
    [
        ({}, web.Answer(status=500, text=""), True),
        ({}, web.Answer(status=200, text="sick"), False),
        (
            {"poll_url_healthy_response": "^well"},
            web.Answer(status=200, text="no"),
            True,
        ),
        (
            {"poll_url_healthy_response": "^well"},
            web.Answer(status=200, text="well then"),
            False,
        ),
        ({"poll_url_conn_error_as_unhealthy": False}, web.Unreachable("x"), False),
        (
            {"poll_url_conn_error_as_unhealthy": False},
            web.Answer(status=503, text=""),
            False,
        ),
        ({}, web.Forbidden("no such address"), False),
        (
            {"poll_url_healthy_response": "(a+)+$"},
            web.Answer(status=200, text="a" * 5000 + "b"),
            False,
        ),
    ],
)
def test_an_answer_is_judged(stage, heal, answers, options, answer, is_repaired):
    heal(3, watched.url_mode(poll_url_retry_limit=0, **options))
    answers.answers[f"http://{stage.nodes()[0].name}/"] = answer
    for node in stage.nodes()[1:]:
        fine = web.Answer(status=200, text="well")
        answers.answers[f"http://{node.name}/"] = fine

    assert len(watched.check(stage)) == is_repaired


def test_an_address_that_may_not_be_asked_is_told_once(stage, heal, answers):
    heal(2, watched.url_mode())
    for node in stage.nodes():
        answers.answers[f"http://{node.name}/"] = web.Forbidden("not there")

    for _ in range(3):
        watched.check(stage, after_s=61)

    assert watched.told(stage) == ["Some nodes can't be judged: not there"]


@pytest.mark.parametrize(
    ("condition", "is_repaired"), [("ANY_FAILED", True), ("ALL_FAILED", False)]
)
def test_one_mode_is_enough_or_not(stage, heal, answers, condition, is_repaired):
    modes = (watched.STATUS, watched.url_mode(poll_url_retry_limit=0))
    heal(3, *modes, detection={"recovery_conditional": condition})
    url = f"http://{stage.nodes()[0].name}/"
    answers.answers[url] = web.Unreachable("x")

    assert len(watched.check(stage)) == is_repaired


def test_all_modes_together_are_enough(stage, heal, answers):
    modes = (watched.STATUS, watched.url_mode(poll_url_retry_limit=0))
    heal(3, *modes, detection={"recovery_conditional": "ALL_FAILED"})
    node = stage.nodes()[0]
    stage.controls.kill_server(node.physical_id)
    answers.answers[f"http://{node.name}/"] = web.Unreachable("x")

    assert len(watched.check(stage)) == 1


def test_an_engine_that_stops_leaves_a_round_to_others(stage, heal, answers):
    heal(3, watched.url_mode(poll_url_retry_limit=0))
    url = f"http://{stage.nodes()[0].name}/"
    answers.answers[url] = web.Unreachable("x")
    first = stage.engine.checker
    first.is_stopping = lambda: True

    with pytest.raises(checker.Stopped):
        first.look_once()

    assert watched.recoveries(stage) == []
    stage.engine = stage.new_engine()
    stage.engine.checker.prober.get = answers
    assert len(watched.check(stage, after_s=61)) == 1
