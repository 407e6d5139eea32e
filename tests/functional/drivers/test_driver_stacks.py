"""Stacks, and permissions to act for users."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base

STACK = base.ObjectKind.STACK
TEMPLATE = {
    "heat_template_version": "2014-10-16",
    "parameters": {"length": {"type": "number", "default": 8}},
    "resources": {
        "word": {
            "type": "OS::Heat::RandomString",
            "properties": {"length": {"get_param": "length"}},
        }
    },
}


def a_stack(kit, name="stack-1", tags=("cluster_node_id=n1",)):
    cloud = kit.cloud()
    stack = cloud.orchestration.create_stack(name, {"template": TEMPLATE}, tags)
    kit.wait(cloud, STACK, stack.id, "CREATE_COMPLETE")
    return stack


def test_a_stack_is_made_and_deleted(kit):
    cloud = kit.cloud()
    stack = a_stack(kit)

    cloud.orchestration.delete_stack(stack.id)

    kit.wait(cloud, STACK, stack.id, base.GONE)
    cloud.orchestration.delete_stack(stack.id)
    with pytest.raises(exceptions.CloudNotFound):
        cloud.orchestration.get_stack(stack.id)


def test_a_stack_is_found_by_its_tags(kit):
    stack = a_stack(kit, tags=["cluster_node_id=n1", "cluster_id=c1"])
    a_stack(kit, "stack-2", tags=["cluster_node_id=n2"])

    found = kit.cloud().orchestration.find_tagged("cluster_node_id=n1")

    assert [one.id for one in found] == [stack.id]
    assert set(found[0].tags) == {"cluster_node_id=n1", "cluster_id=c1"}


def test_updating_tags_leaves_the_template_alone(kit):
    cloud = kit.cloud()
    stack = a_stack(kit)

    cloud.orchestration.update_stack(stack.id, {}, ["cluster_id=c2"])
    kit.wait(cloud, STACK, stack.id, "UPDATE_COMPLETE")

    assert cloud.orchestration.get_stack(stack.id).tags == ("cluster_id=c2",)
    assert cloud.orchestration.find_tagged("cluster_node_id=n1") == []
    assert cloud.orchestration.export_stack(stack.id)["template"] == TEMPLATE


def test_updating_arguments_leaves_the_tags_alone(kit):
    cloud = kit.cloud()
    stack = a_stack(kit)

    cloud.orchestration.update_stack(stack.id, {"parameters": {"length": 3}})
    kit.wait(cloud, STACK, stack.id, "UPDATE_COMPLETE")

    exported = cloud.orchestration.export_stack(stack.id)
    assert exported["parameters"]["length"] == 3
    assert cloud.orchestration.get_stack(stack.id).tags == stack.tags


def test_a_check_ends_complete(kit):
    cloud = kit.cloud()
    stack = a_stack(kit)

    cloud.orchestration.check_stack(stack.id)

    kit.wait(cloud, STACK, stack.id, "CHECK_COMPLETE")


def test_a_preview_makes_nothing(kit):
    cloud = kit.cloud()

    cloud.orchestration.preview_stack("trial", {"template": TEMPLATE})

    a_stack(kit, "trial")


@pytest.mark.parametrize("template", [{"resources": {}}, {}, None])
def test_a_preview_refuses_what_is_no_template(kit, template):
    with pytest.raises(exceptions.CloudError):
        kit.cloud().orchestration.preview_stack("trial", {"template": template})


def test_a_name_is_given_to_one_stack_at_a_time(kit):
    a_stack(kit)

    with pytest.raises(exceptions.CloudError) as caught:
        a_stack(kit)

    assert caught.value.status == 409


def test_other_projects_see_nothing_of_a_stack(kit):
    stack = a_stack(kit)
    stranger = kit.cloud("project-2")

    assert stranger.look(STACK, [stack.id])[stack.id].status == base.GONE
    with pytest.raises(exceptions.CloudNotFound):
        stranger.orchestration.get_stack(stack.id)


def a_permission(kit):
    account = kit.account("project-1")
    return kit.driver.identity.delegate(
        account.user, account.project, ["member"], kit.token("project-1")
    )


def test_a_permission_opens_the_account(kit):
    identity = kit.driver.identity
    credential = a_permission(kit)

    cloud = kit.cloud(credential=credential)

    assert identity.is_valid(credential)
    assert cloud.compute.find_marked("nobody") == []


def test_a_revoked_permission_opens_nothing(kit):
    identity = kit.driver.identity
    credential = a_permission(kit)

    identity.revoke(credential)
    identity.revoke(credential)

    assert not identity.is_valid(credential)
    with pytest.raises(exceptions.TrustNotFound):
        kit.cloud(credential=credential)


def test_a_permission_is_for_its_own_project(kit):
    credential = a_permission(kit)

    with pytest.raises(exceptions.TrustNotFound):
        kit.cloud("project-2", credential=credential)
