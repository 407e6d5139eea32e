"""Second load balancers of a binding: found by its mark, and removed."""

from senlin_like.drivers import base as clouds
from senlin_like.drivers.balancing import Provisioning
from senlin_like.policies.balancing import base


def find(
    cloud: clouds.Cloud, mark: str, record: base.Record, since: float
) -> list[str]:
    """Return ids of load balancers that carry the mark but aren't the record's.

    Those that were made before ``since`` (epoch seconds), and those that are
    going already, are left alone.
    """
    return [
        one.id
        for one in cloud.load_balancing.find_marked(mark)
        if one.id != record.get("loadbalancer")
        and one.created_at.timestamp() >= since
        and one.status != Provisioning.PENDING_DELETE
    ]


def remove(cloud: clouds.Cloud, load_balancer_id: str) -> None:
    """Delete a load balancer with all that is in it.

    :raises CloudBusy: while it is being built.
    """
    cloud.load_balancing.delete_load_balancer(load_balancer_id, cascade=True)
