"""Cut the service off its database again and again while it works.

Runs below ``service.py`` with a Keystone and the same ``--database``.  All
connections to the database are ended every few seconds while clusters are made
and read.  Requests must succeed or be answered by 503, and what was accepted must
be there once and be finished.  Exits with 1 if it isn't so.
"""

import argparse
import collections
import secrets
import sys
import threading
import time

import databases
import rest
import sqlalchemy

RIGHT = frozenset({200, 201, 202, 503})
NODES = 2
BUILD_S = 3


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", metavar="URL", required=True)
    parser.add_argument("--clusters", type=int, default=10, help="(%(default)s)")
    parser.add_argument(
        "--every", type=float, default=2, help="s between two cuts (%(default)s)"
    )
    options = parser.parse_args()
    user = rest.login("demo")
    name = f"outage-{secrets.token_hex(3)}"
    slow = {"simulated_wait_time": BUILD_S}
    spec = {
        **rest.SERVER,
        "properties": {**rest.SERVER["properties"], "metadata": slow},
    }
    made = user.post("/profiles", {"profile": {"name": name, "spec": spec}})
    profile = made.body["profile"]["id"]
    answers: collections.Counter[str] = collections.Counter()
    with Cutter(sqlalchemy.make_url(options.database), options.every) as cutter:
        accepted = _make(user, profile, name, options.clusters, answers)
        _wait(user, name, accepted, answers)
    left = _clusters(user, name)
    wrong = [f"{name} isn't there once" for name in accepted if left.count(name) != 1]
    wrong += [f"{text}: {count}" for text, count in answers.items() if "!" in text]
    wrong += _complain(user, name)
    print(f"cut {cutter.rounds} times, {cutter.ended} connections ended")
    print(f"{len(accepted)} of {options.clusters} clusters accepted")
    print(", ".join(f"{text}: {count}" for text, count in sorted(answers.items())))
    for complaint in wrong:
        print(f"FAILS   {complaint}")
    return 1 if wrong else 0


class Cutter:
    """Ends all connections every few seconds while its block runs."""

    def __init__(self, url: sqlalchemy.URL, every_s: float) -> None:
        """Remember what to cut."""
        self.rounds = 0
        self.ended = 0
        self._url = url
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Cutter":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop, and wait for the last round."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self.ended += databases.cut(self._url)
            self.rounds += 1


def _ask(
    user: rest.User,
    answers: "collections.Counter[str]",
    method: str,
    path: str,
    body: dict[str, object] | None = None,
) -> rest.Answer:
    """Send a request and count its status; a wrong one gets an exclamation mark."""
    answer = user.call(method, path, body)
    mark = "" if answer.status in RIGHT else "!"
    answers[f"{method} {answer.status}{mark}"] += 1
    if mark:
        print(f"{method} {path}: {answer.status} {answer.body}", flush=True)
    return answer


def _make(
    user: rest.User,
    profile: str,
    name: str,
    clusters: int,
    answers: "collections.Counter[str]",
) -> list[str]:
    """Ask for clusters; return the names of those that were accepted."""
    accepted = []
    for number in range(clusters):
        fields = {
            "name": f"{name}-{number}",
            "profile_id": profile,
            "desired_capacity": NODES,
        }
        answer = _ask(user, answers, "POST", "/clusters", {"cluster": fields})
        if answer.status == 202:
            accepted.append(f"{name}-{number}")
        for path in ("/clusters", "/nodes", "/actions?limit=20"):
            _ask(user, answers, "GET", path)
        time.sleep(rest.POLL_S)
    return accepted


def _wait(
    user: rest.User,
    name: str,
    accepted: list[str],
    answers: "collections.Counter[str]",
) -> None:
    """Wait, still under fire, until what was accepted is ready."""

    def are_ready() -> bool:
        answer = _ask(user, answers, "GET", "/clusters?status=ACTIVE")
        if answer.status != 200:
            return False
        ready = {cluster["name"] for cluster in answer.body["clusters"]}
        return set(accepted) <= ready

    rest.wait_until(are_ready, f"clusters {name}-… ACTIVE")


def _clusters(user: rest.User, name: str) -> list[str]:
    """List the names of our clusters."""
    found = user.get("/clusters").body["clusters"]
    return [item["name"] for item in found if item["name"].startswith(f"{name}-")]


def _complain(user: rest.User, name: str) -> list[str]:
    """Look whether every cluster is whole, and delete it."""

    def are_still() -> bool:
        found = user.get("/clusters").body["clusters"]
        return not any(item["status"] == "CREATING" for item in found)

    rest.wait_until(are_still, "no cluster CREATING")
    wrong: list[str] = []
    members: set[str] = set()
    for cluster in user.get("/clusters").body["clusters"]:
        if not cluster["name"].startswith(f"{name}-"):
            continue
        nodes = user.get(f"/nodes?cluster_id={cluster['id']}").body["nodes"]
        members |= {node["id"] for node in nodes}
        states = [node["status"] for node in nodes]
        if cluster["status"] != "ACTIVE" or states != ["ACTIVE"] * NODES:
            wrong.append(f"{cluster['name']}: {cluster['status']}, {states}")
        user.call("DELETE", f"/clusters/{cluster['id']}")
    rest.wait_until(lambda: not _clusters(user, name), "all deleted")
    nodes = user.get("/nodes").body["nodes"]
    wrong += [f"{node['name']} is left" for node in nodes if node["id"] in members]
    return wrong


if __name__ == "__main__":
    sys.exit(main())
