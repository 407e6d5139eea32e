"""Server groups: found, made, deleted, and obeyed by new servers."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base

SERVER = base.ObjectKind.SERVER


def test_a_group_is_found_by_id_and_by_name(kit):
    compute = kit.cloud().compute
    made = compute.create_server_group("mine", ["soft-affinity"])

    assert compute.find_server_group("mine") == made
    assert compute.find_server_group(made.id) == made
    assert made.policies == ("soft-affinity",)


def test_a_deleted_group_is_gone_and_its_servers_stay(kit, a_server):
    compute = kit.cloud().compute
    group = compute.create_server_group("mine", ["affinity"])
    server = a_server(scheduler_hints={"group": group.id})
    assert compute.find_server_group("mine").server_ids == (server.id,)

    compute.delete_server_group(group.id)
    compute.delete_server_group(group.id)

    assert compute.get_server(server.id).status == "ACTIVE"
    with pytest.raises(exceptions.CloudNotFound):
        compute.find_server_group("mine")


def test_a_group_has_one_policy_that_exists(kit):
    for policies in ([], ["togetherness"]):
        with pytest.raises(exceptions.CloudError):
            kit.cloud().compute.create_server_group("mine", policies)


def test_other_projects_see_nothing_of_a_group(kit, a_request):
    group = kit.cloud().compute.create_server_group("mine", ["affinity"])
    stranger = kit.cloud("project-2").compute

    stranger.delete_server_group(group.id)

    with pytest.raises(exceptions.CloudNotFound):
        stranger.find_server_group(group.id)
    with pytest.raises(exceptions.CloudError):
        stranger.create_server(a_request(scheduler_hints={"group": group.id}))
    assert kit.cloud().compute.find_server_group("mine") == group


def test_all_groups_of_a_name_are_listed(kit):
    compute = kit.cloud().compute
    first = compute.create_server_group("mine", ["affinity"])
    second = compute.create_server_group("mine", ["anti-affinity"])
    compute.create_server_group("other", ["affinity"])
    kit.cloud("project-2").compute.create_server_group("mine", ["affinity"])

    found = compute.list_server_groups("mine")

    assert {one.id for one in found} == {first.id, second.id}
    assert compute.list_server_groups("nothing") == []
    # A name is not an id.
    assert compute.list_server_groups(first.id) == []
