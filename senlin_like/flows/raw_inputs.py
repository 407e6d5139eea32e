"""Inputs that nobody has checked: webhooks and messages hand them on as they come.

What makes no sense is refused before a flow is built of it. Keys that an action
doesn't know are left alone: those who send alarms put in what they like.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import naming
from senlin_like.domain.enums import AdjustmentType, Kind
from senlin_like.flows.outcomes import Refused
from senlin_like.operations import clusters, recovery

Inputs = Mapping[str, Any]

#: What an integer column holds.
LARGEST = 2**31 - 1
_LONGEST_OPERATION = 64
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")
_ID = re.compile(r"[0-9a-fA-F-]{1,36}")


def check(kind: Kind, inputs: Inputs) -> None:
    """See that an action's inputs have the form that its flow counts on.

    :raises Refused: when they don't, with the reason.
    """
    judge = _CHECKS.get(kind)
    if judge is None:
        return
    try:
        judge(inputs)
    except exceptions.Invalid as error:
        raise Refused(error.message) from error


def _need(fits: bool, key: str, form: str) -> None:
    if not fits:
        raise Refused(f"The input '{key}' must be {form}.")


def _check_whole(inputs: Inputs, *keys: str) -> None:
    """Take whole numbers, also written as text, as far as a column holds them."""
    for key in keys:
        value = inputs.get(key)
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        # Neither a part of a node nor ``true`` is a number of nodes.
        fits = value is None or (type(value) is int and abs(value) <= LARGEST)
        _need(fits, key, f"a whole number, {LARGEST} at most")


def _check_map(inputs: Inputs, *keys: str) -> None:
    for key in keys:
        _need(isinstance(inputs.get(key), dict | None), key, "a map")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_set(inputs: Inputs, key: str) -> bool:
    """Tell whether a flag is set; in a webhook's query it is a word."""
    return str(inputs.get(key)).lower() == "true"


def _check_flags(inputs: Inputs, *keys: str) -> None:
    for key in keys:
        fits = str(inputs.get(key)).lower() in ("true", "false", "none")
        _need(fits, key, "true or false")


def _check_ids(inputs: Inputs, key: str) -> None:
    value = inputs.get(key)
    fits = isinstance(value, list) and bool(value) and all(map(_is_id, value))
    _need(fits, key, "a list of ids")


def _check_different_ids(inputs: Inputs, key: str) -> None:
    _check_ids(inputs, key)
    if len(set(inputs[key])) < len(inputs[key]):
        raise Refused(f"Items for '{key}' must be unique.")


def _scale(inputs: Inputs) -> None:
    _check_whole(inputs, "count")


def _resize(inputs: Inputs) -> None:
    _check_whole(inputs, "min_size", "max_size", "min_step")
    _check_flags(inputs, "strict")
    adjustment = inputs.get("adjustment_type")
    kinds = list(AdjustmentType)
    _need(adjustment in (None, *kinds), "adjustment_type", f"one of {', '.join(kinds)}")
    if inputs.get("number") is not None:
        try:
            is_number = not isinstance(inputs["number"], bool)
            fits = is_number and math.fabs(float(inputs["number"])) <= LARGEST
        except (TypeError, ValueError, OverflowError):
            fits = False
        _need(fits, "number", f"a number, {LARGEST} at most")


def _add_nodes(inputs: Inputs) -> None:
    _check_different_ids(inputs, "nodes")


def _del_nodes(inputs: Inputs) -> None:
    _check_different_ids(inputs, "candidates")
    _check_flags(inputs, "destroy_after_deletion")


def _replace_nodes(inputs: Inputs) -> None:
    pairs = inputs.get("candidates")
    ids = [*pairs, *pairs.values()] if isinstance(pairs, dict) else []
    fits = bool(ids) and all(map(_is_id, ids))
    _need(fits, "candidates", "a map from old to new ids")
    if isinstance(pairs, dict) and len(set(pairs.values())) < len(pairs):
        raise Refused("Map contains duplicated values.")


def _update(inputs: Inputs) -> None:
    name = inputs.get("name")
    _need(name is None or naming.is_name(name), "name", "the name of a cluster")
    profile = inputs.get("new_profile_id")
    _need(profile is None or _is_id(profile), "new_profile_id", "the id of a profile")
    _check_map(inputs, "metadata", "config")
    _check_flags(inputs, "profile_only")
    clusters.check_config(inputs.get("config") or {})
    timeout = inputs.get("timeout")
    fits = timeout is None or (type(timeout) is int and 0 < timeout <= LARGEST)
    _need(fits, "timeout", f"a whole number from 1 to {LARGEST}")


def _recover(inputs: Inputs) -> None:
    recover_inputs(inputs)


def recover_inputs(inputs: Inputs) -> dict[str, Any]:
    """Return what is read of the inputs of a recovery, words made switches.

    A time may be text, as all is that stands in a webhook's query.

    :raises Invalid: when one of them isn't right.
    """
    known = {*recovery.CLUSTER_KEYS, *recovery.NODE_KEYS}
    given = {key: value for key, value in inputs.items() if key in known}
    timeout = given.get("delete_timeout")
    if isinstance(timeout, str) and _WHOLE.fullmatch(timeout):
        given["delete_timeout"] = int(timeout)
    return recovery.inputs_of(given, known)


def _operation(inputs: Inputs) -> None:
    operation = inputs.get("operation")
    fits = naming.is_name(operation) and len(str(operation)) <= _LONGEST_OPERATION
    _need(fits, "operation", "the name of an operation")
    _check_ids(inputs, "nodes")
    _check_map(inputs, "params")


def _policy(inputs: Inputs) -> None:
    _need(_is_id(inputs.get("policy_id")), "policy_id", "the id of a policy")
    _check_flags(inputs, "enabled")


_CHECKS: Mapping[Kind, Callable[[Inputs], None]] = {
    Kind.CLUSTER_SCALE_OUT: _scale,
    Kind.CLUSTER_SCALE_IN: _scale,
    Kind.CLUSTER_RESIZE: _resize,
    Kind.CLUSTER_ADD_NODES: _add_nodes,
    Kind.CLUSTER_DEL_NODES: _del_nodes,
    Kind.CLUSTER_REPLACE_NODES: _replace_nodes,
    Kind.CLUSTER_UPDATE: _update,
    Kind.CLUSTER_RECOVER: _recover,
    Kind.CLUSTER_OPERATION: _operation,
    Kind.CLUSTER_ATTACH_POLICY: _policy,
    Kind.CLUSTER_DETACH_POLICY: _policy,
    Kind.CLUSTER_UPDATE_POLICY: _policy,
}
