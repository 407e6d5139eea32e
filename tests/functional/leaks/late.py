"""Makes what an engine makes that was paused for too long, and ages everything."""

import dataclasses
import datetime

import sqlalchemy as sa

from senlin_like.context import RequestContext
from senlin_like.db.models import Action, Event, Node
from senlin_like.drivers import base, objects
from senlin_like.operations import clusters, nodes
from senlin_like.simulated_cloud import tables
from tests.torture.stage import IMAGE, Stage

#: Older than any grace.
LONG_S = 20_000.0
BLUE = RequestContext(
    user_id="bob", project_id="blue", domain_id="default", roles=("member",)
)
_AGED = {
    tables.SERVERS: ("created_at", "deleted_at", "ready_at"),
    tables.STACKS: ("created_at", "deleted_at", "ready_at"),
    tables.CONTAINERS: ("created_at", "deleted_at", "ready_at"),
    tables.LOAD_BALANCERS: ("created_at", "deleted_at", "ready_at"),
}


class Late:
    """Works beside the engine, as one that comes too late."""

    def __init__(self, stage: Stage):
        self.stage = stage

    def cloud(self, project="red", user="alice"):
        account = base.Account(user=user, project=project)
        return self.stage.driver.inner.cloud(account)

    def cluster(self, size=2, ctx=None):
        """Make a cluster of nodes; give them in the order of their index."""
        stage = self.stage
        stage.ctx = ctx or stage.ctx
        body = {"name": "web", "profile_id": stage.a_profile(), "min_size": 0}
        asked = body | {"desired_capacity": size}
        made = clusters.create(stage.deps, stage.ctx, asked).record
        stage.drain()
        return stage.nodes(made["id"])

    def delete(self, node):
        stage = self.stage
        nodes.delete(stage.deps, stage.ctx, node.id, force=False)
        stage.drain()

    def marks(self, node):
        return {
            base.NODE_MARK: node.id,
            base.CLUSTER_MARK: node.cluster_id,
            base.INDEX_MARK: str(node.index),
        }

    def server(self, node, project="red", user="alice", **fields):
        """Ask for a node's server; give its id."""
        cloud = self.cloud(project, user)
        request = objects.ServerRequest(
            name=node.name,
            flavor_id="1",
            image_id=cloud.images.find_image(IMAGE).id,
            metadata=self.marks(node),
        )
        asked = dataclasses.replace(request, **fields)
        return cloud.compute.create_server(asked).id

    def port(self, node):
        """Make a node's port; give its id."""
        network = self.cloud().network
        return network.create_port(network.find_network("private"), node_id=node.id).id

    def orphan(self):
        """Leave the server of a node that is gone; give both."""
        [_, node] = self.cluster()
        self.delete(node)
        return node, self.server(node)

    def age(self, seconds=LONG_S):
        """Let everything be older, in the cloud and in the database."""
        self.stage.driver.world.store.transact(
            lambda connection: _age_cloud(connection, seconds)
        )
        self.stage.deps.db.transact(lambda session: _age_rows(session, seconds))

    def live_servers(self):
        return {server["id"] for server in self.stage.servers()}


def _age_cloud(connection, seconds):
    for table, names in _AGED.items():
        older = {name: table.c[name] - seconds for name in names}
        connection.execute(table.update().values(**older))


def _age_rows(session, seconds):
    delta = datetime.timedelta(seconds=seconds)
    actions = sa.update(Action.__table__)
    table = Action.__table__
    session.execute(
        actions.values(
            start_time=table.c.start_time - seconds,
            end_time=table.c.end_time - seconds,
        )
    )
    for model, name in (
        (Action, "created_at"),
        (Event, "timestamp"),
        (Node, "init_at"),
    ):
        column = model.__table__.c[name]
        for row in session.execute(sa.select(model.__table__.c.id, column)).all():
            session.execute(
                sa.update(model.__table__)
                .where(model.__table__.c.id == row.id)
                .values(**{name: row[1] - delta})
            )
