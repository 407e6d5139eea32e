"""Webhooks: the one door that asks nobody who he is."""

import json

import bcrypt
import pytest

from senlin_like.db import credentials

NOBODY = "5a1b8d3e-0f2b-4c68-9d0c-8f7c3b1f5a77"


def hook_of(client, **changes):
    body = {
        "name": "r",
        "type": "webhook",
        "cluster_id": "c",
        "action": "CLUSTER_SCALE_OUT",
        "params": {"count": 2},
    }
    reply = client.post("/v1/receivers", {"receiver": {**body, **changes}})
    assert reply.status == 201, reply.raw
    return f"/v1/webhooks/{reply.json['receiver']['id']}/trigger"


@pytest.fixture
def hook(client, cluster, deps, end_actions):
    made = hook_of(client)
    end_actions(deps)
    return made


@pytest.fixture
def inputs_of(client):
    def read(reply):
        assert reply.status == 202, reply.raw
        return client.get(f"/v1/actions/{reply.json['action']}").json["action"][
            "inputs"
        ]

    return read


def test_a_trigger_starts_the_action(client, cluster, hook, woken, action_of):
    woken.clear()

    reply = client.at(None).call("POST", f"{hook}?V=2")

    action = action_of(client, reply)
    assert reply.json == {"action": action["id"]}
    assert action["action"] == "CLUSTER_SCALE_OUT"
    assert action["target"] == cluster["id"]
    assert action["name"] == f"webhook_{hook.split('/')[3][:8]}"
    assert action["cause"] == "RPC Request"
    assert action["inputs"] == {"count": 2}
    assert action["timeout"] == cluster["timeout"]
    assert woken


def test_nobody_is_asked_who_he_is(as_user, spec):
    ann = as_user("ann", "red", "member")
    ann.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    ann.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": "p"}})
    url = f"{hook_of(ann, action='CLUSTER_DELETE')}?V=1"

    # Whatever the request says of its sender counts for nothing.
    reply = as_user("eve", "blue", "reader").post(url)

    action = ann.get(f"/v1/actions/{reply.json['action']}").json["action"]
    assert (action["user"], action["project"]) == ("ann", "red")
    assert as_user("eve", "blue", "admin").get("/v1/actions").json == {"actions": []}


def test_a_password_file_does_not_shut_the_door(build, tmp_path, cluster, hook):
    users = tmp_path / "users"
    users.write_text(f"x:{bcrypt.hashpw(b'x', bcrypt.gensalt(4)).decode()}\n")
    guarded = build(auth_strategy="http_basic", http_basic_auth_user_file=str(users))

    assert guarded.get("/v1/receivers").status == 401
    assert guarded.post(f"{hook}?V=1").status == 202


@pytest.mark.parametrize(
    ("version", "query", "body", "expected"),
    [
        ("1.0", "V=1", None, {"count": 2}),
        ("1.0", "V=1", {}, {"count": 2}),
        ("1.9", "V=1", {"params": {"count": 3}}, {"count": 3}),
        ("1.9", "V=1", {"params": None}, {"count": 2}),
        ("1.0", "V=2", None, {"count": 2}),
        ("1.0", "V=2", {"x": 1}, {"count": 2, "x": 1}),
        ("1.0", "V=2", {"params": None}, {"count": 2, "params": None}),
        ("1.0", "V=1&V=1", {"x": 1}, {"count": 2, "x": 1}),
        ("1.10", "V=1", {"count": 5}, {"count": 5}),
        ("1.10", "V=1", None, {"count": 2}),
        ("latest", "V=7", {"params": {"a": 1}}, {"count": 2, "params": {"a": 1}}),
        ("latest", "V=2&count=9&k=v", None, {"count": 2}),
    ],
)
def test_inputs(client, hook, inputs_of, version, query, body, expected):
    assert inputs_of(client.at(version).post(f"{hook}?{query}", body)) == expected


@pytest.mark.parametrize("version", ["1.0", "1.9", "latest"])
@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"[1]", "application/json"),
        (b'"x"', "application/json"),
        (b"5", "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'\n{"count": 5}', "application/json"),
        (b"count=5", "application/x-www-form-urlencoded"),
        (b'{"count": 5}', "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_object_counts_as_none_and_is_noted(
    client, hook, inputs_of, caplog, version, raw, kind
):
    caplog.set_level("INFO", "senlin_like.api.bodies")

    reply = client.at(version).post(f"{hook}?V=2", raw, content_type=kind)

    assert inputs_of(reply) == {"count": 2}
    noted = f"A body of {len(raw)} bytes counts as none: no JSON object."
    assert caplog.messages.count(noted) == 1


@pytest.mark.parametrize("raw", [b'{"count": ', b'{"count": "\xff"}', b"{} {}"])
def test_a_body_that_begins_as_an_object_has_to_be_one(client, hook, raw):
    reply = client.post(f"{hook}?V=2", raw)

    assert (reply.status, reply.type) == (400, "HTTPBadRequest")
    assert reply.message.startswith("The request body is not valid JSON: ")


def test_a_body_of_the_first_form_is_closed(client, hook):
    old = client.at("1.9")

    unknown = old.post(f"{hook}?V=1", {"params": {}, "count": 3})
    wrong = old.post(f"{hook}?V=1", {"params": [1]})

    assert unknown.status == wrong.status == 400
    assert unknown.message == (
        "Additional properties are not allowed ('count' was unexpected)"
    )


@pytest.mark.parametrize("query", ["", "?v=1", "?V=", "?count=1"])
@pytest.mark.parametrize("receiver", ["r", NOBODY])
def test_the_form_has_to_be_named_first(client, hook, query, receiver):
    path = hook if receiver == "r" else f"/v1/webhooks/{receiver}/trigger"

    reply = client.post(f"{path}{query}")

    assert (reply.status, reply.type) == (400, "HTTPBadRequest")
    assert reply.message == "V query parameter is required in webhook trigger URL"


def test_only_a_full_id_opens_the_door(client, hook):
    made = hook.split("/")[3]
    queue = client.post("/v1/receivers", {"receiver": {"name": "m", "type": "message"}})
    of_queue = queue.json["receiver"]["id"]

    for wrong in (
        NOBODY,
        "r",
        made[:8],
        made.replace("-", ""),
        of_queue,
        "%00",
        "x" * 99,
    ):
        reply = client.post(f"/v1/webhooks/{wrong}/trigger?V=1")
        assert reply.status == 404
        assert reply.json["error"]["error_code"] == "clustering.resource.not_found"
    assert client.post(f"/v1/webhooks/{NOBODY}/trigger?V=1").message == (
        f"The receiver '{NOBODY}' could not be found."
    )


def test_a_trigger_of_media_type_versions_is_at_the_same_door(client, hook):
    path = hook.removeprefix("/v1")

    reply = client.post(
        f"{path}?V=1", HTTP_ACCEPT="application/vnd.openstack.clustering-v1"
    )

    assert reply.status == 202


def test_other_methods_are_refused(client, hook):
    reply = client.get(f"{hook}?V=1")

    assert reply.status == 405
    assert reply.headers["allow"] == "POST"


def test_a_revoked_permission_shuts_the_door_without_a_word(client, hook, deps):
    deps.driver.identity.revoke(credentials.for_owner(deps.db, "admin", "admin"))

    reply = client.post(f"{hook}?V=1")

    assert (reply.status, reply.type) == (403, "Forbidden")
    assert reply.message == "You are not authorized to complete this operation."


def test_a_permission_that_is_gone_shuts_the_door(client, hook, deps):
    stored = credentials.for_owner(deps.db, "admin", "admin")
    credentials.forget(deps.db, "admin", "admin", stored)

    assert client.post(f"{hook}?V=1").status == 403


def test_a_cloud_that_is_away_asks_for_patience(client, hook, deps):
    deps.driver.controls.outage()

    reply = client.post(f"{hook}?V=1")

    assert reply.status == 503
    assert int(reply.headers["retry-after"]) >= 1


def test_a_permission_without_the_right_role_is_refused(as_user, spec, deps):
    ann = as_user("ann", "red", "member")
    ann.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    ann.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": "p"}})
    url = f"{hook_of(ann)}?V=1"
    stored = credentials.for_owner(deps.db, "ann", "red")
    credentials.forget(deps.db, "ann", "red", stored)
    less = deps.driver.identity.delegate("ann", "red", ["reader"], None)
    credentials.store(deps.db, "ann", "red", less, deps.clock())

    assert as_user.nobody.post(url).status == 403


def test_conflicts_are_told_as_for_a_direct_request(client, hook):
    assert client.post(f"{hook}?V=1").status == 202

    again = client.post(f"{hook}?V=1")
    direct = client.post("/v1/clusters/c/actions", {"scale_out": {}})

    assert (again.status, again.type) == (409, "ActionConflict")
    assert again.message == direct.message


def test_a_body_that_is_too_large_is_not_read(client, hook):
    filler = json.dumps({"x": "y" * 65536}).encode()

    reply = client.post(f"{hook}?V=2", filler)
    streamed = client.with_environ(
        HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    ).post(f"{hook}?V=2", filler)

    assert reply.status == streamed.status == 400
    assert reply.type == streamed.type == "RequestLimitExceeded"


def test_passwords_reach_the_action_sealed(client, cluster, deps, end_actions):
    secret = {"operation": "change_password", "params": {"admin_pass": "s3cret"}}
    url = hook_of(client, action="CLUSTER_OPERATION", params=secret)
    end_actions(deps)

    action = client.post(f"{url}?V=2").json["action"]

    with deps.db.engine.begin() as connection:
        stored = connection.exec_driver_sql(
            f"SELECT inputs FROM action WHERE id = '{action}'"
        ).scalar_one()
    assert "s3cret" not in stored
    assert deps.db.vault.unseal_secrets(json.loads(stored)) == secret


def test_a_flood_is_held_back(deps, cluster, hook, configured, serve):
    conf = configured()
    conf.set_override("triggers_per_second", 0.001, group="receiver")
    conf.set_override("trigger_burst", 2, group="receiver")
    limited = serve(deps, conf)
    conf.clear_override("triggers_per_second", group="receiver")
    conf.clear_override("trigger_burst", group="receiver")

    statuses = [limited.post(f"{hook}?V=1").status for _ in range(4)]
    reply = limited.post(f"{hook}?V=1")

    assert statuses == [202, 409, 429, 429]
    assert reply.type == "TooManyRequests"
    assert 900 <= int(reply.headers["retry-after"]) <= 1000


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ("CLUSTER_ADD_NODES", {"nodes": ["THEIRS"]}),
        ("CLUSTER_REPLACE_NODES", {"candidates": {"x": "THEIRS"}}),
        ("CLUSTER_UPDATE", {"new_profile_id": "PROFILE"}),
    ],
)
def test_inputs_name_nothing_of_other_projects(as_user, spec, action, inputs):
    eve = as_user("eve", "blue", "member")
    ann = as_user("ann", "red", "member")
    made = [
        one.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}}).json[
            "profile"
        ]
        for one in (eve, ann)
    ]
    node = ann.post("/v1/nodes", {"node": {"name": "n", "profile_id": "p"}})
    eve.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": "p"}})
    text = json.dumps(inputs).replace("THEIRS", node.json["node"]["id"])
    wanted = json.loads(text.replace("PROFILE", made[1]["id"]))

    reply = eve.post(f"{hook_of(eve, action=action)}?V=2", wanted)

    assert (reply.status, reply.type) == (400, "BadRequest")
    assert "could not be found" in reply.message
