"""Everything that can be done to the simulated cloud from outside.

The doors to it are an admin API and a command; all arguments and answers are
JSON values.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    audit,
    balancer_controls,
    catalogue,
    container_faults,
    faults,
    hosts,
    image_caches,
    queues,
    seed,
    server_faults,
    server_groups,
    setting_values,
    tables,
    things,
    volumes,
)
from senlin_like.simulated_cloud.lifecycle import Status
from senlin_like.simulated_cloud.world import Owner, World

MAX_PAGE = 1000


class Controls:
    """The levers of one cloud."""

    def __init__(self, world: World) -> None:
        self._world = world

    def settings(self) -> dict[str, Any]:
        """Return all settings with their present values."""
        return dict(self._world.picture.settings)

    def put_settings(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Change settings; null brings one back to its default.

        :raises Invalid: when a name is unknown or a value makes no sense.
        """
        for name, value in values.items():
            setting_values.check(name, value)

        def work(connection: sa.Connection) -> None:
            table = tables.SETTINGS
            connection.execute(table.delete().where(table.c.name.in_(list(values))))
            rows = [
                {"name": name, "value": value}
                for name, value in values.items()
                if value is not None
            ]
            if rows:
                connection.execute(table.insert(), rows)

        self._world.change(work)
        return self.settings()

    def advance(self, seconds: float) -> float:
        """Let time pass at once, for all processes; return the new time.

        :raises Invalid: when the number of seconds isn't positive.
        """
        setting_values.check_number("seconds", seconds)
        offset = float(self._world.setting("clock_offset_s")) + seconds
        self.put_settings({"clock_offset_s": offset})
        return self._world.now()

    def faults(self) -> list[dict[str, Any]]:
        """Return the fault rules, with how often each was met and struck."""
        query = sa.select(tables.FAULTS).order_by(tables.FAULTS.c.id)
        rows = self._world.store.read(
            lambda connection: connection.execute(query).all()
        )
        return [
            {"id": row.id, **row.rule, "seen": row.seen, "fired": row.fired}
            for row in rows
        ]

    def add_fault(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Add a fault rule; ``faults.Rule`` says which fields there are.

        Rules without ``nth``, ``probability`` and ``count`` aren't counted.

        :raises Invalid: when a field is unknown or its value makes no sense.
        """
        rule = faults.check(fields)
        row = {"rule": rule, "seen": 0, "fired": 0}

        def work(connection: sa.Connection) -> int:
            key: Any = connection.execute(
                tables.FAULTS.insert(), row
            ).inserted_primary_key
            return int(key[0])

        rule_id = self._world.change(work)
        return {"id": rule_id, **rule, "seen": 0, "fired": 0}

    def remove_fault(self, rule_id: int) -> None:
        """Remove a fault rule.

        :raises NotFound: when there is no such rule.
        """
        table = tables.FAULTS
        removed = self._world.change(
            lambda connection: (
                connection.execute(table.delete().where(table.c.id == rule_id)).rowcount
            )
        )
        if not removed:
            raise exceptions.NotFound("fault rule", str(rule_id))

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self._world.change(
            lambda connection: connection.execute(tables.FAULTS.delete())
        )

    def outage(self, seconds: float | None = None) -> dict[str, Any]:
        """Let every call fail as busy, for a time or until the rule is removed.

        :raises Invalid: when the number of seconds isn't positive.
        """
        rule: dict[str, Any] = {
            "effect": faults.Effect.BUSY.value,
            "message": "The cloud is out of order.",
        }
        if seconds is not None:
            setting_values.check_number("seconds", seconds)
            rule["ends_at"] = self._world.now() + seconds
        return self.add_fault(rule)

    def servers(
        self,
        *,
        filters: Mapping[str, str] | None = None,
        with_deleted: bool = False,
        marker: str | None = None,
        limit: int = MAX_PAGE,
    ) -> list[dict[str, Any]]:
        """Return servers of all projects, in the order of their ids.

        ``filters``: ``project``, ``name``, ``node_mark``, ``host``.

        :raises Invalid: when a filter is unknown or the limit too large.
        """
        chosen = dict(filters or {})
        for name in chosen:
            if name not in server_faults.FILTERS:
                raise exceptions.Invalid(f"Servers can't be chosen by '{name}'.")
        if not 0 < limit <= MAX_PAGE:
            raise exceptions.Invalid(f"The limit is a number from 1 to {MAX_PAGE}.")
        return server_faults.list_page(
            self._world, chosen, with_deleted=with_deleted, marker=marker, limit=limit
        )

    def kill_server(
        self, server_id: str, message: str = "The server died."
    ) -> dict[str, Any]:
        """Let a server be in ERROR.

        :raises NotFound: when there is no such live server.
        """
        return server_faults.kill(self._world, server_id, Status.ERROR, message)

    def stop_server(self, server_id: str) -> dict[str, Any]:
        """Let a server be switched off (SHUTOFF).

        :raises NotFound: when there is no such live server.
        """
        return server_faults.kill(self._world, server_id, Status.SHUTOFF, "")

    def vanish_server(self, server_id: str) -> dict[str, Any]:
        """Let a server be gone, as if somebody else had deleted it.

        :raises NotFound: when there is no such live server.
        """
        return server_faults.vanish(self._world, server_id)

    def containers(self, project: str | None = None) -> list[dict[str, Any]]:
        """Return containers of all projects, or of one; the oldest first."""
        return container_faults.list_all(self._world, project)

    def vanish_container(self, container_id: str) -> None:
        """Let a container be gone, as if somebody else had removed it.

        :raises NotFound: when there is no such container.
        """
        container_faults.vanish(self._world, container_id)

    def load_balancers(
        self, filters: Mapping[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Return live load balancers of all projects with all that is in them.

        ``filters``: ``project``, ``name``, ``mark``.

        :raises Invalid: when a filter is unknown.
        """
        return balancer_controls.list_all(self._world, filters or {})

    def set_load_balancer(self, identity: str, status: str) -> dict[str, Any]:
        """Let a load balancer be in a provisioning status from now on.

        It stays in PENDING_UPDATE until it is set to something else.

        :raises Invalid: when it can't be in that status.
        :raises NotFound: when there is no such live load balancer.
        """
        return balancer_controls.put_status(self._world, identity, status)

    def set_member(self, member_id: str, status: str | None) -> dict[str, Any]:
        """Let a member have an operating status; None: that of its server again.

        :raises Invalid: when it can't be in that status.
        :raises NotFound: when there is no such member.
        """
        return balancer_controls.put_member_status(self._world, member_id, status)

    def vanish_load_balancer(self, identity: str) -> dict[str, Any]:
        """Let a load balancer be gone, as if somebody else had deleted it.

        :raises NotFound: when there is no such live load balancer.
        """
        return balancer_controls.vanish(self._world, identity)

    def server_groups(self) -> list[dict[str, Any]]:
        """Return the server groups of all projects, with their live servers."""
        return server_groups.list_all(self._world)

    def hosts(self) -> list[dict[str, Any]]:
        """Return the hosts with their zones, state and number of servers.

        ``zone`` is a host's own, ``effective_zone`` the one that it is in.
        """
        return hosts.list_all(self._world)

    def set_host(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Change a host, or make it (then ``zone`` is needed).

        ``values``: ``state`` (up, down), ``status`` (enabled, disabled),
        ``zone``, and ``effect``: what its servers are while it is down, in
        ERROR (``error``) or as before, but deaf (``unreachable``).

        :raises Invalid: when a field is unknown or its value makes no sense.
        """
        return hosts.put(self._world, name, values)

    def things(self, kind: str) -> list[dict[str, Any]]:
        """Return all things of a kind of the catalogue.

        :raises Invalid: when there is no such kind.
        """
        return things.list_all(self._world, kind)

    def put_thing(self, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Add a thing to the catalogue, or replace the one of the same id.

        ``fields``: ``name``, ``id`` (made if it is left out), ``attributes``.

        :raises Invalid: when the kind or the fields aren't right.
        """
        return things.put(self._world, kind, fields)

    def remove_thing(self, kind: str, thing_id: str) -> None:
        """Take a thing out of the catalogue.

        :raises NotFound: when there is no such thing.
        """
        things.remove(self._world, kind, thing_id)

    def add_volume(
        self,
        project: str,
        name: str,
        *,
        size_gb: int = 1,
        image: str | None = None,
        region: str = seed.REGION,
    ) -> dict[str, Any]:
        """Make a volume in a project; with an image it can be started from.

        :raises Invalid: when the image doesn't exist or the size isn't positive.
        """
        setting_values.check_number("size_gb", size_gb)
        found = None if image is None else self._world.picture.find("image", image)
        if image is not None and found is None:
            raise exceptions.Invalid(f"There is no image '{image}'.")
        image_id = None if found is None else found.id
        owner = Owner(project=project, user="", region=region)
        volume_id = volumes.create(
            self._world, owner, name, size_gb=size_gb, image_id=image_id
        )
        return {"id": volume_id, "name": name, "project": project, "image_id": image_id}

    def image_caches(self) -> list[dict[str, Any]]:
        """Return the images on hosts, also those that are on their way or failed.

        Each with ``host``, ``image_id``, ``status`` (caching, cached, error),
        ``reason`` and ``is_ready``.
        """
        return image_caches.list_all(self._world)

    def clear_image_caches(self) -> None:
        """Take all images from all hosts."""
        image_caches.clear(self._world)

    def queues(self) -> list[dict[str, Any]]:
        """Return the queues with their project and who wants to hear of them."""
        return queues.list_all(self._world)

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Return the messages of a queue, the oldest first."""
        return queues.list_messages(self._world, queue)

    def post_message(self, queue: str, body: Any) -> dict[str, Any]:
        """Put a message into a queue, whatever its project.

        :raises NotFound: when there isn't exactly one queue of that name.
        """
        project = queues.project_of(self._world, queue)
        return {"id": queues.post(self._world, project, queue, body), "body": body}

    def counters(self) -> dict[str, dict[str, int]]:
        """Return how often each method was called, by outcome.

        An outcome is ``ok`` or the name of an error. Complete for this
        process; other processes' calls come within a second.
        """
        self._world.counters.flush()
        query = sa.select(tables.COUNTERS)
        rows = self._world.store.read(
            lambda connection: connection.execute(query).all()
        )
        found: dict[str, dict[str, int]] = {}
        for row in rows:
            found.setdefault(row.method, {})[row.outcome] = int(row.calls)
        return found

    def reset_counters(self) -> None:
        """Set all counters to 0 and empty the journal."""
        self._world.counters.discard()

        def work(connection: sa.Connection) -> None:
            connection.execute(tables.COUNTERS.delete())
            connection.execute(tables.JOURNAL.delete())

        self._world.store.transact(work)

    def journal(
        self, *, after: int = 0, method: str | None = None, limit: int = MAX_PAGE
    ) -> list[dict[str, Any]]:
        """Return the calls noted after an entry, in order.

        Calls are noted while the setting ``journal`` is true.

        :raises Invalid: when the limit is too large.
        """
        if not 0 < limit <= MAX_PAGE:
            raise exceptions.Invalid(f"The limit is a number from 1 to {MAX_PAGE}.")
        self._world.counters.flush()
        table = tables.JOURNAL
        query = sa.select(table).where(table.c.id > after).order_by(table.c.id)
        if method is not None:
            query = query.where(table.c.method == method)
        rows = self._world.store.read(
            lambda connection: connection.execute(query.limit(limit)).all()
        )
        return [dict(row._mapping) for row in rows]

    def problems(self) -> list[str]:
        """Return a sentence for each leak or double in the cloud."""
        return audit.problems(self._world)

    def reset(self) -> None:
        """Make the cloud new: everything in it is lost."""
        self._world.counters.discard()

        def work(connection: sa.Connection) -> None:
            for table in tables.METADATA.sorted_tables:
                if table is not tables.SETTINGS:
                    connection.execute(table.delete())
            settings = tables.SETTINGS
            connection.execute(
                settings.delete().where(settings.c.name != catalogue.VERSION)
            )
            catalogue.fill(connection)

        self._world.change(work)
