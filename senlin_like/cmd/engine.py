"""``senlin-like-engine``: workers that carry out actions."""

import logging
import os
import signal
import sys
import threading
import time
from typing import Any

from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.cmd import assembly, priority
from senlin_like.engine.worker import Engine
from senlin_like.rpc import wakeup

LOG = logging.getLogger(__name__)

_RESTART_S = 1.0


def run_one(conf: cfg.ConfigOpts) -> None:
    """Run one engine in this process until SIGTERM or SIGINT.

    :raises Invalid: when an option is missing or wrong.
    """
    stop = threading.Event()

    def on_signal(_signal: int, _frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    sender = wakeup.Sender(conf)
    engine = Engine(assembly.deps(conf, sender), assembly.engine_options(conf))
    engine.start()
    assembly.leave_garbage_alone()
    listener = threading.Thread(
        target=_listen, args=(conf, engine, stop), name="listener", daemon=True
    )
    listener.start()
    LOG.info("senlin-like-engine is ready")
    stop.wait()
    engine.stop()
    for outbox in engine.deps.outboxes:
        outbox.close()
    sender.close()
    engine.deps.driver.close()
    engine.deps.db.dispose()


def _listen(conf: cfg.ConfigOpts, engine: Engine, stop: threading.Event) -> None:
    """Listen for wake-ups; without a broker the engine polls, and tries again."""
    while not stop.is_set():
        try:
            server = wakeup.serve(conf, engine.id, engine.wake)
        except Exception:  # noqa: BLE001 - the broker is a help, not a need
            LOG.warning("No broker to listen to; polling meanwhile")
            stop.wait(5.0)
            continue
        stop.wait()
        server.stop()
        return


def main() -> None:
    """Run as many engines as ``[engine] workers`` says; restart those that die."""
    conf = assembly.configure(sys.argv[1:], "senlin-like-engine")
    try:
        assembly.read_keys(conf)
        priority.stand_back(conf.engine.niceness)
        if conf.engine.workers == 1:
            run_one(conf)
        else:
            _supervise(conf)
    except exceptions.Error as error:
        raise assembly.fail(error.message) from error


def _supervise(conf: cfg.ConfigOpts) -> None:
    children: set[int] = set()
    stopping = False

    def on_signal(_signal: int, _frame: Any) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    for _ in range(conf.engine.workers):
        children.add(_fork(conf))
    while children:
        pid, _status = os.wait()
        children.discard(pid)
        if not stopping:
            LOG.warning("Engine process %s ended; starting another", pid)
            time.sleep(_RESTART_S)
            children.add(_fork(conf))


def _fork(conf: cfg.ConfigOpts) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 0
    try:
        run_one(conf)
    except exceptions.Error as error:
        sys.stderr.write(f"ERROR: {error.message}\n")
        status = 1
    os._exit(status)
