"""What Heat is asked for, and what its answers mean."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers.base import GONE
from senlin_like.drivers.openstack import orchestration
from senlin_like.drivers.openstack.orchestration import OpenStackOrchestration
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

ID = "a9f90fdc-2a14-460a-b963-e58c0b7857b9"
STACKS = "/orchestration/v1/stacks"
STACK = f"{STACKS}/web/{ID}"
TEMPLATE = {"heat_template_version": "2014-10-16"}
ACCEPTED = Answer(
    status=202,
    text="<html>The request is accepted.</html>",
    headers={"Content-Type": "text/html"},
)


@pytest.fixture
def cloud():
    with border.running() as made:
        made.tell("GET", STACKS, Answer(body={"stacks": [shown()]}))
        made.tell("PATCH", STACK, ACCEPTED)
        made.tell("PUT", STACK, ACCEPTED)
        yield made


@pytest.fixture
def service(account):
    return OpenStackOrchestration(account)


def shown(**fields):
    known = {
        "id": ID,
        "stack_name": "web",
        "stack_status": "CREATE_COMPLETE",
        "stack_status_reason": "done",
        "creation_time": "2026-11-21T22:49:56Z",
        "tags": ["a=b", "c=d"],
    }
    return {**known, **fields}


def fault(status, message, kind="ActionInProgress"):
    error = {"type": kind, "traceback": None, "message": message}
    body = {"code": status, "title": "Conflict", "explanation": "x", "error": error}
    return Answer(status=status, body=body)


def environment(cloud, **parts):
    empty = {"resource_registry": {"resources": {}}, "encrypted_param_names": []}
    cloud.tell("GET", f"{STACK}/environment", Answer(body={**empty, **parts}))


def test_a_stack_is_made_with_its_tags(cloud, service):
    cloud.tell("POST", STACKS, Answer(status=201, body={"stack": {"id": ID}}))
    arguments = {"template": TEMPLATE, "files": {}, "timeout_mins": 5}

    made = service.create_stack("web", arguments, ["a=b", "c=d"])

    assert made.id == ID
    assert cloud.calls() == [f"POST {STACKS}"]
    assert cloud.asked[-1].body == {
        "stack_name": "web",
        "template": TEMPLATE,
        "timeout_mins": 5,
        "tags": "a=b,c=d",
    }


def test_stacks_are_found_by_a_tag_with_one_call(cloud, service):
    others = shown(id="x", tags=["other"])
    cloud.tell("GET", STACKS, Answer(body={"stacks": [others, shown()]}))

    assert [one.id for one in service.find_tagged("a=b")] == [ID]
    assert cloud.calls() == [f"GET {STACKS}"]
    assert cloud.asked[-1].query["tags"] == "a=b"


def test_stacks_are_looked_at_ninety_at_a_time(cloud, account):
    ids = [ID, *(f"{number:08x}{ID[8:]}" for number in range(99))]
    leaving = shown(id=ids[3], stack_status="DELETE_COMPLETE")
    failed = shown(stack_status="CREATE_FAILED", stack_status_reason="no room")
    cloud.tell("GET", STACKS, Answer(body={"stacks": [failed, leaving]}))

    seen = orchestration.look(account, ids)

    assert cloud.calls() == [f"GET {STACKS}"] * 2
    assert (seen[ID].status, seen[ID].reason) == ("CREATE_FAILED", "no room")
    assert {seen[one].status for one in ids[1:]} == {GONE}


def test_new_tags_are_all_that_is_sent(cloud, service):
    service.update_stack(ID, {}, ["c=e"])

    assert cloud.calls() == [f"GET {STACKS}", f"PATCH {STACK}"]
    assert cloud.asked[-1].body == {"tags": "c=e"}


def test_parameters_that_are_not_given_any_more_are_cleared(cloud, service):
    environment(cloud, parameters={"size": 1, "color": "red"})

    service.update_stack(ID, {"parameters": {"size": 2}})

    assert cloud.asked[-1].body == {
        "parameters": {"size": 2},
        "clear_parameters": ["color"],
    }


def test_a_new_environment_replaces_the_old_one(cloud, service):
    environment(cloud, parameters={"size": 1, "color": "red"})
    cloud.tell("GET", f"{STACK}/template", Answer(body=TEMPLATE))
    cloud.tell("GET", f"{STACK}/files", Answer(body={"a.yaml": "text"}))
    new = {"parameters": {"color": "blue"}}

    service.update_stack(ID, {"environment": new})

    assert cloud.asked[-1].method == "PUT"
    assert cloud.asked[-1].body == {
        "template": TEMPLATE,
        "files": {"a.yaml": "text"},
        "environment": new,
        "parameters": {"size": 1},
        "tags": "a=b,c=d",
    }


def test_an_encrypted_parameter_is_never_sent_back(cloud, service):
    environment(cloud, parameters={"word": ["v1", "x"]}, encrypted_param_names=["word"])
    cloud.tell("GET", f"{STACK}/files", Answer(body={}))
    arguments = {"environment": {}, "template": TEMPLATE}

    with pytest.raises(exceptions.CloudError, match="word are encrypted"):
        service.update_stack(ID, arguments)

    assert f"PUT {STACK}" not in cloud.calls()
    service.update_stack(ID, {**arguments, "parameters": {"word": "secret"}})
    assert cloud.asked[-1].body["parameters"] == {"word": "secret"}


def test_a_template_at_an_address_takes_the_place_of_a_given_one(cloud, service):
    changes = {"template": {}, "template_url": "http://example.org/t"}

    service.update_stack(ID, changes)

    assert cloud.asked[-1].body == {"template_url": "http://example.org/t"}


def test_a_stack_that_is_changing_is_busy(cloud, service):
    text = "Stack web already has an action (UPDATE) in progress."
    cloud.tell("PATCH", STACK, fault(409, text))

    with pytest.raises(exceptions.CloudBusy, match="in progress"):
        service.update_stack(ID, {}, ["t"])


def test_a_name_that_is_taken_is_refused(cloud, service):
    text = "The Stack (web) already exists."
    cloud.tell("POST", STACKS, fault(409, text, "StackExists"))

    with pytest.raises(exceptions.CloudError, match="already exists") as caught:
        service.create_stack("web", {"template": TEMPLATE}, [])

    assert caught.value.status == 409
    assert not isinstance(caught.value, exceptions.CloudBusy)


def test_abandoning_says_when_the_cloud_does_not_let_anybody(cloud, service):
    answer = fault(400, "Stack Abandon is not supported.", "NotSupported")
    cloud.tell("DELETE", f"{STACK}/abandon", answer)

    with pytest.raises(exceptions.CloudError, match="Abandon is not supported"):
        service.abandon_stack(ID)


def test_a_stack_is_found_by_its_name(cloud, service):
    outputs = [{"output_key": "word", "output_value": "x"}]
    cloud.tell("GET", STACK, Answer(body={"stack": shown(outputs=outputs)}))

    found = service.get_stack("web")

    assert found.outputs == {"word": "x"}
    assert cloud.asked[1].query["name"] == "web"
    assert cloud.calls() == [f"GET {STACKS}", f"GET {STACK}"]


def test_a_stack_that_is_gone_can_be_deleted(cloud, service):
    service.delete_stack(ID)
    cloud.tell("GET", STACKS, Answer(body={"stacks": []}))
    service.delete_stack(ID)

    assert cloud.calls().count(f"DELETE {STACK}") == 1


def test_what_a_stack_was_made_from_is_exported(cloud, service):
    told = shown(timeout_mins=7, disable_rollback=False)
    cloud.tell("GET", STACK, Answer(body={"stack": told}))
    cloud.tell("GET", f"{STACK}/template", Answer(body=TEMPLATE))
    cloud.tell("GET", f"{STACK}/files", Answer(body={}))
    environment(cloud, parameters={"size": 1}, parameter_defaults={"color": "red"})

    assert service.export_stack(ID) == {
        "template": TEMPLATE,
        "files": {},
        "environment": {"parameter_defaults": {"color": "red"}},
        "parameters": {"size": 1},
        "timeout_mins": 7,
        "disable_rollback": False,
    }
