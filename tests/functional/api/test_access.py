"""Every route as every persona; who is let in, and what others' things look like."""

import dataclasses

import bcrypt
import pytest

from senlin_like.api import openapi, root, tree
from tests.functional.hosts import WithHosts, a_host

ROLES = {
    "nobody": (),
    "stranger": ("guest",),
    "reader": ("reader",),
    "member": ("member",),
    "manager": ("manager",),
    "admin": ("admin",),
}
OPERATIONS = [*openapi.operations(), *tree.walk(root.compute(), "/compute/v2.1")]
ROUTES = [
    (method, path, endpoint.declared.rule)
    for path, method, endpoint in OPERATIONS
    if not endpoint.declared.is_open
]
OPEN = [
    (method, path) for path, method, endpoint in OPERATIONS if endpoint.declared.is_open
]
ADMIN_ONLY = ("services:", "os_")
#: The newest version in Nova's manner too, where there is only that.
NEWEST = {"HTTP_X_OPENSTACK_NOVA_API_VERSION": "latest"}


@pytest.fixture
def deps(deps):
    """The parts of a service whose cloud tells its hosts."""
    return dataclasses.replace(deps, driver=WithHosts(deps.driver, a_host(1)))


def allowed(rule, method):
    if rule.startswith(ADMIN_ONLY):
        return {"admin"}
    if method == "GET":
        return {"reader", "member", "manager", "admin"}
    return {"member", "manager", "admin"}


def concrete(path):
    return path.replace("{path}", "name").replace("{", "").replace("}", "")


def test_every_route_as_every_persona(as_user):
    wrong = []
    for method, path, rule in ROUTES:
        body = None if method in ("GET", "DELETE") else {"x": {}}

        answers = {
            name: as_user("u", "p", *roles)
            .with_environ(**NEWEST)
            .call(method, concrete(path), body)
            .status
            for name, roles in ROLES.items()
        }

        let_in = {name for name, status in answers.items() if status != 403}
        if let_in != allowed(rule, method) or max(answers.values()) >= 500:
            wrong.append((method, path, answers))
    assert not wrong


def test_every_route_needs_authentication(as_user):
    replies = [
        as_user.nobody.call(method, concrete(path)) for method, path, _rule in ROUTES
    ]

    assert {reply.status for reply in replies} == {401}
    assert replies[0].json["error"]["title"] == "Unauthorized"
    assert replies[0].message == "The request you have made requires authentication."
    assert replies[0].headers["www-authenticate"] == 'Keystone uri="http://keystone"'


def test_one_door_is_open_and_tells_nobody_anything(as_user):
    assert OPEN == [("POST", "/v1/webhooks/{webhook_id}/trigger")]
    path = "/v1/webhooks/8a7c2e0c-6f0b-4f0e-9a77-2d0d6b1a5d11/trigger"

    for client in (as_user.nobody, as_user("u", "p"), as_user("u", "p", "admin")):
        assert client.post(path).status == 400
        assert client.post(f"{path}?V=2").status == 404


def test_a_token_without_a_project_is_refused(as_user):
    assert as_user("u", "", "member").get("/v1/clusters").status == 403


@pytest.fixture
def theirs(as_user, spec, policy_spec):
    """A client of another project, which has one thing of each kind."""
    other = as_user("other", "other", "member")
    profile = other.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}}).json
    profile_id = profile["profile"]["id"]
    other.post("/v1/policies", {"policy": {"name": "y", "spec": policy_spec}})
    other.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": profile_id}})
    other.post("/v1/nodes", {"node": {"name": "n", "profile_id": profile_id}})
    hook = {
        "name": "r",
        "type": "webhook",
        "cluster_id": "c",
        "action": "CLUSTER_CHECK",
    }
    assert other.post("/v1/receivers", {"receiver": hook}).status == 201
    return other


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "{path}", None),
        ("DELETE", "{path}", None),
        ("PATCH", "{path}", {"{one}": {"name": "mine"}}),
        ("POST", "{path}/actions", {"check": {}}),
        ("POST", "{path}/ops", {"reboot": {}}),
        ("GET", "{path}/attrs/name", None),
        ("POST", "{path}/notify", None),
    ],
)
@pytest.mark.parametrize(
    "plural", ["profiles", "policies", "clusters", "nodes", "actions", "receivers"]
)
def test_things_of_other_projects_are_not_there(
    as_user, theirs, method, path, body, plural
):
    mine = as_user("me", "mine", "member")
    there = theirs.get(f"/v1/{plural}").json[plural][0]["id"]
    if plural == "actions" and method == "PATCH":
        body = {"action": {"status": "CANCELLED"}}
    elif body and "{one}" in body:
        body = {plural.removesuffix("s").replace("ie", "y"): body["{one}"]}

    reply = mine.call(method, path.format(path=f"/v1/{plural}/{there}"), body)

    assert reply.status in (404, 405)
    assert mine.get(f"/v1/{plural}").json[plural] == []


def test_administrators_find_things_of_all_projects_by_identity(as_user, theirs):
    admin = as_user("a", "q", "admin")

    assert admin.get("/v1/clusters/c").status == 200
    assert admin.get("/v1/clusters").json == {"clusters": []}


@pytest.fixture
def basic(build, tmp_path):
    def line(user, password):
        return f"{user}:{bcrypt.hashpw(password, bcrypt.gensalt(4)).decode()}\n"

    file = tmp_path / "users"
    file.write_text("# users\nbroken\n" + line("ann", b"secret") + line("root", b"r"))
    client = build(
        auth_strategy="http_basic",
        http_basic_auth_user_file=str(file),
        admin_users=["root"],
    )
    client.environ["file"] = file
    return client


def as_password(client, text):
    import base64

    encoded = base64.b64encode(text.encode()).decode()
    return client.with_environ(HTTP_AUTHORIZATION=f"Basic {encoded}")


def test_a_password_opens_the_own_project(basic, spec):
    ann = as_password(basic, "ann:secret")

    made = ann.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})

    assert made.json["profile"]["project"] == made.json["profile"]["user"] == "ann"
    assert ann.get("/v1/services").status == 403
    assert as_password(basic, "root:r").get("/v1/services").status == 200


@pytest.mark.parametrize(
    "text", ["ann:wrong", "ann:", "nobody:secret", ":secret", "ann", "ann:" + "x" * 100]
)
def test_a_wrong_password_is_refused(basic, text):
    reply = as_password(basic, text).get("/v1/clusters")

    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer x", "Basic /w=="])
def test_a_broken_header_is_refused(basic, header):
    reply = basic.with_environ(HTTP_AUTHORIZATION=header).get("/v1/clusters")

    assert reply.status == 401


def test_a_changed_password_counts_at_once(basic):
    ann = as_password(basic, "ann:secret")
    assert ann.get("/v1/clusters").status == 200

    basic.environ["file"].write_text("# nobody any more, and of another length\n")

    assert ann.get("/v1/clusters").status == 401


def test_identity_headers_of_the_client_are_not_believed(client, basic):
    spoofed = basic.with_environ(
        HTTP_X_IDENTITY_STATUS="Confirmed", HTTP_X_USER_ID="x", HTTP_X_ROLES="admin"
    )

    assert spoofed.get("/v1/clusters").status == 401
