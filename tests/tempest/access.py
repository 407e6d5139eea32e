"""Check with real tokens who may do what: projects are apart, roles count.

Runs below ``service.py`` with a Keystone.  Prints a table and exits with 1 if an
answer has another status than it should.
"""

import argparse
import dataclasses
import functools
import secrets
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import rest

GOOD = (200, 201, 202, 204)
HIDDEN = (404,)
FORBIDDEN = (403,)
#: What one may not know, named in a body.
UNKNOWN = (400, 404)
LISTS = ("profiles", "clusters", "nodes", "actions", "events")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request of one user, and the statuses that are right for it."""

    user: rest.User
    method: str
    path: str
    right: tuple[int, ...]
    body: Mapping[str, Any] | None = None

    def complaint(self) -> str:
        """Send the request and return what is wrong with the answer."""
        answer = self.user.call(self.method, self.path, self.body)
        if answer.status in self.right:
            return ""
        return f"{answer.status}, not {self.right}: {str(answer.body)[:200]}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Things:
    """Hold the ids of one thing of each kind, all of one project."""

    profile: str
    cluster: str
    node: str
    action: str
    event: str

    def paths(self) -> dict[str, str]:
        """Return the path of each thing."""
        return {
            "profiles": f"/profiles/{self.profile}",
            "clusters": f"/clusters/{self.cluster}",
            "nodes": f"/nodes/{self.node}",
            "actions": f"/actions/{self.action}",
            "events": f"/events/{self.event}",
        }


def make(user: rest.User, name: str) -> Things:
    """Make a thing of each kind."""
    profile = _made(user, "profile", {"name": name, "spec": rest.SERVER})
    cluster = _made(
        user,
        "cluster",
        {"name": name, "profile_id": profile, "desired_capacity": 1},
    )
    node = _made(user, "node", {"name": name, "profile_id": profile})
    for path, kind in ((f"/clusters/{cluster}", "cluster"), (f"/nodes/{node}", "node")):
        ready = functools.partial(_is_active, user, path, kind)
        rest.wait_until(ready, f"{path} ACTIVE")
    action = user.get(f"/actions?target={cluster}").body["actions"][0]["id"]
    event = user.get(f"/events?oid={cluster}").body["events"][0]["id"]
    return Things(
        profile=profile, cluster=cluster, node=node, action=action, event=event
    )


def _is_active(user: rest.User, path: str, kind: str) -> bool:
    """Tell whether a thing is ready."""
    return bool(user.get(path).body[kind]["status"] == "ACTIVE")


def _made(user: rest.User, kind: str, fields: Mapping[str, Any]) -> str:
    """Make a thing and return its id.

    :raises AssertionError: when it is refused.
    """
    answer = user.post(f"/{kind}s", {kind: fields})
    if answer.status not in GOOD:
        raise AssertionError(f"{kind} not made: {answer.status} {answer.body}")
    return str(answer.body[kind]["id"])


def reads(user: rest.User, things: Things, right: tuple[int, ...]) -> Iterator[Attempt]:
    """Look at each thing."""
    get = functools.partial(Attempt, user=user, method="GET", right=right)
    for path in things.paths().values():
        yield get(path=path)
    yield get(path=f"/nodes/{things.node}?show_details=true")
    yield get(path=f"/clusters/{things.cluster}/attrs/details.status")


def catalogue(user: rest.User) -> Iterator[Attempt]:
    """Look at what belongs to nobody."""
    for path in (
        "/build-info",
        "/profile-types",
        "/profile-types/os.nova.server-1.0",
        "/profile-types/os.nova.server-1.0/ops",
        "/policy-types",
        *(f"/{kind}" for kind in LISTS),
    ):
        yield Attempt(user=user, method="GET", path=path, right=(200,))


def writes(
    user: rest.User, things: Things, right: tuple[int, ...]
) -> Iterator[Attempt]:
    """Change each thing, in ways that leave it there if they are allowed."""
    cluster, node = f"/clusters/{things.cluster}", f"/nodes/{things.node}"
    reboot = {"reboot": {"type": "SOFT"}}
    for method, path, body in (
        ("PATCH", f"/profiles/{things.profile}", {"profile": {"name": "mine"}}),
        ("PATCH", cluster, {"cluster": {"name": "mine"}}),
        ("POST", f"{cluster}/actions", {"check": {}}),
        ("POST", f"{cluster}/actions", {"scale_out": {"count": 1}}),
        ("POST", f"{cluster}/actions", {"del_nodes": {"nodes": [things.node]}}),
        ("POST", f"{cluster}/ops", reboot),
        ("DELETE", cluster, None),
        ("DELETE", f"{cluster}?force=true", None),
        ("PATCH", node, {"node": {"name": "mine"}}),
        ("POST", f"{node}/actions", {"check": {}}),
        ("POST", f"{node}/ops", reboot),
        ("DELETE", node, None),
        ("DELETE", node, {"force": True}),
        ("DELETE", f"/profiles/{things.profile}", None),
        ("PATCH", f"/actions/{things.action}", {"action": {"status": "CANCELLED"}}),
        (
            "PATCH",
            f"/actions/{things.action}?force=true",
            {"action": {"status": "CANCELLED"}},
        ),
    ):
        yield Attempt(user=user, method=method, path=path, body=body, right=right)


def creations(
    user: rest.User, profile: str, right: tuple[int, ...], name: str
) -> Iterator[Attempt]:
    """Make things with a profile."""
    for kind in ("cluster", "node"):
        body = {kind: {"name": name, "profile_id": profile}}
        yield Attempt(
            user=user, method="POST", path=f"/{kind}s", body=body, right=right
        )


def strangers(other: rest.User, theirs: Things, own: Things) -> Iterator[Attempt]:
    """Let a member of another project try everything, in bodies too."""
    yield from reads(other, theirs, HIDDEN)
    yield from writes(other, theirs, HIDDEN)
    yield from creations(other, theirs.profile, UNKNOWN, "stolen")
    cluster, node = f"/clusters/{own.cluster}", f"/nodes/{own.node}"
    intruder = {
        "name": "stolen",
        "profile_id": own.profile,
        "cluster_id": theirs.cluster,
    }
    swap = {own.node: theirs.node}
    requests: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", f"{cluster}/actions", {"add_nodes": {"nodes": [theirs.node]}}),
        ("POST", f"{cluster}/actions", {"replace_nodes": {"nodes": swap}}),
        ("POST", "/nodes", {"node": intruder}),
        ("PATCH", cluster, {"cluster": {"profile_id": theirs.profile}}),
        ("PATCH", node, {"node": {"profile_id": theirs.profile}}),
    )
    for method, path, body in requests:
        yield Attempt(user=other, method=method, path=path, body=body, right=UNKNOWN)


def privileges(admin: rest.User, others: tuple[rest.User, ...]) -> Iterator[Attempt]:
    """Ask for what administrators alone may see."""
    everywhere = [f"/{kind}?global_project=true" for kind in LISTS]
    for path in ("/services", *everywhere):
        yield Attempt(user=admin, method="GET", path=path, right=(200,))
        for user in others:
            yield Attempt(user=user, method="GET", path=path, right=FORBIDDEN)


def outsiders(user: rest.User, things: Things) -> Iterator[Attempt]:
    """Come without a valid token."""
    for token in ("", "no-token", f"{user.token[:-4]}AAAA"):
        nobody = dataclasses.replace(user, name="nobody", token=token)
        yield from reads(nobody, things, (401,))
        yield from writes(nobody, things, (401,))


def listings(user: rest.User, foreign: Things) -> Iterator[str]:
    """Look for things of another project in every list; yield complaints."""
    queries = {
        "nodes": f"/nodes?cluster_id={foreign.cluster}",
        "actions": f"/actions?target={foreign.cluster}",
        "events": f"/events?cluster_id={foreign.cluster}",
    }
    alien = set(dataclasses.asdict(foreign).values())
    for kind in LISTS:
        for path in (f"/{kind}", queries.get(kind, f"/{kind}?name=access")):
            answer = user.get(path)
            # A filter by a cluster that one may not know may also be refused.
            found = [] if answer.status in UNKNOWN else answer.body[kind]
            if alien & {item["id"] for item in found}:
                yield f"{user.name} sees others' {kind} in {path}"
            if any(item["project"] != user.project_id for item in found):
                yield f"{user.name} sees {kind} of another project in {path}"


def main() -> int:
    """Make the attempts and print those that were answered wrongly."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    users = {
        name: rest.login(name)
        for name in ("admin", "demo", "demo2", "demo-reader", "demo-manager")
    }
    demo, demo2, reader = users["demo"], users["demo2"], users["demo-reader"]
    manager, admin = users["demo-manager"], users["admin"]
    name = f"access-{secrets.token_hex(3)}"
    theirs, own = make(demo, name), make(demo2, name)
    groups = {
        "another project": strangers(demo2, theirs, own),
        "reader looks": (*catalogue(reader), *reads(reader, theirs, GOOD)),
        "reader writes": (
            *writes(reader, theirs, FORBIDDEN),
            *creations(reader, theirs.profile, FORBIDDEN, "read"),
        ),
        "member looks": (*catalogue(demo), *reads(demo, theirs, GOOD)),
        "manager looks": (*catalogue(manager), *reads(manager, theirs, GOOD)),
        "manager makes": creations(manager, theirs.profile, GOOD, f"{name}-m"),
        "administrators": privileges(admin, (demo, demo2, reader, manager)),
        "no token": outsiders(demo, theirs),
    }
    wrong = sum(_try(group, list(attempts)) for group, attempts in groups.items())
    for user, foreign in ((demo2, theirs), (demo, own), (reader, own)):
        for complaint in listings(user, foreign):
            print(f"FAILS   {complaint}")
            wrong += 1
    if not _is_active(demo, f"/clusters/{theirs.cluster}", "cluster"):
        print("FAILS   the cluster was changed")
        wrong += 1
    for user in (demo, demo2):
        _remove_all(user)
    print(f"{wrong} wrong answers")
    return 1 if wrong else 0


def _remove_all(user: rest.User) -> None:
    """Delete all that a user has, in the end the profiles."""
    for kind in ("clusters", "nodes", "profiles"):

        def are_gone(kind: str = kind) -> bool:
            left = user.get(f"/{kind}").body[kind]
            for item in left:
                user.call("DELETE", f"/{kind}/{item['id']}")
            return not left

        rest.wait_until(are_gone, f"{kind} deleted")


def _try(group: str, attempts: list[Attempt]) -> int:
    """Make the attempts of a group and return how many went wrong."""
    wrong = 0
    for attempt in attempts:
        if complaint := attempt.complaint():
            wrong += 1
            where = f"{attempt.user.name}: {attempt.method} {attempt.path}"
            print(f"FAILS   {group}: {where}: {complaint}")
    print(f"{len(attempts) - wrong:3} of {len(attempts):3} right: {group}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
