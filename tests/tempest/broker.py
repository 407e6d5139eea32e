"""Take the message bus away from the service while it works, and give it back.

Runs below ``service.py`` with a Keystone and a ``--service-port``, whose virtual
host it removes and makes again.  Requests must be accepted and their actions
finished all the while, and in the end the engines must listen again.  Exits with
1 if it isn't so.
"""

import argparse
import secrets
import subprocess
import sys
import time

import rest

NODES = 3
CONTROL_TIMEOUT_S = 60


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service-port", type=int, required=True)
    parser.add_argument("--user", default="guest", help="RabbitMQ's (%(default)s)")
    options = parser.parse_args()
    vhost = f"tempest-{options.service_port}"
    user = rest.login("demo")
    name = f"broker-{secrets.token_hex(3)}"
    made = user.post("/profiles", {"profile": {"name": name, "spec": rest.SERVER}})
    profile = made.body["profile"]["id"]
    engines = _listeners(vhost)
    print(f"{engines} queues; a cluster takes {_cycle(user, profile, name):.1f} s")
    _control("delete_vhost", vhost)
    print(f"without the bus it takes {_cycle(user, profile, name):.1f} s")
    _control("add_vhost", vhost)
    _control("set_permissions", "-p", vhost, options.user, ".*", ".*", ".*")
    rest.wait_until(lambda: _listeners(vhost) >= engines, "the engines listen again")
    print(f"{_listeners(vhost)} queues; it takes {_cycle(user, profile, name):.1f} s")
    return 0


def _cycle(user: rest.User, profile: str, name: str) -> float:
    """Make a cluster and delete it; return how long that took, in seconds.

    :raises AssertionError: when a request isn't accepted or an action doesn't end.
    """
    began = time.monotonic()
    fields = {"name": name, "profile_id": profile, "desired_capacity": NODES}
    made = user.post("/clusters", {"cluster": fields})
    if made.status != 202:
        raise AssertionError(f"{made.status}: {made.body}")
    path = f"/clusters/{made.body['cluster']['id']}"

    def is_ready() -> bool:
        return bool(user.get(path).body["cluster"]["status"] == "ACTIVE")

    rest.wait_until(is_ready, f"{path} ACTIVE")
    deleted = user.call("DELETE", path)
    if deleted.status != 202:
        raise AssertionError(f"{deleted.status}: {deleted.body}")
    rest.wait_until(lambda: user.get(path).status == 404, f"{path} gone")
    return time.monotonic() - began


def _listeners(vhost: str) -> int:
    """Count the queues that somebody listens to."""
    lines = _control("list_queues", "-p", vhost, "name", "consumers").splitlines()
    counts = [line.split()[-1] for line in lines if line.strip()]
    return sum(int(count) > 0 for count in counts if count.isdigit())


def _control(*words: str) -> str:
    """Run RabbitMQ's administration command and return what it prints."""
    done = subprocess.run(
        ["rabbitmqctl", "-q", *words],
        capture_output=True,
        text=True,
        timeout=CONTROL_TIMEOUT_S,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
