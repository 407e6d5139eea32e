"""``senlin-like-standalone``: API and engine in one process, nothing to set up.

The same API and the same engine as in production, on SQLite and with wake-ups
inside the process. All state is in one directory.
"""

import argparse
import os
import pathlib
import sys
import threading
from typing import Any

from oslo_config import cfg

from senlin_like.api import app
from senlin_like.cmd import (
    api,
    assembly,
    listening,
    presence,
    refusing,
    state,
    stopping,
)
from senlin_like.db.migrations import migrate
from senlin_like.engine.worker import Engine

#: Addresses to listen on that lead nowhere when they are called.
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared only


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what is left goes to the configuration."""
    parser = argparse.ArgumentParser(
        prog="senlin-like-standalone",
        description="Run the whole clustering service in one process.",
    )
    home = pathlib.Path.home()
    states = os.environ.get("XDG_STATE_HOME") or str(home / ".local" / "state")
    parser.add_argument(
        "--state-dir",
        type=pathlib.Path,
        default=pathlib.Path(states) / "senlin-like",
        help="directory of databases, keys and users (default: %(default)s)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8777, help="port to listen on")
    parser.add_argument(
        "--auth",
        choices=("none", "http_basic", "keystone"),
        default="none",
        help="how callers are authenticated; 'none' is for loopback only",
    )
    parser.add_argument(
        "--cloud",
        help="the cloud driver (default: that of the directory, or 'simulated')",
    )
    return parser.parse_known_args(arguments)


def prepare(asked: argparse.Namespace, rest: list[str]) -> cfg.ConfigOpts:
    """Make the state directory and the options that lead into it.

    :raises Invalid: when the address would let strangers in, or the directory is
        that of another cloud.
    """
    assembly.refuse_strangers(asked.auth, asked.host)
    folder = state.Folder(asked.state_dir)
    folder.make()
    if asked.auth == "http_basic" and not folder.people.exists():
        folder.people.touch(mode=0o600)
        sys.stderr.write(
            "There is no user yet; make one with: "
            f"senlin-like-manage user set NAME --file {folder.people}\n"
        )
    conf = assembly.configure(rest, "senlin-like-standalone")
    folder.lead(conf)
    conf.set_default("auth_strategy", asked.auth, group="senlin_api")
    if asked.cloud is not None:
        conf.set_default("cloud_backend", asked.cloud)
    folder.keep_cloud(conf.cloud_backend)
    if asked.host not in EVERYWHERE:
        conf.set_default("host", asked.host, group="receiver")
    conf.set_default("port", asked.port, group="receiver")
    return conf


class _Wake:
    """Wakes the engine of the same process."""

    engine: Engine | None = None

    def __call__(self) -> None:
        """Let the engine look for work now."""
        if self.engine is not None:
            self.engine.wake()


def main() -> None:
    """Run until a signal comes."""
    asked, rest = parse(sys.argv[1:])
    os.umask(state.PRIVATE)
    wake = _Wake()
    with refusing.told():
        conf = prepare(asked, rest)
        migrate.sync(conf.database.connection)
        deps = assembly.deps(conf, wake)
        wsgi = presence.Present(app.build(deps, conf), deps)
        engine = wake.engine = Engine(deps, assembly.engine_options(conf))
        server = api.serve(wsgi, conf, asked.host, asked.port)
    _run(server, engine, asked, conf)


def _run(
    server: Any, engine: Engine, asked: argparse.Namespace, conf: cfg.ConfigOpts
) -> None:
    stop = threading.Event()

    def on_signal(_signal: int, _frame: Any) -> None:
        stop.set()

    stopping.on_signal(on_signal)
    engine.start()
    assembly.leave_garbage_alone()
    listeners = listening.to_cloud(conf, engine)
    threading.Thread(target=server.run, name="http", daemon=True).start()
    sys.stdout.write(
        f"senlin-like is ready on http://{asked.host}:{server.effective_port} "
        f"(state in {asked.state_dir}, auth {asked.auth}, cloud {conf.cloud_backend})\n"
    )
    sys.stdout.flush()
    stop.wait()
    server.close()
    for listener in listeners:
        listener.stop()
    engine.stop()
    for listener in listeners:
        listener.wait()
    for outbox in engine.deps.outboxes:
        outbox.close()
    engine.deps.driver.close()
    engine.deps.db.dispose()
