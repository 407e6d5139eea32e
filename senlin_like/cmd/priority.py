"""The priority of a process among the other programs of its host."""

import logging
import os
import pathlib
import time

LOG = logging.getLogger(__name__)

# Linux shares the processors among sessions first, and heeds niceness within one only.
_SESSION = pathlib.Path("/proc/self/autogroup")
_TRIES = 20
_PAUSE_S = 0.11


def stand_back(niceness: int) -> None:
    """Let other programs go before this process and those that it starts.

    ``niceness`` goes from 0 (not at all) to 19. Where the kernel groups processes by
    session (autogroup), a daemon's niceness means nothing to the rest of the host; so
    the session stands back too if it is this process's own. The session of a terminal
    stays as it is.
    """
    if not niceness:
        return
    os.nice(niceness)
    if os.getsid(0) != os.getpid():
        return
    try:
        _set_session(niceness)
    except OSError as error:
        LOG.debug("The session keeps its priority: %s", error)


def _set_session(niceness: int) -> None:
    """Tell the kernel, which listens to users ten times a second at most.

    :raises OSError: where sessions have no priority, or others were always first.
    """
    for _ in range(_TRIES):
        try:
            _SESSION.write_text(str(niceness))
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return
    raise BlockingIOError("others were always first")
