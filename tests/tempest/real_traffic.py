"""Count what a cluster behind a load balancer costs the services of a cloud in calls.

The cloud is one of ``tests/cloud``, whose APIs note every request. Counted are calls of
our service in the user's project, not those that services make for it, nor those of
this script; somebody else's clusters there would count too. A cluster grows from
nothing to ``--nodes``, by ``--more``, shrinks by as many, and is deleted, with a load
balancing policy all the time. The tables have calls, and calls per node that comes or
goes.
"""

import contextlib
import pathlib
import sys
from collections.abc import Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

import lives

from tests.cloud import settings as cloud_settings
from tests.cloud import traffic

#: How our service's requests begin to say who they are from.
AGENT = "senlin-like"
#: Keystone, Glance and so on are asked once in a while, whatever is done.
SERVICES = ("nova", "neutron", "octavia")


def main() -> int:
    """Count all phases."""
    parser = lives.parser(__doc__)
    parser.add_argument("--nodes", type=int, default=50, help="(%(default)s)")
    parser.add_argument("--more", type=int, default=10, help="(%(default)s)")
    parser.add_argument("--subnet", default="lab", help="of balancers (%(default)s)")
    parser.add_argument(
        "--cloud-dir",
        type=pathlib.Path,
        default=cloud_settings.default_dir(),
        help="the folder of the cloud (%(default)s)",
    )
    return lives.run(parser.parse_args(), go_through)


def go_through(life: lives.Life) -> None:
    """Do everything once."""
    clustering, subnet = life.clustering, life.options.subnet
    nodes, more = life.options.nodes, life.options.more
    life.begin(0)
    properties = {
        "pool": {"protocol": "HTTP", "protocol_port": 80, "subnet": subnet},
        "vip": {"subnet": subnet, "protocol_port": 80},
    }
    policy = life.attach("senlin.policy.loadbalance", "1.3", properties)
    with counted(life, nodes), life.step(f"grow from nothing to {nodes}"):
        clustering.scale_out_cluster(life.cluster.id, nodes)
        life.until(lambda: life.is_whole(nodes))
    with counted(life, more), life.step(f"scale out by {more}"):
        clustering.scale_out_cluster(life.cluster.id, more)
        life.until(lambda: life.is_whole(nodes + more))
    with counted(life, more), life.step(f"scale in by {more}"):
        clustering.scale_in_cluster(life.cluster.id, more)
        life.until(lambda: life.is_whole(nodes))
    with counted(life, nodes):
        life.end()
    clustering.delete_policy(policy.id, ignore_missing=False)


@contextlib.contextmanager
def counted(life: lives.Life, nodes: int) -> Iterator[None]:
    """Print what our service has asked for during the block."""
    log_dir = life.options.cloud_dir / "log"
    project = life.user.current_project_id
    before = traffic.mark(log_dir)
    yield
    calls = [
        call
        for call in traffic.calls(log_dir, before)
        if call.agent.startswith(AGENT)
        and call.service in SERVICES
        and call.project == project
    ]
    print(f"{len(calls):7d} calls, {len(calls) / nodes:.2f} per node")
    print(traffic.table(traffic.count(calls), nodes), flush=True)


if __name__ == "__main__":
    sys.exit(main())
