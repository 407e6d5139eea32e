"""Let policies work with the services of a real cloud, seen from both sides.

A load balancer's members follow the nodes; a node that is to go waits until its hook
has answered; a server that somebody deletes is missed at once, since Nova tells of it.
For the last the service has to listen (``service.py --cloud-notifications``). What the
cloud has no service for is left out.
"""

import datetime
import sys
import time
from typing import Any

import lives

#: Seconds to the next look at nodes: what is found sooner was told.
INTERVAL_S = 3600
_STEPS = ("balance", "wait", "hear")


def main() -> int:
    """Go through all steps, or those that are asked for."""
    parser = lives.parser(__doc__)
    parser.add_argument("--subnet", default="lab", help="of balancers (%(default)s)")
    parser.add_argument("--only", nargs="+", choices=_STEPS, default=_STEPS)
    return lives.run(parser.parse_args(), go_through)


def go_through(life: lives.Life) -> None:
    """Do everything once."""
    life.begin(3)
    if "balance" in life.options.only and life.has("load-balancer"):
        balance(life)
    if "wait" in life.options.only and life.has("messaging"):
        wait_for_hook(life)
    if "hear" in life.options.only:
        hear(life)
    life.end()


def balance(life: lives.Life) -> None:
    """Let the members of a load balancer follow the nodes."""
    subnet = life.options.subnet
    properties = {
        "pool": {"protocol": "HTTP", "protocol_port": 80, "subnet": subnet},
        "vip": {"subnet": subnet, "protocol_port": 80},
        "health_monitor": {"type": "HTTP", "url_path": "/"},
    }
    octavia = life.user.load_balancer
    with life.policy("senlin.policy.loadbalance", "1.3", properties):
        [balancer] = [one for one in octavia.load_balancers() if life.name in one.name]
        [pool] = octavia.pools(loadbalancer_id=balancer.id)
        life.until(lambda: is_balanced(life, pool.id, 3))
        with life.step("scale out by 2, and members follow"):
            life.clustering.scale_out_cluster(life.cluster.id, 2)
            life.until(lambda: is_balanced(life, pool.id, 5))
        with life.step("scale in by 2, and members follow"):
            life.clustering.scale_in_cluster(life.cluster.id, 2)
            life.until(lambda: is_balanced(life, pool.id, 3))
        with life.step("lose a server, recover, and its member is another one"):
            before = {one.id for one in octavia.members(pool.id)}
            lost = next(iter(life.servers()))
            life.user.compute.delete_server(lost)
            life.until(lambda: lost not in life.servers())
            life.clustering.recover_cluster(life.cluster.id, check=True)
            life.until(lambda: is_balanced(life, pool.id, 3))
            kept = before & {one.id for one in octavia.members(pool.id)}
            if len(kept) != 2:
                raise lives.Failed(f"{len(kept)} of 3 members are the same")
    if octavia.find_load_balancer(balancer.id) or octavia.find_pool(pool.id):
        raise lives.Failed(f"load balancer {balancer.id} is left")


def is_balanced(life: lives.Life, pool_id: str, size: int) -> bool:
    """Tell whether the cluster is whole, and its servers are the pool's members."""
    if not life.is_whole(size):
        return False
    members = [one.address for one in life.user.load_balancer.members(pool_id)]
    return sorted(members) == sorted(life.servers().values())


def wait_for_hook(life: lives.Life) -> None:
    """Let a node wait until its hook has answered."""
    queue = f"{life.name}-going"
    properties = {
        "criteria": "OLDEST_FIRST",
        "hooks": {"type": "zaqar", "timeout": 3000, "params": {"queue": queue}},
    }
    with life.policy("senlin.policy.deletion", "1.1", properties):
        with life.step("scale in, and hear of it by a message"):
            life.clustering.scale_in_cluster(life.cluster.id, 1)
            life.until(lambda: heard(life, queue))
            told = heard(life, queue)
        if told["resource_id"] not in life.servers():
            raise lives.Failed("the server is gone before its hook has answered")
        with life.step("complete, and the node goes"):
            token = {"lifecycle_action_token": told["lifecycle_action_token"]}
            answer = life.clustering.post(
                f"/clusters/{life.cluster.id}/actions",
                json={"complete_lifecycle": token},
                microversion="1.9",
            )
            if answer.status_code != 202:
                raise lives.Failed(answer.text)
            life.until(lambda: life.is_whole(2))
        if told["resource_id"] in life.servers():
            raise lives.Failed("another node has gone")
    life.ask_queue("DELETE", queue)


def heard(life: lives.Life, queue: str) -> Any:
    """Return the one message in a queue; None if it isn't there yet."""
    found = life.ask_queue("GET", queue, "/messages?echo=true").get("messages") or []
    return found[0]["body"] if found else None


def hear(life: lives.Life) -> None:
    """Lose a server long before nodes are looked at again."""
    properties = {
        "detection": {
            "interval": INTERVAL_S,
            "node_update_timeout": 1,
            "detection_modes": [{"type": "LIFECYCLE_EVENTS"}],
        },
        "recovery": {"actions": [{"name": "RECREATE"}]},
    }
    size = len(life.servers())
    lost = next(iter(life.servers()))
    with life.policy("senlin.policy.health", "1.1", properties):
        with life.step(f"lose a server, {INTERVAL_S} s before the next look"):
            life.user.compute.delete_server(lost)
            life.until(lambda: lost not in life.servers())
            gone_at = time.time()
            life.until(lambda: len(life.servers()) == size and life.is_whole(size))
        asked_at = min(map(created_at, recoveries(life)))
        print(f"          recovery asked for {asked_at - gone_at:+.1f} s after that")


def recoveries(life: lives.Life) -> list[Any]:
    """Return the actions that health checks have asked for."""
    nodes = {one.id for one in life.clustering.nodes(cluster_id=life.cluster.id)}
    return [
        one
        for one in life.clustering.actions(action="NODE_RECOVER")
        if one.target_id in nodes and one.cause == "Health Check"
    ]


def created_at(action: Any) -> float:
    """Return when an action was asked for, in seconds since 1970."""
    return datetime.datetime.fromisoformat(action.created_at).timestamp()


if __name__ == "__main__":
    sys.exit(main())
