"""What is checked when nodes join, leave or replace each other.

Everything that is wrong is told at once, in one message: a line for each kind
of problem, with the nodes that have it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import cluster_state, nodes, profiles
from senlin_like.db.session import Session
from senlin_like.domain import capacity
from senlin_like.domain.enums import NodeStatus
from senlin_like.operations.deps import Deps

Params = Mapping[str, Any]


def add_nodes(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check nodes that are to join; returns the action's inputs.

    :raises Invalid: when one of them can't, or the cluster gets too large.
    """
    found = nodes.find_members(session, ctx, params["nodes"])
    rows = _rows(found)
    kind = _profile_type(session, cluster)
    _refuse(
        _line(
            "Profile type of nodes {} does not match that of the cluster.",
            [row.id for row in rows if row.profile_type != kind],
        ),
        _line(
            "Nodes {} already owned by some cluster.",
            [row.id for row in rows if row.cluster_id],
        ),
        _line(
            "Nodes are not ACTIVE: {}.",
            [row.id for row in rows if row.status != NodeStatus.ACTIVE],
        ),
        _line("Nodes not found: {}.", _missing(found)),
    )
    _check_size(deps, cluster, len(rows))
    return {"nodes": [row.id for row in rows]}


def del_nodes(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check nodes that are to leave; returns the action's inputs.

    :raises ResourceInUse: when other nodes depend on one of them.
    :raises Invalid: when one isn't a member, or the cluster gets too small.
    """
    found = nodes.find_members(session, ctx, params["nodes"])
    rows = _rows(found)
    needed = [row.id for row in rows if row.dependents.get("nodes")]
    if needed:
        raise exceptions.ResourceInUse(
            "node",
            str(needed),
            f"nodes {needed} are depended by other nodes, so can't be deleted or "
            "become orphan nodes",
        )
    strangers = [row.id for row in rows if row.cluster_id != cluster.id]
    _refuse(
        _line("Nodes not found: {}.", _missing(found)),
        _line("Nodes not members of specified cluster: {}.", strangers),
    )
    _check_size(deps, cluster, -len(rows))
    return {
        "candidates": [row.id for row in rows],
        "count": len(rows),
        "destroy_after_deletion": bool(params.get("destroy_after_deletion")),
    }


def replace_nodes(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check pairs of old and new members; returns the action's inputs.

    :raises Invalid: when an old one isn't a member or a new one can't be.
    """
    pairs: Mapping[str, str] = params["nodes"]
    found = nodes.find_members(session, ctx, [*pairs.keys(), *pairs.values()])
    old = _rows({text: found[text] for text in pairs})
    new = _rows({text: found[text] for text in pairs.values()})
    kind = _profile_type(session, cluster)
    _refuse(
        _line(
            "The specified nodes {} to be replaced are not members of the cluster "
            f"{cluster.id}.",
            [row.id for row in old if row.cluster_id != cluster.id],
        ),
        _line(
            "Nodes {} already member of a cluster.",
            [row.id for row in new if row.cluster_id],
        ),
        _line(
            "Nodes are not ACTIVE: {}.",
            [row.id for row in new if row.status != NodeStatus.ACTIVE],
        ),
        _line(
            "Profile type of nodes {} do not match that of the cluster.",
            [row.id for row in new if row.profile_type != kind],
        ),
        _line(
            "Original nodes not found: {}.",
            [text for text in pairs if found[text] is None],
        ),
        _line(
            "Replacement nodes not found: {}.",
            [text for text in pairs.values() if found[text] is None],
        ),
    )
    if len(old) != len(pairs) or len(new) != len(pairs):
        # The same node by two of its names.
        raise exceptions.Invalid("Map contains duplicated values")
    return {
        "candidates": {one.id: other.id for one, other in zip(old, new, strict=True)}
    }


def _rows(found: Mapping[str, Any]) -> list[Any]:
    """Return the nodes that were found, each once, in the order asked."""
    return list({row.id: row for row in found.values() if row is not None}.values())


def _missing(found: Mapping[str, Any]) -> list[str]:
    return [text for text, row in found.items() if row is None]


def _line(text: str, names: Sequence[str]) -> str:
    """Write one line of a refusal; empty when it concerns nobody."""
    return text.replace("{}", str(list(names))) if names else ""


def _refuse(*lines: str) -> None:
    message = "\n".join(line for line in lines if line)
    if message:
        raise exceptions.Invalid(message)


def _profile_type(session: Session, cluster: Any) -> str:
    loaded = profiles.load(session, [cluster.profile_id])
    return str(loaded[cluster.profile_id]["type"])


def _check_size(deps: Deps, cluster: Any, change: int) -> None:
    problem = capacity.check_size(
        cluster.desired_capacity + change,
        capacity.Bounds(),
        cluster_state.sizes_of(cluster),
        strict=True,
        max_nodes=deps.settings.max_nodes_per_cluster,
    )
    if problem:
        raise exceptions.Invalid(problem)
