"""Check what each call of openstacksdk's clustering proxy gives back.

Imported by ``sdk_calls.py`` inside the environment with the SDK.
"""

import time

from sdk_state import POLL_S, WAIT_S, Checks, Step, refused, require

SERVER = {
    "name": "sdk",
    "flavor": 1,
    "image": "cirros-0.4.0-x86_64-disk",
    "networks": [{"network": "private"}],
}
SPEC = {"type": "os.nova.server", "version": "1.0", "properties": SERVER}
TYPE = "os.nova.server-1.0"
POLICY = {
    "type": "senlin.policy.deletion",
    "version": "1.0",
    "properties": {"criteria": "OLDEST_FIRST"},
}
#: Calls about policies of clusters.
BINDING_CALLS = (
    "attach_policy_to_cluster",
    "cluster_policies",
    "update_cluster_policy",
    "get_cluster_policy",
    "detach_policy_from_cluster",
)
#: Senlin has no such resource, and the service only in a later microversion.
METADATA_CALLS = (
    "set_cluster_metadata",
    "fetch_cluster_metadata",
    "get_cluster_metadata",
    "delete_cluster_metadata",
)
RECEIVER_CALLS = (
    "create_receiver",
    "get_receiver",
    "find_receiver",
    "receivers",
    "update_receiver",
    "delete_receiver",
)
LATER = METADATA_CALLS


def _knows_itself(c: Checks) -> None:
    info = c.proxy.get_build_info()
    require(info.api["revision"] and info.engine["revision"], info)


def _lists_services(c: Checks) -> None:
    deadline = time.monotonic() + WAIT_S
    binaries: set[str] = set()
    # The engines say that they are there a little after the API answers.
    while "senlin-engine" not in binaries and time.monotonic() < deadline:
        binaries = {service.binary for service in c.proxy.services()}
        time.sleep(POLL_S)
    require("senlin-engine" in binaries, binaries)


def _knows_profile_types(c: Checks) -> None:
    names = {kind.name for kind in c.proxy.profile_types()}
    # The current SDK asks for the version where names carry none.
    require({"os.nova.server", TYPE} & names, names)
    schema = c.proxy.get_profile_type(TYPE).schema
    require("flavor" in schema, schema)
    operations = c.proxy.list_profile_type_operations(TYPE)
    require("reboot" in operations.get("operations", operations), operations)


def _keeps_profiles(c: Checks) -> None:
    require(c.proxy.validate_profile(spec=SPEC).spec["type"] == SPEC["type"], "spec")
    made = c.proxy.create_profile(name=c.name, spec=SPEC, metadata={"a": "1"})
    c.made["profile"] = made
    require(made.type == TYPE and made.metadata == {"a": "1"}, made)
    require(c.proxy.get_profile(made.id).name == c.name, "get")
    require(c.proxy.find_profile(c.name).id == made.id, "find")
    require(c.proxy.find_profile(f"{c.name}-none") is None, "find nothing")
    require(made.id in [p.id for p in c.proxy.profiles(name=c.name)], "list")
    renamed = c.proxy.update_profile(made.id, name=f"{c.name}-new")
    require(renamed.name == f"{c.name}-new", renamed)


def _deletes_profiles(c: Checks) -> None:
    c.proxy.delete_profile(c.made["profile"].id)
    refused(lambda: c.proxy.get_profile(c.made["profile"].id))
    c.proxy.delete_profile(c.made["profile"].id, ignore_missing=True)


def _keeps_clusters(c: Checks) -> None:
    made = c.proxy.create_cluster(
        name=c.name,
        profile_id=c.made["profile"].id,
        desired_capacity=1,
        min_size=0,
        max_size=10,
        metadata={"a": "1"},
    )
    c.made["cluster"] = made
    made = c.proxy.wait_for_status(made, "ACTIVE", ["ERROR"], POLL_S, WAIT_S)
    require(made.desired_capacity == 1 and len(made.node_ids) == 1, made)
    require(c.proxy.find_cluster(c.name).id == made.id, "find")
    require(made.id in [found.id for found in c.proxy.clusters(name=c.name)], "list")
    c.proxy.update_cluster(made.id, name=f"{c.name}-new", timeout=400)
    deadline = time.monotonic() + WAIT_S
    while c.cluster().name != f"{c.name}-new":
        require(time.monotonic() < deadline, "the name didn't change")
        time.sleep(POLL_S)
    require(c.cluster().timeout == 400, c.cluster())


def _keeps_cluster_metadata(c: Checks) -> None:
    cluster = c.made["cluster"].id
    c.proxy.set_cluster_metadata(cluster, b="2")
    require(c.proxy.fetch_cluster_metadata(cluster).metadata["b"] == "2", "fetch")
    require(c.proxy.get_cluster_metadata(cluster).metadata["b"] == "2", "get")
    c.proxy.delete_cluster_metadata(cluster, ["b"])
    left = c.proxy.fetch_cluster_metadata(cluster).metadata
    require("b" not in left and left["a"] == "1", left)


def _changes_sizes(c: Checks) -> None:
    cluster = c.made["cluster"].id
    c.finish(c.proxy.scale_out_cluster(cluster, 2))
    require(c.cluster().desired_capacity == 3, "scaled out")
    c.finish(c.proxy.scale_in_cluster(cluster, 1))
    require(c.cluster().desired_capacity == 2, "scaled in")
    change = {"adjustment_type": "EXACT_CAPACITY", "number": 3, "min_size": 1}
    c.finish(c.proxy.resize_cluster(cluster, **change))
    require(c.cluster().desired_capacity == 3, "resized")
    require(c.cluster().min_size == 1, "bounds")


def _mends_clusters(c: Checks) -> None:
    cluster = c.made["cluster"].id
    c.finish(c.proxy.check_cluster(cluster))
    require("CLUSTER_CHECK" in c.cluster().status_reason, c.cluster().status_reason)
    c.finish(c.proxy.recover_cluster(cluster, check=True))
    require(c.cluster().status == "ACTIVE", c.cluster().status)
    c.finish(c.proxy.perform_operation_on_cluster(cluster, "reboot", type="SOFT"))
    found = list(c.proxy.collect_cluster_attrs(cluster, "details.status"))
    require([item.attr_value for item in found] == ["ACTIVE"] * 3, found)


def _keeps_nodes(c: Checks) -> None:
    node = c.active_node(f"{c.name}-n1")
    c.made["node"] = node
    require(c.proxy.find_node(f"{c.name}-n1").id == node.id, "find")
    details = c.proxy.get_node(node.id, details=True).details
    require(details["status"] == "ACTIVE", details)
    require(node.id in [n.id for n in c.proxy.nodes(name=node.name)], "list")
    members = list(c.proxy.nodes(cluster_id=c.made["cluster"].id))
    require(len(members) == 3, members)
    c.proxy.update_node(node.id, name=f"{c.name}-n1x", role="boss")
    deadline = time.monotonic() + WAIT_S
    while c.proxy.get_node(node.id).name != f"{c.name}-n1x":
        require(time.monotonic() < deadline, "the name didn't change")
        time.sleep(POLL_S)
    require(c.proxy.get_node(node.id).role == "boss", "role")


def _mends_nodes(c: Checks) -> None:
    node = c.made["node"].id
    c.finish(c.proxy.check_node(node))
    require("Check" in c.proxy.get_node(node).status_reason, "check")
    c.finish(c.proxy.recover_node(node, check=True))
    require("Recover" in c.proxy.get_node(node).status_reason, "recover")
    c.finish(c.proxy.perform_operation_on_node(node, "reboot", type="SOFT"))


def _moves_nodes(c: Checks) -> None:
    cluster, node = c.made["cluster"].id, c.made["node"].id
    spare = c.active_node(f"{c.name}-n2")
    other = spare.id
    c.finish(c.proxy.add_nodes_to_cluster(cluster, [node]))
    require(node in c.cluster().node_ids, "add")
    c.finish(c.proxy.replace_nodes_in_cluster(cluster, {node: other}))
    require(other in c.cluster().node_ids, "replacement")
    require(node not in c.cluster().node_ids, "replaced")
    c.finish(c.proxy.remove_nodes_from_cluster(cluster, [other]))
    require(other not in c.cluster().node_ids, "remove")
    c.delete(c.proxy.delete_node, spare)


def _adopts_nodes(c: Checks) -> None:
    what = {"identity": c.unmanaged, "type": TYPE}
    # The SDK sends nulls for what isn't given, which Senlin refuses here.
    preview = c.proxy.adopt_node(preview=True, overrides={}, snapshot=False, **what)
    require(preview.get("node_profile"), preview)
    adopted = c.proxy.adopt_node(name=f"{c.name}-adopted", **what)
    require(adopted.physical_id == c.unmanaged, adopted)
    c.delete(c.proxy.delete_node, adopted)


def _shows_actions(c: Checks) -> None:
    target = c.made["cluster"].id
    done = list(c.proxy.actions(target=target, status="SUCCEEDED", limit=5))
    require(done, "no actions")
    action = c.proxy.get_action(done[0].id)
    require(action.target_id == target and action.action, action)


def _signals_actions(c: Checks) -> None:
    server = {**SERVER, "metadata": {"simulated_wait_time": 20}}
    slow = c.proxy.create_profile(
        name=f"{c.name}-slow", spec={**SPEC, "properties": server}
    )
    node = c.proxy.create_node(name=f"{c.name}-slow", profile_id=slow.id)
    (action,) = c.proxy.actions(target=node.id)
    c.proxy.update_action(action.id, status="CANCELLED", force=False)
    deadline = time.monotonic() + WAIT_S
    while c.proxy.get_action(action.id).status not in {"CANCELLED", "SUCCEEDED"}:
        require(time.monotonic() < deadline, c.proxy.get_action(action.id))
        time.sleep(POLL_S)
    c.delete(c.proxy.delete_node, node, force_delete=True)
    c.proxy.delete_profile(slow.id)


def _shows_events(c: Checks) -> None:
    events = list(c.proxy.events(cluster_id=c.made["cluster"].id, limit=5))
    require(events, "no events")
    require(c.proxy.get_event(events[0].id).id == events[0].id, events[0])


def _keeps_policies(c: Checks) -> None:
    names = {kind.name for kind in c.proxy.policy_types()}
    require({"senlin.policy.deletion", "senlin.policy.deletion-1.0"} & names, names)
    require(c.proxy.get_policy_type("senlin.policy.deletion-1.0").schema, "schema")
    require(c.proxy.validate_policy(spec=POLICY).spec, "validate")
    policy = c.proxy.create_policy(name=c.name, spec=POLICY)
    require(c.proxy.get_policy(policy.id).name == c.name, "get")
    require(c.proxy.find_policy(c.name).id == policy.id, "find")
    require(policy.id in [p.id for p in c.proxy.policies(name=c.name)], "list")
    c.made["policy"] = c.proxy.update_policy(policy.id, name=f"{c.name}-new")
    require(c.made["policy"].name == f"{c.name}-new", "update")


def _binds_policies(c: Checks) -> None:
    cluster, policy = c.made["cluster"].id, c.made["policy"].id
    c.finish(c.proxy.attach_policy_to_cluster(cluster, policy, enabled=True))
    bound = [item.policy_id for item in c.proxy.cluster_policies(cluster)]
    require(bound == [policy], bound)
    c.finish(c.proxy.update_cluster_policy(cluster, policy, enabled=False))
    require(not c.proxy.get_cluster_policy(policy, cluster).is_enabled, "enabled")
    c.finish(c.proxy.detach_policy_from_cluster(cluster, policy))


def _deletes_policies(c: Checks) -> None:
    policy = c.made["policy"].id
    c.proxy.delete_policy(policy)
    refused(lambda: c.proxy.get_policy(policy))


def _keeps_receivers(c: Checks) -> None:
    made = c.proxy.create_receiver(
        name=c.name,
        cluster_id=c.made["cluster"].id,
        action="CLUSTER_SCALE_OUT",
        type="webhook",
    )
    require("alarm_url" in made.channel, made.channel)
    require(c.proxy.get_receiver(made.id).name == c.name, "get")
    require(c.proxy.find_receiver(c.name).id == made.id, "find")
    require(made.id in [r.id for r in c.proxy.receivers(name=c.name)], "list")
    require(c.proxy.update_receiver(made.id, name="new").name == "new", "update")
    c.proxy.delete_receiver(made.id)
    refused(lambda: c.proxy.get_receiver(made.id))


def _deletes_nodes_and_clusters(c: Checks) -> None:
    for delete, made in (
        (c.proxy.delete_node, c.made["node"]),
        (c.proxy.delete_cluster, c.made["cluster"]),
    ):
        c.delete(delete, made)
    refused(lambda: c.proxy.get_node(c.made["node"].id))
    refused(lambda: c.proxy.get_cluster(c.made["cluster"].id))


#: In the order of running: later ones use what earlier ones made.
STEPS = (
    Step(check=_knows_itself, calls=("get_build_info",)),
    Step(check=_lists_services, calls=("services",)),
    Step(
        check=_knows_profile_types,
        calls=("profile_types", "get_profile_type", "list_profile_type_operations"),
    ),
    Step(
        check=_keeps_profiles,
        calls=(
            "validate_profile",
            "create_profile",
            "get_profile",
            "find_profile",
            "profiles",
            "update_profile",
        ),
    ),
    Step(
        check=_keeps_clusters,
        calls=(
            "create_cluster",
            "wait_for_status",
            "get_cluster",
            "find_cluster",
            "clusters",
            "update_cluster",
        ),
    ),
    Step(
        check=_keeps_cluster_metadata,
        calls=METADATA_CALLS,
    ),
    Step(
        check=_changes_sizes,
        calls=("scale_out_cluster", "scale_in_cluster", "resize_cluster"),
    ),
    Step(
        check=_mends_clusters,
        calls=(
            "check_cluster",
            "recover_cluster",
            "perform_operation_on_cluster",
            "collect_cluster_attrs",
        ),
    ),
    Step(
        check=_keeps_nodes,
        calls=("create_node", "get_node", "find_node", "nodes", "update_node"),
    ),
    Step(
        check=_mends_nodes,
        calls=("check_node", "recover_node", "perform_operation_on_node"),
    ),
    Step(
        check=_moves_nodes,
        calls=(
            "add_nodes_to_cluster",
            "replace_nodes_in_cluster",
            "remove_nodes_from_cluster",
        ),
    ),
    Step(check=_adopts_nodes, calls=("adopt_node",), adopts=True),
    Step(check=_shows_actions, calls=("actions", "get_action")),
    Step(check=_signals_actions, calls=("update_action",)),
    Step(check=_shows_events, calls=("events", "get_event")),
    Step(
        check=_keeps_policies,
        calls=(
            "policy_types",
            "get_policy_type",
            "validate_policy",
            "create_policy",
            "get_policy",
            "find_policy",
            "policies",
            "update_policy",
        ),
    ),
    Step(check=_binds_policies, calls=BINDING_CALLS),
    Step(check=_deletes_policies, calls=("delete_policy",)),
    Step(check=_keeps_receivers, calls=RECEIVER_CALLS),
    Step(
        check=_deletes_nodes_and_clusters,
        calls=("delete_node", "delete_cluster", "wait_for_delete"),
    ),
    Step(check=_deletes_profiles, calls=("delete_profile",)),
)
