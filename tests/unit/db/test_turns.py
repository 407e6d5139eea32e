"""The lock is given in the order of asking."""

import threading

import pytest

from senlin_like.db import turns


def test_threads_come_in_the_order_of_asking():
    lock = turns.Turns()
    order: list[int] = []
    asked = [threading.Event() for _ in range(20)]

    def work(number: int) -> None:
        asked[number].set()
        with lock:
            order.append(number)

    threads = []
    with lock:
        for number, event in enumerate(asked):
            thread = threading.Thread(target=work, args=(number,))
            thread.start()
            threads.append(thread)
            event.wait()
            while len(lock._line) <= number:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()

    assert order == list(range(20))


def test_an_error_inside_frees_the_lock():
    lock = turns.Turns()

    try:
        with lock:
            raise ValueError
    except ValueError:
        order = "freed"

    with lock:
        assert order == "freed"


def test_only_one_is_inside_at_a_time():
    lock = turns.Turns()
    inside = 0
    most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(200):
            with lock:
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_a_few_are_let_in_and_others_wait():
    few = turns.Courtesy(2, patience_s=60.0)
    inside, come_out = threading.Semaphore(0), threading.Event()
    third_is_in = threading.Event()

    def stay() -> None:
        with few.turn():
            inside.release()
            come_out.wait(60.0)

    def come_third() -> None:
        with few.turn():
            third_is_in.set()

    first = [threading.Thread(target=stay) for _ in range(2)]
    for thread in first:
        thread.start()
    for _ in first:
        inside.acquire()
    third = threading.Thread(target=come_third)
    third.start()
    assert not third_is_in.wait(0.05)

    come_out.set()
    for thread in [*first, third]:
        thread.join()
    assert third_is_in.is_set()


def test_who_is_held_up_holds_up_nobody_else():
    few = turns.Courtesy(1, patience_s=0.01)

    with few.turn(), few.turn(), few.turn():
        assert len(few._came_in) == 3

    assert not few._came_in


def test_who_was_held_up_gives_nobody_elses_turn_back():
    few = turns.Courtesy(1, patience_s=60.0)
    come_out, second_is_in, third_is_in = (threading.Event() for _ in range(3))

    def come_second() -> None:
        with few.turn():
            second_is_in.set()
            come_out.wait(60.0)

    def come_third() -> None:
        with few.turn():
            third_is_in.set()

    others = [threading.Thread(target=come) for come in (come_second, come_third)]
    with few.turn():
        (held_up,) = few._came_in
        few._came_in[held_up] -= 61.0
        others[0].start()
        assert second_is_in.wait(60.0)
        others[1].start()
    assert not third_is_in.wait(0.05)

    come_out.set()
    for thread in others:
        thread.join()
    assert third_is_in.is_set()


def test_an_error_inside_gives_the_turn_back():
    few = turns.Courtesy(1, patience_s=60.0)

    with pytest.raises(ValueError, match="inside"), few.turn():
        raise ValueError("inside")

    with few.turn():
        assert len(few._came_in) == 1
