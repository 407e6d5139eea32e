"""Who reads counters waits for what is being written."""

import threading

from senlin_like.simulated_cloud import counters


class Slow:
    """A store whose transactions begin, and end when they are let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.written = 0

    def transact(self, _work) -> None:
        self.begun.set()
        assert self.may_end.wait(30)
        self.written += 1


def test_a_flush_waits_for_another_one() -> None:
    store = Slow()
    noted = counters.Counters(store)
    noted.note("compute.create_server", "ok")
    late = threading.Thread(target=noted.flush)
    late.start()
    assert store.begun.wait(30)
    threading.Timer(0.2, store.may_end.set).start()

    noted.flush()

    assert store.written == 1
    late.join()
