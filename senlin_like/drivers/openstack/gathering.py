"""Lets those who ask for one thing each at the same time share one question."""

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class _Batch(Generic[Answer]):
    """What is asked for together, and the answers once they are there."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.answers: Mapping[str, Answer] | None = None


class Gathering(Generic[Answer]):
    """Puts together what is asked for while a question is under way.

    What it gives was asked for after the caller came, as if each had asked for
    itself. One question is under way at a time, for ``most`` keys at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._joining = threading.Lock()
        self._asking = threading.Lock()
        self._open: _Batch[Answer] = _Batch()

    def find(
        self, key: str, ask: Callable[[Collection[str]], Mapping[str, Answer]]
    ) -> Answer:
        """Return the answer for one key; ``ask`` has one for each of several.

        A failed question is asked again by each of the others that waited for it.
        """
        batch = self._join(key)
        with self._asking:
            if batch.answers is None:
                self._close(batch)
                batch.answers = ask(batch.keys)
            return batch.answers[key]

    def _join(self, key: str) -> _Batch[Answer]:
        with self._joining:
            batch = self._open
            batch.keys.add(key)
            if len(batch.keys) >= self._most:
                self._open = _Batch()
            return batch

    def _close(self, batch: _Batch[Answer]) -> None:
        """Let nobody join any more."""
        with self._joining:
            if self._open is batch:
                self._open = _Batch()
