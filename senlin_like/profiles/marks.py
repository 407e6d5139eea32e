"""The marks that tie what a cloud holds to a node and its cluster."""

from senlin_like.drivers import base as clouds
from senlin_like.profiles import base

ALL = (clouds.NODE_MARK, clouds.CLUSTER_MARK, clouds.INDEX_MARK)
OF_CLUSTER = (clouds.CLUSTER_MARK, clouds.INDEX_MARK)


def of_node(node: base.NodeFacts) -> dict[str, str]:
    """Give all marks of a node, those of a cluster only if it's in one."""
    own = {clouds.NODE_MARK: node.id}
    if not node.cluster_id:
        return own
    return own | of_member(node.cluster_id, node.index)


def of_member(cluster_id: str, index: int) -> dict[str, str]:
    """Give the marks of a member of a cluster."""
    return {clouds.CLUSTER_MARK: cluster_id, clouds.INDEX_MARK: str(index)}
