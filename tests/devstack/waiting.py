"""Waits until an address answers with another status than 503.

Process test: polls, as devstack's ``wait_for_service``.
"""

import sys
import time
import urllib.error
import urllib.request


def answers(url):
    """Tell whether something but a proxy without its service is there."""
    try:
        urllib.request.urlopen(url, timeout=10).close()
    except urllib.error.HTTPError as error:
        with error:
            return error.code != 503
    except OSError:
        return False
    return True


if __name__ == "__main__":
    while not answers(sys.argv[1]):
        time.sleep(0.2)
