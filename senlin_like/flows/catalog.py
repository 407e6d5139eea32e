"""Which flow carries out which kind of action: all of them on one screen."""

from collections.abc import Callable, Mapping

from senlin_like.domain.enums import Kind
from senlin_like.flows import (
    aggregate_images,
    cluster_create,
    cluster_delete,
    cluster_health,
    cluster_members,
    cluster_operation,
    cluster_policies,
    cluster_resize,
    cluster_update,
    node_create,
    node_delete,
    node_health,
    node_members,
    node_operation,
    node_update,
    raw_inputs,
    unfit,
)
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Plan
from senlin_like.flows.workbench import Workbench

Factory = Callable[[Run, Workbench], Plan]

FLOWS: Mapping[Kind, Factory] = {
    Kind.CLUSTER_CREATE: cluster_create.plan,
    Kind.CLUSTER_DELETE: cluster_delete.plan,
    Kind.CLUSTER_UPDATE: cluster_update.plan,
    Kind.CLUSTER_ADD_NODES: cluster_members.add,
    Kind.CLUSTER_DEL_NODES: cluster_members.remove,
    Kind.CLUSTER_REPLACE_NODES: cluster_members.replace,
    Kind.CLUSTER_RESIZE: cluster_resize.resize,
    Kind.CLUSTER_SCALE_OUT: cluster_resize.scale_out,
    Kind.CLUSTER_SCALE_IN: cluster_resize.scale_in,
    Kind.CLUSTER_CHECK: cluster_health.check,
    Kind.CLUSTER_RECOVER: cluster_health.recover,
    Kind.CLUSTER_OPERATION: cluster_operation.plan,
    Kind.CLUSTER_ATTACH_POLICY: cluster_policies.attach,
    Kind.CLUSTER_DETACH_POLICY: cluster_policies.detach,
    Kind.CLUSTER_UPDATE_POLICY: cluster_policies.update,
    Kind.NODE_CREATE: node_create.plan,
    Kind.NODE_DELETE: node_delete.plan,
    Kind.NODE_UPDATE: node_update.plan,
    Kind.NODE_JOIN: node_members.join,
    Kind.NODE_LEAVE: node_members.leave,
    Kind.NODE_CHECK: node_health.check,
    Kind.NODE_RECOVER: node_health.recover,
    Kind.NODE_OPERATION: node_operation.plan,
    Kind.AGGREGATE_CACHE_IMAGES: aggregate_images.plan,
}


def plan(run: Run, bench: Workbench) -> Plan:
    """Build the flow of an action; a short one if its inputs make no sense."""
    kind = run.facts.kind
    if kind not in FLOWS:
        return unfit.plan(run, f"This service has no way to do {kind}.")
    try:
        raw_inputs.check(kind, run.facts.inputs)
    except Refused as error:
        return unfit.plan(run, error.message)
    return FLOWS[kind](run, bench)
