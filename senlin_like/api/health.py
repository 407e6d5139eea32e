"""Tells load balancers whether this process can serve."""

import json

from senlin_like import exceptions
from senlin_like.db.session import Database

PATH = "/healthcheck"


def check(database: Database) -> tuple[int, bytes]:
    """Ask the database for something; return the status and the JSON body."""
    try:
        with database.reader() as session:
            session.connection().exec_driver_sql("SELECT 1")
    except exceptions.ServiceUnavailable as error:
        return 503, json.dumps({"status": "down", "reason": error.message}).encode()
    return 200, b'{"status": "ok"}'
