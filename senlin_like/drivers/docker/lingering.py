"""Calls that are answered when a container has done what it was told, not at once."""

import concurrent.futures
import logging
import threading
from collections.abc import Callable

from senlin_like import exceptions

LOG = logging.getLogger(__name__)

#: Seconds that refusals are waited for.
PATIENCE_S = 1.0


class Lingering:
    """Lets such calls go on in threads of their own, some at the same time.

    Looking tells what came of them. Those that a lost process was at are asked for
    again, as any other call.
    """

    def __init__(self, most: int = 128, patience_s: float = PATIENCE_S) -> None:
        self._room = threading.BoundedSemaphore(most)
        self._patience_s = patience_s

    def begin(self, what: str, call: Callable[[], None]) -> None:
        """Make a call; return when it has ended, or goes on for longer than a moment.

        :raises CloudBusy: when too many go on; nothing was done.
        :raises CloudError: what the call raises meanwhile.
        """
        if not self._room.acquire(blocking=False):
            raise exceptions.CloudBusy(f"Too much is under way: {what} has to wait.", 1)
        done: concurrent.futures.Future[None] = concurrent.futures.Future()
        threading.Thread(
            target=self._run, args=(what, call, done), name="docker", daemon=True
        ).start()
        if concurrent.futures.wait([done], self._patience_s).done:
            done.result()

    def _run(
        self,
        what: str,
        call: Callable[[], None],
        done: "concurrent.futures.Future[None]",
    ) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whoever waits is to be told
            LOG.info("%s: %s", what, error)
            done.set_exception(error)
        else:
            done.set_result(None)
        finally:
            self._room.release()
