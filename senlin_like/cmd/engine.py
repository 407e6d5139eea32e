"""``senlin-like-engine``: workers that carry out actions."""

import contextlib
import functools
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.cmd import assembly, listening, priority, refusing, stopping
from senlin_like.db import vault
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

    stopping.on_signal(on_signal)
    sender = wakeup.Sender(conf)
    engine = Engine(assembly.deps(conf, sender), assembly.engine_options(conf))
    engine.start()
    assembly.leave_garbage_alone()
    serve = functools.partial(wakeup.serve, conf, engine.id, engine.wake)
    listeners = [
        listening.Listening("wake-ups", serve).start(),
        *listening.to_cloud(conf, engine),
    ]
    LOG.info("senlin-like-engine is ready")
    stop.wait()
    for listener in listeners:
        listener.stop()
    engine.stop()
    for listener in listeners:
        listener.wait()
    for outbox in engine.deps.outboxes:
        outbox.close()
    sender.close()
    engine.deps.driver.close()
    engine.deps.db.dispose()


def main() -> None:
    """Run as many engines as ``[engine] workers`` says; restart those that die."""
    with refusing.told():
        conf = assembly.configure(sys.argv[1:], "senlin-like-engine")
        vault.Vault(assembly.read_keys(conf))
        refusing.await_tables(conf)
        priority.stand_back(conf.engine.niceness)
        if conf.engine.workers == 1:
            run_one(conf)
        else:
            _supervise(conf)


def _supervise(conf: cfg.ConfigOpts) -> None:
    children: set[int] = set()
    stop = threading.Event()

    def on_signal(_signal: int, _frame: Any) -> None:
        stop.set()
        for child in children:
            # One that has just ended may still be counted.
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    numbers = stopping.signals()
    stopping.on_signal(on_signal)
    for _ in range(conf.engine.workers):
        _start(conf, children, stop, numbers)
    while children:
        pid, _status = os.wait()
        children.discard(pid)
        if not stop.is_set():
            LOG.warning("Engine process %s ended; starting another", pid)
            stop.wait(_RESTART_S)
            _start(conf, children, stop, numbers)


def _start(
    conf: cfg.ConfigOpts,
    children: set[int],
    stop: threading.Event,
    numbers: Sequence[signal.Signals],
) -> None:
    """Start a child, unless all are to stop; no signal comes in between."""
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        if not stop.is_set():
            children.add(_fork(conf, numbers))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def _fork(conf: cfg.ConfigOpts, numbers: Sequence[signal.Signals]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        # The parent's way to stop is not the child's.
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        run_one(conf)
        status = 0
    except exceptions.Error as error:
        sys.stderr.write(f"ERROR: {error.message}\n")
    except Exception:  # told here, as nothing of the parent may run in the child
        LOG.exception("An engine process failed")
    finally:
        os._exit(status)
