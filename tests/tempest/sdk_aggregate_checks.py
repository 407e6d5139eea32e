"""Check what openstacksdk's calls for host aggregates give back.

Imported by ``sdk_aggregates.py`` inside the environment with the SDK.
"""

import dataclasses
import time
import uuid
from collections.abc import Callable
from typing import Any

import images
from openstack import exceptions
from openstack import utils as sdk_utils
from sdk_state import POLL_S, WAIT_S, refused, require

ONE, OTHER = images.IMAGES
#: What the SDK takes for the newest compute version, by the root's own document.
NEWEST = {"/v1": "1.", "/compute/v2.1": "2.81"}


@dataclasses.dataclass(kw_only=True)
class Checks:
    """Hold the connections, and what the checks have made so far.

    ``user`` is somebody who is no administrator.  ``hosts`` is a compute proxy
    that finds hosts.
    """

    cloud: Any
    user: Any
    hosts: Any
    name: str
    root: str
    made: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def compute(self) -> Any:
        """Return the administrator's compute proxy."""
        return self.cloud.compute

    def fetch(self, key: str) -> Any:
        """Fetch anew what was made under this name."""
        return self.compute.get_aggregate(self.made[key].id)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """Tie a check to the calls of one layer that it makes.

    ``refuses`` is for those that need a user without rights.
    """

    check: Callable[[Checks], None]
    calls: tuple[str, ...]
    layer: str = "compute"
    refuses: bool = False


def _fails(kind: type[Exception], text: str, call: Callable[..., Any], *a: Any) -> None:
    """Require that a call raises just this exception, with our words in it."""
    try:
        answer = call(*a)
    except exceptions.HttpException as error:
        require(type(error) is kind, f"{type(error).__name__}: {error}")
        require(text in str(error), error)
        require(error.response.headers.get("X-Openstack-Request-Id"), "no request id")
    else:
        raise AssertionError(f"not refused: {answer}")


def _finds_hosts(c: Checks) -> None:
    found = list(c.hosts.hypervisors(details=True))
    require(found and all(one.name for one in found), found)
    names = [one.service_details["host"] for one in found if one.state == "up"]
    require(len(names) > 1, found)
    services = list(c.hosts.services(binary="nova-compute"))
    up = {one.host for one in services if one.state == "up"}
    require(set(names) <= up, services)
    c.made["hosts"] = sorted(names)


def _knows_versions(c: Checks) -> None:
    newest = sdk_utils.maximum_supported_microversion(c.compute, "2.81")
    require(str(newest).startswith(NEWEST[c.root]), newest)


def _makes(c: Checks) -> None:
    made = c.compute.create_aggregate(name=c.name)
    c.made["plain"] = made
    require(made.name == c.name and int(made.id) > 0, made)
    require(str(uuid.UUID(made.uuid)) == made.uuid, made)
    require(made.availability_zone is None and made.is_deleted is False, made)
    require(made.created_at and not made.updated_at, made)
    zoned = c.compute.create_aggregate(name=f"{c.name}-z", availability_zone=c.name)
    c.made["zoned"] = zoned
    require(zoned.availability_zone == c.name, zoned)
    require(c.fetch("zoned").metadata == {"availability_zone": c.name}, "metadata")


def _shows(c: Checks) -> None:
    made = c.made["plain"]
    for key in (made.id, str(made.id), made):
        shown = c.compute.get_aggregate(key)
        require(shown.id == made.id and shown.uuid == made.uuid, shown)
        require(shown.hosts == [] and shown.metadata == {}, shown)
    require(c.compute.find_aggregate(c.name).id == made.id, "find by name")
    require(c.compute.find_aggregate(str(made.id)).name == c.name, "find by id")
    require(c.compute.find_aggregate(f"{c.name}-none") is None, "find nothing")
    refused(lambda: c.compute.find_aggregate(f"{c.name}-no", ignore_missing=False))
    listed = {one.id: one for one in c.compute.aggregates()}
    require({made.id, c.made["zoned"].id} <= set(listed), listed)
    require(listed[made.id].uuid == made.uuid, listed[made.id])


def _changes(c: Checks) -> None:
    made = c.made["plain"]
    renamed = c.compute.update_aggregate(made.id, name=f"{c.name}-new")
    require(renamed.name == f"{c.name}-new" and renamed.updated_at, renamed)
    both = c.compute.update_aggregate(renamed, name=c.name, availability_zone="sdk")
    require((both.name, both.availability_zone) == (c.name, "sdk"), both)
    shown = c.fetch("plain")
    require(shown.metadata == {"availability_zone": "sdk"}, shown)
    require(shown.created_at == made.created_at, shown)


def _keeps_metadata(c: Checks) -> None:
    made = c.made["plain"]
    given = {"ssd": "true", "cpu:arch": "arm", "availability_zone": "sdk-2"}
    changed = c.compute.set_aggregate_metadata(made.id, given)
    require(changed.metadata == given, changed)
    require(changed.availability_zone == "sdk-2", changed)
    left = c.compute.set_aggregate_metadata(made, {"ssd": None, "never": None})
    require(left.metadata == {k: v for k, v in given.items() if k != "ssd"}, left)
    require(c.compute.set_aggregate_metadata(made, {}).metadata == left.metadata, "{}")
    require(c.fetch("plain").metadata == left.metadata, "get")


def _keeps_hosts(c: Checks) -> None:
    made = c.made["plain"]
    first, second = c.made["hosts"][:2]
    added = c.compute.add_host_to_aggregate(made.id, second)
    require(added.hosts == [second] and added.name == c.name, added)
    added = c.compute.add_host_to_aggregate(made, first)
    require(added.hosts == [second, first], added)
    require(c.fetch("plain").hosts == [second, first], "get")
    left = c.compute.remove_host_from_aggregate(made, second)
    require(left.hosts == [first], left)


def _caches_images(c: Checks) -> None:
    made, zoned = c.made["plain"], c.made["zoned"]
    c.compute.aggregate_precache_images(made.id, ONE)
    c.compute.aggregate_precache_images(made, [ONE, OTHER])
    c.compute.aggregate_precache_images(zoned, [OTHER])
    twice = "Duplicate images in request"
    cache = c.compute.aggregate_precache_images
    _fails(exceptions.BadRequestException, twice, cache, made, [ONE, ONE])
    _fails(exceptions.BadRequestException, "field/attribute cache", cache, made, [])


def _brings_images(c: Checks) -> None:
    """Look at the actions of this service, of which compute clients know nothing."""
    deadline = time.monotonic() + WAIT_S
    for aggregate in (c.made["plain"], c.made["zoned"]):
        statuses = {"not asked"}
        while statuses - {"SUCCEEDED"}:
            require(time.monotonic() < deadline, statuses)
            time.sleep(POLL_S)
            found = list(c.cloud.clustering.actions(target=aggregate.uuid))
            statuses = {action.status for action in found} or {"no action"}
            kinds = {action.action for action in found}
            require(kinds <= {"AGGREGATE_CACHE_IMAGES"}, kinds)


def _tells_what_is_wrong(c: Checks) -> None:
    bad = exceptions.BadRequestException
    plain, zoned = c.made["plain"], c.made["zoned"]
    first = c.made["hosts"][0]

    def create(**given: Any) -> Any:
        return c.compute.create_aggregate(**given)

    _fails(bad, "name", lambda: create(name=""))
    _fails(bad, "name", lambda: create(name="a" * 256))
    _fails(bad, "availability_zone", lambda: create(name="a", availability_zone="a:b"))
    metadata = c.compute.set_aggregate_metadata
    empty = "empty named availability zone"
    _fails(bad, empty, metadata, plain, {"availability_zone": None})
    _fails(bad, "field/attribute a. Value: 1", metadata, plain, {"a": 1})
    _fails(bad, "must be an integer", c.compute.get_aggregate, zoned.uuid)
    _fails(bad, "is not empty", c.compute.delete_aggregate, plain)

    add, remove = (
        c.compute.add_host_to_aggregate,
        c.compute.remove_host_from_aggregate,
    )
    missing = exceptions.NotFoundException
    number = 2_000_000_000
    none = f"Aggregate {number} could not be found."
    for call in (c.compute.get_aggregate, c.compute.update_aggregate):
        given = {"name": "a"} if call == c.compute.update_aggregate else {}
        _fails(missing, none, lambda call=call, given=given: call(number, **given))
    _fails(missing, none, add, number, first)
    _fails(missing, none, metadata, number, {})
    _fails(missing, none, c.compute.aggregate_precache_images, number, ONE)
    _fails(missing, "could not be found", add, plain, "no-such-host")
    _fails(missing, "Cannot remove host", remove, plain, "no-such-host")
    _fails(missing, "Cannot remove host", remove, zoned, first)


def _tells_conflicts(c: Checks) -> None:
    conflict = exceptions.ConflictException
    plain, zoned = c.made["plain"], c.made["zoned"]
    first, second = c.made["hosts"][:2]
    exists = f"Aggregate {c.name} already exists."
    _fails(conflict, exists, lambda: c.compute.create_aggregate(name=c.name))
    _fails(conflict, exists, lambda: c.compute.update_aggregate(zoned, name=c.name))
    add = c.compute.add_host_to_aggregate
    _fails(conflict, f"already has host {first}", add, plain, first)
    _fails(conflict, "already in availability zone(s)", add, zoned, first)
    # Alone it may have the zone; then the other can't get a zone that differs.
    c.compute.add_host_to_aggregate(zoned, second)
    neutral = c.compute.create_aggregate(name=f"{c.name}-n")
    c.compute.add_host_to_aggregate(neutral, second)
    in_zone = "already in availability zone(s)"
    bad = exceptions.BadRequestException
    given = {"availability_zone": f"{c.name}-x"}
    _fails(bad, in_zone, lambda: c.compute.update_aggregate(neutral, **given))
    _fails(bad, in_zone, c.compute.set_aggregate_metadata, neutral, given)
    require(c.compute.get_aggregate(neutral).metadata == {}, "changed all the same")
    for one in (zoned, neutral):
        c.compute.remove_host_from_aggregate(one, second)
    c.compute.delete_aggregate(neutral)


def _refuses_users(c: Checks) -> None:
    made, host = c.made["plain"], c.made["hosts"][0]
    forbidden = exceptions.ForbiddenException
    compute = c.user.compute
    attempts: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("index", lambda: list(compute.aggregates())),
        ("get", lambda: compute.get_aggregate(made.id)),
        ("create", lambda: compute.create_aggregate(name="a")),
        ("update", lambda: compute.update_aggregate(made.id, name="a")),
        ("delete", lambda: compute.delete_aggregate(made.id)),
        ("add_host", lambda: compute.add_host_to_aggregate(made.id, host)),
        ("remove_host", lambda: compute.remove_host_from_aggregate(made.id, host)),
        ("set_metadata", lambda: compute.set_aggregate_metadata(made.id, {})),
        ("images", lambda: compute.aggregate_precache_images(made.id, ONE)),
    )
    for rule, call in attempts:
        _fails(forbidden, "Policy doesn't allow", call)
        _fails(forbidden, rule, call)


def _deletes(c: Checks) -> None:
    made = c.made["plain"]
    for host in c.fetch("plain").hosts:
        c.compute.remove_host_from_aggregate(made, host)
    for one in (made.id, c.made["zoned"]):
        require(c.compute.delete_aggregate(one) is None, "delete")
        refused(lambda one=one: c.compute.get_aggregate(one))
    refused(lambda: c.compute.delete_aggregate(made.id, ignore_missing=False))
    c.compute.delete_aggregate(made.id, ignore_missing=True)


def _works_in_the_cloud_layer(c: Checks) -> None:
    name, host = f"{c.name}-cloud", c.made["hosts"][0]
    cloud = c.cloud
    made = cloud.create_aggregate(name)
    require(made.availability_zone is None, made)
    require(made.id in [one.id for one in cloud.list_aggregates()], "list")
    require([o.id for o in cloud.search_aggregates(name)] == [made.id], "search")
    require(cloud.get_aggregate(name).id == made.id, "get by name")
    require(cloud.get_aggregate(made.id).name == name, "get by id")
    require(cloud.get_aggregate(f"{name}-none") is None, "get nothing")
    changed = cloud.update_aggregate(name, availability_zone=name)
    require(changed.availability_zone == name, changed)
    require(cloud.update_aggregate(made.id, name=f"{name}2").name == f"{name}2", "name")
    name = f"{name}2"
    filters = {"availability_zone": changed.availability_zone}
    found = cloud.search_aggregates(filters=filters)
    require([one.id for one in found] == [made.id], found)
    given = cloud.set_aggregate_metadata(name, {"key": "value"})
    require(given.metadata["key"] == "value", given)
    given = cloud.set_aggregate_metadata(made.id, {"key": None})
    require("key" not in given.metadata, given)
    require(cloud.add_host_to_aggregate(name, host).hosts == [host], "add")
    delete = cloud.delete_aggregate
    _fails(exceptions.BadRequestException, "is not empty", delete, name)
    require(cloud.remove_host_from_aggregate(made.id, host).hosts == [], "remove")
    require(delete(name) is True and delete(name) is False, "delete by name")
    require(delete(made.id) is False, "delete by id")


#: In the order of running: later ones use what earlier ones made.
STEPS = (
    Step(check=_finds_hosts, calls=("hypervisors", "services")),
    Step(check=_knows_versions, calls=("default_microversion",)),
    Step(check=_makes, calls=("create_aggregate",)),
    Step(check=_shows, calls=("get_aggregate", "find_aggregate", "aggregates")),
    Step(check=_changes, calls=("update_aggregate",)),
    Step(check=_keeps_metadata, calls=("set_aggregate_metadata",)),
    Step(
        check=_keeps_hosts,
        calls=("add_host_to_aggregate", "remove_host_from_aggregate"),
    ),
    Step(check=_caches_images, calls=("aggregate_precache_images",)),
    Step(check=_brings_images, calls=("clustering.actions",)),
    Step(check=_tells_what_is_wrong, calls=("400 and 404",)),
    Step(check=_tells_conflicts, calls=("409 and zones",)),
    Step(check=_refuses_users, calls=("403",), refuses=True),
    Step(check=_deletes, calls=("delete_aggregate",)),
    Step(
        check=_works_in_the_cloud_layer,
        layer="cloud",
        calls=(
            "create_aggregate",
            "list_aggregates",
            "search_aggregates",
            "get_aggregate",
            "update_aggregate",
            "set_aggregate_metadata",
            "add_host_to_aggregate",
            "remove_host_from_aggregate",
            "delete_aggregate",
        ),
    ),
)
