"""Lets requests come at the same moment."""

import concurrent.futures
import threading

from senlin_like import exceptions

AT_ONCE = 6


def at_once(*calls):
    """Make calls in threads that start together; returns results or errors."""
    gate = threading.Barrier(len(calls))

    def run(call):
        gate.wait(30)
        try:
            return call()
        except exceptions.Error as error:
            return error

    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
