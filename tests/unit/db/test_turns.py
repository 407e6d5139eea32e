"""The lock is given in the order of asking."""

import threading

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
