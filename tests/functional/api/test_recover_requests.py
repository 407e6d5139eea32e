"""A recover request is checked as it comes, not when an engine acts on it."""

import pytest

TARGETS = ["/v1/nodes/n/actions", "/v1/clusters/c/actions"]


def _recover(client, target, operation, params):
    body = {"recover": {"operation": operation, "operation_params": params}}
    return client.post(target, body)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("operation", ["REBUILD", "rebuild"])
@pytest.mark.parametrize("image", [5, True, ["a"], {"id": "a"}])
def test_an_image_to_rebuild_from_is_a_text(
    client, cluster, node, target, operation, image
):
    reply = _recover(client, target, operation, {"image": image})

    assert reply.status == 400
    assert reply.message == (
        f"Image field '{image}' in operation_params has to be a string."
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("fence", ["false", 1, [], {}])
def test_fencing_is_wanted_or_not(client, cluster, node, target, fence):
    reply = _recover(client, target, "RECREATE", {"fence_compute": fence})

    assert reply.status == 400
    assert reply.message == (
        f"Fence_compute field '{fence}' in operation_params has to be a boolean."
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("REBUILD", {"image": "cirros", "type": 5, "other": [1]}),
        ("REBUILD", {"image": None}),
        ("REBOOT", {"image": 5}),
        ("RECREATE", {"fence_compute": False, "image": 5}),
        ("recreate", {"fence_compute": None}),
    ],
)
def test_what_the_operation_does_not_read_is_taken(
    client, deps, cluster, node, end_actions, action_of, target, operation, params
):
    end_actions(deps)

    reply = _recover(client, target, operation, params)

    inputs = action_of(client, reply)["inputs"]
    assert inputs == {"operation": operation, "operation_params": params}


@pytest.mark.parametrize("timeout_s", [2**31, 10**30])
def test_a_delete_timeout_has_an_end(client, node, timeout_s):
    reply = client.post(
        "/v1/nodes/n/actions", {"recover": {"delete_timeout": timeout_s}}
    )

    assert reply.status == 400
    assert reply.message == (
        "The value for delete_timeout must be less than or equal to 2147483647: "
        f"'{timeout_s}'."
    )


def test_the_longest_delete_timeout_is_taken(
    client, deps, node, end_actions, action_of
):
    end_actions(deps)

    reply = client.post(
        "/v1/nodes/n/actions", {"recover": {"delete_timeout": 2**31 - 1}}
    )

    assert action_of(client, reply)["inputs"] == {"delete_timeout": 2**31 - 1}
