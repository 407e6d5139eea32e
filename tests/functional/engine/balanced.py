"""A cluster and its load balancer, as tests work with them."""

from senlin_like.operations import (
    cluster_actions,
    clusters,
    node_actions,
    nodes,
)
from senlin_like.simulated_cloud import tables
from tests.torture import checks

POOL = {"subnet": "private-subnet"}
PUT = "load_balancing.put_members"
DELETE = "load_balancing.delete_member"


class Site:
    """A cluster and its load balancer, with what tests ask and look at."""

    def __init__(self, stage):
        self.stage = stage
        self.cluster_id = None

    def make(self, size, **body):
        profile = self.stage.a_profile()
        asked = {"name": "web", "profile_id": profile, "desired_capacity": size}
        sizes = {"min_size": 0, "timeout": 100_000}
        made = clusters.create(self.stage.deps, self.stage.ctx, asked | sizes | body)
        self.cluster_id = made.record["id"]
        self.stage.drain()
        return self

    def ask(self, name, **params):
        """Ask for an action; give it as it ended."""
        deps, ctx = self.stage.deps, self.stage.ctx
        action = cluster_actions.ask(deps, ctx, self.cluster_id, name, params)
        self.stage.drain()
        return self.stage.action(action)

    def balance(self, **properties):
        """Attach a load balancer; give the policy's id."""
        given = {"pool": POOL, "vip": POOL, **properties}
        policy = self.stage.a_policy("lb", "loadbalance", **given)
        action = self.ask("policy_attach", policy_id=policy)
        assert action.status == "SUCCEEDED", action.status_reason
        self.stage.controls.reset_counters()
        return policy

    def attach(self, name, kind, **properties):
        policy = self.stage.a_policy(name, kind, **properties)
        assert self.ask("policy_attach", policy_id=policy).status == "SUCCEEDED"

    def _node(self, act, *args, **params):
        action = act(self.stage.deps, self.stage.ctx, *args, **params)
        self.stage.drain()
        return self.stage.action(getattr(action, "action_id", action))

    def create_node(self, name, cluster_id=""):
        profile = self.stage.cluster(self.cluster_id).profile_id
        body = {"name": name, "profile_id": profile, "cluster_id": cluster_id}
        return self._node(nodes.create, body)

    def lone(self, name):
        """Make a node in no cluster; give its id."""
        assert self.create_node(name).status == "SUCCEEDED"
        return self.node(name).id

    def delete_node(self, name):
        return self._node(nodes.delete, name, force=False)

    def recover_node(self, name):
        return self._node(node_actions.ask, name, "recover", {})

    def rows(self, table):
        return checks.cloud_rows(self.stage.driver.world, table)

    def balancers(self):
        rows = self.rows(tables.LOAD_BALANCERS)
        return [row for row in rows if row.deleted_at is None]

    def pool(self):
        """Give name → weight of the pool's members."""
        return {row.name: row.weight for row in self.rows(tables.MEMBERS)}

    def names(self):
        return {node.name for node in self.stage.nodes(self.cluster_id)}

    def node(self, name):
        return next(node for node in self.stage.nodes() if node.name == name)

    def changes(self):
        """Tell how often members of pools were changed."""
        counted = self.stage.controls.counters()
        return sum(sum(counted.get(one, {}).values()) for one in (PUT, DELETE))

    def calls(self):
        """Give how often load balancers, and addresses of servers, were asked for."""
        return {
            name: sum(outcomes.values())
            for name, outcomes in self.stage.controls.counters().items()
            if name.startswith("load_balancing.") or name == "compute.list_addresses"
        }

    def is_right(self):
        """Tell whether the members are the cluster's nodes, by their servers."""
        servers = {one.id: one for one in self.rows(tables.SERVERS)}
        held = self.stage.nodes(self.cluster_id)
        marks = {node.data.get("lb_member") for node in held}
        members = self.rows(tables.MEMBERS)
        assert servers
        return (
            self.pool() == dict.fromkeys(self.names(), 1)
            and {row.id for row in members} == marks
            and len({row.address for row in members}) == len(held)
        )
