"""Buckets of tokens: how often a thing may be done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like import exceptions
from senlin_like.api import throttle


class Clock:
    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def took(bucket, key="a"):
    try:
        bucket.take(key)
    except exceptions.TooManyRequests:
        return False
    return True


def test_a_burst_and_then_the_rate():
    clock = Clock()
    bucket = throttle.Throttle(2.0, 3, clock)

    assert [took(bucket) for _ in range(4)] == [True, True, True, False]
    clock.seconds += 0.5
    assert [took(bucket) for _ in range(2)] == [True, False]
    clock.seconds += 1000
    assert [took(bucket) for _ in range(4)] == [True, True, True, False]


def test_each_key_has_its_own_bucket():
    bucket = throttle.Throttle(1.0, 1, Clock())

    assert took(bucket, "a")
    assert took(bucket, "b")
    assert not took(bucket, "a")


def test_a_refusal_says_when_to_come_back():
    clock = Clock()
    bucket = throttle.Throttle(0.1, 1, clock)
    bucket.take("a")

    with pytest.raises(exceptions.TooManyRequests) as caught:
        bucket.take("a")
    clock.seconds += caught.value.retry_after_s

    assert caught.value.retry_after_s == 10
    assert took(bucket)


def test_without_a_rate_there_is_no_limit():
    bucket = throttle.Throttle(0.0, 1, Clock())

    assert all(took(bucket) for _ in range(1000))


def test_the_bucket_that_rested_longest_is_forgotten_first(monkeypatch):
    monkeypatch.setattr(throttle, "MOST_BUCKETS", 2)
    bucket = throttle.Throttle(0.001, 1, Clock())
    for key in ("a", "b", "c"):
        bucket.take(key)

    assert not took(bucket, "c")
    assert not took(bucket, "b")
    assert took(bucket, "a")


@given(
    rate=st.floats(0.1, 50),
    burst=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 2), max_size=60),
)
def test_never_more_than_burst_and_rate_allow(rate, burst, pauses):
    clock = Clock()
    bucket = throttle.Throttle(rate, burst, clock)
    taken = 0

    for pause in pauses:
        clock.seconds += pause
        taken += took(bucket)

    assert taken <= burst + sum(pauses) * rate + 1e-6
