"""Host aggregates whose access rules an operator has changed."""

import json

import pytest

from senlin_like.rbac import aggregates as rules
from tests.functional.callers import Caller

ALL = (
    rules.LIST,
    rules.CREATE,
    rules.SHOW,
    rules.UPDATE,
    rules.DELETE,
    rules.ADD_HOST,
    rules.REMOVE_HOST,
    rules.SET_METADATA,
    rules.IMAGES,
)
IMAGE = {"cache": [{"id": "00000000-0000-4000-8000-000000000001"}]}


@pytest.fixture(params=["clustering 1.17", "compute 2.81"])
def opened(request, tmp_path, as_user, configured, serve, deps):
    """Open rules for members; give an administrator and a member."""
    conf = configured(auth_strategy="keystone")
    path = tmp_path / "policy.yaml"
    conf.set_override("policy_file", str(path), group="oslo_policy")

    def open_for_members(*names):
        path.write_text(json.dumps(dict.fromkeys(names, "role:member or role:admin")))
        client = serve(deps, conf).at(None)
        return [
            Caller(
                client=client.with_environ(
                    HTTP_OPENSTACK_API_VERSION=request.param,
                    HTTP_X_IDENTITY_STATUS="Confirmed",
                    HTTP_X_USER_ID=role,
                    HTTP_X_PROJECT_ID="p",
                    HTTP_X_ROLES=role,
                ),
                mode=request.param.partition(" ")[0],
            )
            for role in ("admin", "member")
        ]

    yield open_for_members
    conf.clear_override("policy_file", group="oslo_policy")


def attempts(caller, made):
    """Return what a caller may do, by the name of its rule."""
    one = f"/{made['id']}"
    tries = {
        rules.LIST: caller.call("GET"),
        rules.SHOW: caller.call("GET", one),
        rules.CREATE: caller.call("POST", "", {"aggregate": {"name": "new"}}),
        rules.UPDATE: caller.update(made, name="other"),
        rules.ADD_HOST: caller.add(made, "host2"),
        rules.REMOVE_HOST: caller.remove(made, "host1"),
        rules.SET_METADATA: caller.put_metadata(made, key="value"),
        rules.IMAGES: caller.call("POST", f"{one}/images", IMAGE),
        rules.DELETE: caller.call("DELETE", one),
    }
    return {name: reply.status for name, reply in tries.items()}


@pytest.mark.parametrize("rule", ALL)
def test_an_open_rule_opens_one_thing(opened, rule):
    admin, member = opened(rule)
    made = admin.create("a")
    if rule != rules.DELETE:
        admin.add(made, "host1")

    found = attempts(member, made)

    assert found.pop(rule) in (200, 202)
    assert set(found.values()) == {403}


@pytest.mark.parametrize(
    "others",
    [["add_host"], ["add_host", "set_metadata"], ["set_metadata", "add_host"], ["x"]],
)
def test_no_action_goes_by_the_rule_of_another(opened, others):
    admin, member = opened(rules.SET_METADATA)
    made = admin.create("a")
    params = {"set_metadata": {"metadata": {}}, "add_host": {"host": "host1"}, "x": {}}

    reply = member.call(
        "POST", f"/{made['id']}/action", {name: params[name] for name in others}
    )

    assert reply.status in (400, 403)
    assert admin.show(made)["hosts"] == []
