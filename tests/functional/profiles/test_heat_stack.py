"""Stacks on the simulated cloud."""

import dataclasses
import re

import pytest

from senlin_like import exceptions
from senlin_like.profiles import base

TEMPLATE = {"heat_template_version": "2018-08-31"}


def test_a_stack_is_made_with_its_tags(stack):
    stack.run("create")

    [made] = stack.stacks()
    assert made.id == stack.node.physical_id
    assert made.status == "CREATE_COMPLETE"
    assert made.name.startswith("node-1-")
    assert set(made.tags) == {
        f"cluster_node_id={stack.node.id}",
        f"cluster_id={stack.node.cluster_id}",
        "cluster_node_index=1",
    }


def test_a_failed_stack_is_noticed_and_remembered(stack):
    stack.fault("error_status", "orchestration.create_stack", message="No resources.")

    with pytest.raises(exceptions.CloudError, match="No resources"):
        stack.run("create")

    assert stack.node.physical_id == stack.stacks()[0].id


@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
def test_a_lost_answer_makes_no_second_stack(stack, effect):
    stack.fault(effect, "orchestration.create_stack", count=1)

    stack.run("create")

    assert len(stack.stacks()) == 1


def test_deleting_leaves_nothing(stack):
    stack.run("create")

    stack.run("delete", {})

    assert stack.stacks() == []
    assert stack.node.physical_id is None


def test_a_stack_that_the_row_does_not_know_is_deleted_too(stack):
    stack.run("create")
    stack.node = dataclasses.replace(stack.node, physical_id=None)

    stack.run("delete", {})

    assert stack.stacks() == []


CHANGES = {
    "template": {**TEMPLATE, "description": "new"},
    "parameters": {"size": 2},
    "files": {"a": "b"},
    "timeout": 30,
    "disable_rollback": False,
    "environment": {"parameters": {}},
    "template_url": "http://example.org/t",
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_property_can_be_updated(stack, name):
    stack.run("create")
    old = stack.properties
    new = stack.use(**{"template": TEMPLATE, name: CHANGES[name]})
    stack.properties = old
    stack.plugin.check_update(old, new)

    stack.run("update", new, {})

    assert stack.stacks()[0].status == "UPDATE_COMPLETE"
    told = stack.plugin.adopt(stack.cloud, stack.node.physical_id, {})
    if name != "template_url":
        assert told[name] == CHANGES[name]


def test_an_update_without_changes_does_nothing(stack):
    stack.run("create")
    stack.calls.clear()

    stack.run("update", stack.properties, {})

    assert stack.calls == []


def test_a_failed_update_is_told(stack):
    stack.run("create")
    stack.fault("error_status", "orchestration.update_stack", message="Broken.")

    with pytest.raises(exceptions.CloudError, match="Broken"):
        stack.run("update", {**stack.properties, "parameters": {"a": 1}}, {})


def test_a_good_stack_is_healthy(stack):
    stack.run("create")

    assert stack.run("check").is_healthy


def test_a_failed_check_tells_why(stack):
    stack.run("create")
    stack.fault("error_status", "orchestration.check_stack", message="Lost a disk.")

    done = stack.run("check")

    assert not done.is_healthy
    assert done.reason == "Lost a disk."


def test_a_lost_stack_is_not_found(stack):
    stack.run("create")
    stack.cloud.orchestration.delete_stack(stack.node.physical_id)
    stack.clock.now += 60

    with pytest.raises(exceptions.CloudNotFound):
        stack.run("check")


def test_joining_and_leaving_keep_other_tags(stack):
    stack.run("create")

    stack.run("join", "other", 7)

    assert set(stack.stacks()[0].tags) == {
        f"cluster_node_id={stack.node.id}",
        "cluster_id=other",
        "cluster_node_index=7",
    }

    stack.run("leave")

    assert stack.stacks()[0].tags == (f"cluster_node_id={stack.node.id}",)


def test_joining_twice_changes_nothing(stack):
    stack.run("create")
    stack.run("join", "other", 7)
    stack.calls.clear()

    stack.run("join", "other", 7)

    assert stack.calls == ["orchestration.get_stack"]


def test_recovering_gives_another_stack(stack):
    stack.run("create")
    before = stack.node.physical_id

    stack.run("recover", {})

    [made] = stack.stacks()
    assert made.id == stack.node.physical_id != before


@pytest.mark.parametrize("operation", ["REBOOT", "REBUILD"])
def test_a_stack_is_recovered_in_no_other_way(stack, operation):
    with pytest.raises(exceptions.CloudError, match=operation):
        stack.run("recover", {"operation": operation})


def test_details_show_the_stack(stack):
    assert stack.plugin.details(stack.ask()) == {}
    stack.run("create")

    shown = stack.plugin.details(stack.ask())

    assert list(shown) == sorted(shown)
    assert shown["id"] == stack.node.physical_id
    assert shown["stack_status"] == "CREATE_COMPLETE"


def test_details_of_a_lost_stack_say_so(stack):
    stack.node = dataclasses.replace(stack.node, physical_id="nowhere")

    assert stack.plugin.details(stack.ask())["Error"]["code"] == 404


def test_an_existing_stack_is_described(stack):
    stack.run("create")

    told = stack.plugin.adopt(stack.cloud, stack.node.physical_id, {"timeout": 5})

    assert told["template"] == TEMPLATE
    assert told["timeout"] == 5
    stack.use(**told)


def test_a_template_is_needed(stack):
    with pytest.raises(
        exceptions.InvalidSpec, match="are not specified for profile 'pro'\\."
    ):
        stack.plugin.validate(stack.cloud, stack.use(), "pro")


def test_a_bad_template_is_refused(stack):
    properties = stack.use(template={"bogus": 1})

    with pytest.raises(
        exceptions.InvalidSpec,
        match=r"^Failed in validating template: Template format version not found",
    ):
        stack.plugin.validate(stack.cloud, properties, "pro")


def test_a_second_stack_is_a_stray(stack):
    stack.run("create")
    tag = f"cluster_node_id={stack.node.id}"
    arguments = {"template": TEMPLATE}
    twin = stack.cloud.orchestration.create_stack("twin", arguments, [tag])

    strays = stack.plugin.strays(stack.ask(), stack.clock.now - 1)

    assert strays == [twin.id]
    with pytest.raises(exceptions.CloudError):
        stack.plugin.remove_stray(stack.ask(), stack.node.physical_id)
    stack.plugin.remove_stray(stack.ask(), twin.id)
    stack.clock.now += 60
    assert [one.id for one in stack.stacks()] == [stack.node.physical_id]


@pytest.mark.parametrize("effect", [None, "done_but_timeout", "timeout"])
def test_an_abandoned_stack_is_not_known_any_more(stack, effect):
    stack.run("create")
    if effect:
        stack.fault(effect, "orchestration.abandon_stack", count=1)

    done = stack.run("operate", "abandon", {})

    assert "abandoned" in done.reason
    assert stack.stacks() == []
    stack.run("delete", {})


def test_what_is_gone_can_not_be_abandoned(stack):
    stack.run("create")
    stack.cloud.orchestration.delete_stack(stack.node.physical_id)
    stack.clock.now += 60

    with pytest.raises(exceptions.CloudNotFound):
        stack.run("operate", "abandon", {})


def test_a_failed_creation_that_is_rolled_back_is_told(stack):
    stack.use(template=TEMPLATE, disable_rollback=False)
    stack.fault("error_status", "orchestration.create_stack", message="Broken.")

    with pytest.raises(exceptions.CloudError, match="Broken"):
        stack.run("create")

    assert stack.stacks()[0].status == "ROLLBACK_COMPLETE"


def test_a_failed_update_is_rolled_back(stack):
    stack.use(template=TEMPLATE, disable_rollback=False)
    stack.run("create")
    stack.fault("error_status", "orchestration.update_stack", message="Broken.")

    with pytest.raises(exceptions.CloudError, match="Broken"):
        stack.run("update", {**stack.properties, "parameters": {"a": 1}}, {})

    told = stack.plugin.adopt(stack.cloud, stack.node.physical_id, {})
    assert told["parameters"] == {}
    assert stack.stacks()[0].status == "ROLLBACK_COMPLETE"


def test_the_new_time_holds_for_the_update_that_brings_it(stack):
    stack.run("create")
    new = {**stack.properties, "timeout": 7}

    step = stack.plugin.update(stack.ask(), new, {})

    assert step.wait.timeout_s == 7 * 60


def test_the_time_of_a_stack_is_the_one_of_the_profile_or_of_actions(stack):
    step = stack.plugin.create(stack.ask(stack_timeout_s=99.0))
    assert step.wait.timeout_s == 99.0

    stack.use(template=TEMPLATE, timeout=3)
    again = stack.plugin.create(stack.ask(base.Turn(memo=step.memo)))
    assert again.wait.timeout_s == 180.0


@pytest.mark.parametrize("verb", ["check", "update", "join", "leave"])
@pytest.mark.parametrize("crash", range(1, 5))
def test_changes_survive_a_crash_after_each_call(stack, verb, crash):
    arguments = {
        "check": (),
        "update": ({**stack.properties, "parameters": {"a": 1}}, {}),
        "join": ("other", 7),
        "leave": (),
    }[verb]
    stack.run("create")
    stack.calls.clear()
    stack.crashes.add(crash)

    done = stack.run(verb, *arguments)

    assert done.is_healthy
    [made] = stack.stacks()
    tags = dict(tag.split("=") for tag in made.tags)
    if verb == "update":
        assert stack.cloud.orchestration.export_stack(made.id)["parameters"] == {"a": 1}
    if verb in ("join", "leave"):
        cluster_id = {"join": "other", "leave": None}[verb]
        assert tags.get("cluster_id") == cluster_id


@pytest.mark.parametrize("verb", ["check", "join"])
def test_a_change_waits_for_another_one_to_end(stack, verb):
    stack.run("create")
    new = {**stack.properties, "parameters": {"a": 1}}
    stack.cloud.orchestration.update_stack(stack.node.physical_id, new)

    with pytest.raises(exceptions.CloudBusy):
        getattr(stack.plugin, verb)(stack.ask(), *(("other", 7) * (verb == "join")))


def test_a_repeated_change_waits_for_another_one_to_end(stack):
    stack.run("create")
    stack.cloud.orchestration.check_stack(stack.node.physical_id)
    new = {**stack.properties, "parameters": {"a": 1}}
    again = stack.ask(base.Turn(is_retry=True))

    with pytest.raises(exceptions.CloudBusy):
        stack.plugin.update(again, new, {})

    stack.clock.now += 60
    stack.run("update", new, {})
    told = stack.cloud.orchestration.export_stack(stack.node.physical_id)
    assert told["parameters"] == {"a": 1}


@pytest.mark.parametrize("name", ["1-web", "\u4e2d", "a~b", "n" * 255])
def test_a_stack_is_named_as_heat_wants_it(stack, name):
    stack.node = dataclasses.replace(stack.node, name=name)

    stack.run("create")

    assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_.-]{0,254}", stack.stacks()[0].name)


def test_outputs_are_shown(stack):
    template = {
        **TEMPLATE,
        "parameters": {"b": {"default": 2}},
        "outputs": {"one": {"value": 1}, "two": {"value": {"get_param": "b"}}},
    }
    stack.use(template=template)
    stack.run("create")

    shown = stack.plugin.details(stack.ask())["outputs"]

    assert shown == [
        {"output_key": "one", "output_value": 1},
        {"output_key": "two", "output_value": 2},
    ]


def test_a_stack_says_whose_it_is(stack):
    stack.run("create")

    found = stack.plugin.find_existing(stack.cloud, stack.node.physical_id)

    assert (found.id, found.node_id) == (stack.node.physical_id, stack.node.id)
