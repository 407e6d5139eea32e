"""Configure gunicorn for one API, as the variable LAB_API says in JSON.

Every request that is answered becomes a line of JSON in the access log.  Values of
the query stay out of it, since some of them let their bearer in.
"""

import datetime
import json
import os
import sys
import time
import urllib.parse
from typing import Any

from gunicorn import glogging

_API = json.loads(os.environ["LAB_API"])

bind = _API["bind"]
threads = _API["threads"]
workers = 1
worker_class = "gthread"
timeout = 300
graceful_timeout = 3
keepalive = 30
backlog = 512
# Nova asks Neutron for the ports of a page of servers with all of their ids.
limit_request_line = 0
control_socket_disable = True
errorlog = "-"
accesslog = _API["access_log"]


class AccessLog(glogging.Logger):
    """Writes what can be counted."""

    access_fmt = "%(message)s"

    def access(
        self,
        resp: Any,
        req: Any,
        environ: dict[str, Any],
        request_time: datetime.timedelta,
    ) -> None:
        answered = {name.lower(): value for name, value in resp.headers}
        path, _, query = environ["RAW_URI"].partition("?")
        parameters = urllib.parse.parse_qsl(query, keep_blank_values=True)
        line = {
            "at": round(time.time(), 3),
            "service": _API["service"],
            "method": environ["REQUEST_METHOD"],
            "path": path,
            "parameters": sorted({name for name, _ in parameters}),
            "status": int(str(resp.status).split()[0]),
            "took_s": round(request_time.total_seconds(), 4),
            "agent": environ.get("HTTP_USER_AGENT", ""),
            "request_id": answered.get("x-openstack-request-id")
            or answered.get("x-compute-request-id"),
            "caller_id": environ.get("HTTP_X_OPENSTACK_REQUEST_ID"),
            # The check of the token has put it there.
            "project": environ.get("HTTP_X_PROJECT_ID"),
        }
        self.access_log.info(json.dumps(line))


logger_class = AccessLog


def post_fork(server: Any, worker: Any) -> None:
    """Hide gunicorn's command line from services that read it as theirs."""
    del server, worker
    sys.argv = list(_API["arguments"])
