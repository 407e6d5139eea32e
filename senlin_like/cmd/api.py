"""``senlin-like-api``: the API on a small threaded server.

For production take ``senlin_like.wsgi.api:application`` under uWSGI, gunicorn
or mod_wsgi; this one is good for development and small installations.
"""

import sys
from typing import Any

import waitress
from oslo_config import cfg

from senlin_like.api import app
from senlin_like.cmd import assembly, intake, presence, refusing, stopping
from senlin_like.rpc import wakeup


def application(conf: cfg.ConfigOpts) -> Any:
    """Build the WSGI application of an API process.

    :raises Invalid: when an option is missing or wrong.
    """
    refusing.require_tables(conf)
    deps = assembly.deps(conf, wakeup.Sender(conf))
    wsgi = presence.Present(app.build(deps, conf), deps)
    assembly.leave_garbage_alone()
    return wsgi


def serve(wsgi: Any, conf: cfg.ConfigOpts, host: str, port: int) -> Any:
    """Bind the server; ``run()`` serves and ``close()`` stops it.

    Requests beyond the threads wait in line; the kernel holds what is beyond
    the connections.
    """
    server = waitress.create_server(
        wsgi,
        host=host,
        port=port,
        threads=conf.senlin_api.threads,
        backlog=conf.senlin_api.backlog,
        connection_limit=conf.senlin_api.backlog,
        channel_timeout=120,
        ident="senlin-like",
        clear_untrusted_proxy_headers=False,
        **intake.bounds(conf.senlin_api.max_json_body_size),
    )
    intake.leave_refusals(server)
    return server


def main() -> None:
    """Run the API until a signal comes."""
    with refusing.told():
        conf = assembly.configure(sys.argv[1:], "senlin-like-api")
        host, port = conf.senlin_api.bind_host, conf.senlin_api.bind_port
        assembly.refuse_strangers(conf.senlin_api.auth_strategy, host)
        server = serve(application(conf), conf, host, port)

    def stop(_signal: int, _frame: Any) -> None:
        raise SystemExit(0)

    stopping.on_signal(stop)
    sys.stdout.write(
        f"senlin-like-api listens on http://{conf.senlin_api.bind_host}:"
        f"{conf.senlin_api.bind_port}\n"
    )
    sys.stdout.flush()
    server.run()
