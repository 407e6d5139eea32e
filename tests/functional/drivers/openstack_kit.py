"""A real OpenStack for the shared suite, when one is given.

``SENLIN_LIKE_CLOUD`` is the path of a ``clouds.yaml``. In it, by the names in
``SENLIN_LIKE_CLOUD_ADMIN`` (``lab``) and ``SENLIN_LIKE_CLOUD_SERVICE``
(``lab-senlin``): an admin, who makes two projects with a member each and takes
them away at the end, and the account that this service has. There must be two
public flavors, a public image, a shared network with a subnet and an external
network.

``SENLIN_LIKE_CLOUD_LACKS`` has the words for what the cloud doesn't do: the tests
of it are skipped. ``balancers_by_network``: a load balancer in a network finds its
subnet itself. ``floating_status``: a floating address is ACTIVE as soon as it is
used, which takes an agent.
"""

import contextlib
import dataclasses
import functools
import os
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import openstack
import pytest
from keystoneauth1.identity import v3

from senlin_like.drivers import base, objects
from senlin_like.drivers.openstack import cloud as real
from senlin_like.drivers.options import DriverOptions, ServiceUser
from tests.functional.drivers import kits

GIVEN = os.environ.get("SENLIN_LIKE_CLOUD", "")
ADMIN = os.environ.get("SENLIN_LIKE_CLOUD_ADMIN") or "lab"
SERVICE = os.environ.get("SENLIN_LIKE_CLOUD_SERVICE") or "lab-senlin"
LACKS = frozenset(os.environ.get("SENLIN_LIKE_CLOUD_LACKS", "").split())
PREFIX = "senlin-like-test"
ROLE = "member"
PATIENCE_S = 240.0
PAUSE_S = 0.3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Member:
    """A project, its only user, and the trust that the user has given."""

    account: base.Account
    connection: Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Given:
    """The cloud for all tests of a run."""

    options: DriverOptions
    members: dict[str, Member]
    names: dict[str, str]
    host_of: Callable[[objects.Server], str | None]


def poll(is_so: Callable[[], bool]) -> bool:
    """Ask again and again in real time; tells whether it became so.

    process test: polls a real cloud.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True


@contextlib.contextmanager
def given() -> Iterator[Given]:
    """Make two projects with what the tests need in them, for one run."""
    loader = openstack.config.OpenStackConfig(config_files=[GIVEN])
    admin = openstack.connection.Connection(config=loader.get_one(ADMIN))
    service = loader.get_one(SERVICE)
    name = f"{PREFIX}-{uuid.uuid4().hex[:8]}"
    at_end = contextlib.ExitStack()
    try:
        at_end.callback(admin.close)
        members = {
            f"project-{number}": _member(admin, service, f"{name}-{number}", at_end)
            for number in (1, 2)
        }
        yield Given(
            options=_options(service),
            members=members,
            host_of=lambda server: admin.compute.get_server(server.id).compute_host,
            names={
                **_found(admin, service.region_name),
                **_made(members["project-1"].connection, name, at_end),
                **_of_balancers(admin, name, at_end),
            },
        )
    finally:
        # When a run is cut off, no test's filters of warnings are there any more.
        with warnings.catch_warnings(action="ignore"):
            at_end.close()


def _options(service: Any) -> DriverOptions:
    auth = service.get_auth_args()
    return DriverOptions(
        region=service.region_name,
        service_user=ServiceUser(
            auth_url=auth["auth_url"],
            username=auth["username"],
            password=auth["password"],
            project_name=auth["project_name"],
        ),
    )


def _member(
    admin: Any, service: Any, name: str, at_end: contextlib.ExitStack
) -> Member:
    """Make a project and its user, who trusts the service's account."""
    password = uuid.uuid4().hex
    project = admin.identity.create_project(name=name)
    at_end.callback(admin.identity.delete_project, project)
    user = admin.identity.create_user(name=name, password=password)
    at_end.callback(admin.identity.delete_user, user)
    role = admin.identity.find_role(ROLE)
    admin.identity.assign_project_role_to_user(project, user, role)
    connection = openstack.connection.Connection(
        session=openstack.connection.ks_session.Session(
            auth=v3.Password(
                auth_url=admin.config.get_auth_args()["auth_url"],
                user_id=user.id,
                password=password,
                project_id=project.id,
            )
        ),
        region_name=service.region_name,
    )
    at_end.callback(connection.close)
    at_end.callback(clean, connection, with_images=True)
    trustee = openstack.connection.Connection(config=service)
    trusts = [
        connection.identity.create_trust(
            trustor_user_id=user.id,
            trustee_user_id=trustee.current_user_id,
            project_id=project.id,
            impersonation=True,
            allow_redelegation=True,
            roles=[{"name": name} for name in _roles(connection)],
            **end,
        )
        for end in ({}, {"expires_at": "2900-01-01T00:00:00.000000Z"})
    ]
    trustee.close()
    credential = {
        "trust_id": trusts[0].id,
        "messaging_trust_id": trusts[1].id,
        "user": user.id,
        "project": project.id,
    }
    return Member(
        account=base.Account(user=user.id, project=project.id, credential=credential),
        connection=connection,
    )


def _roles(connection: Any) -> list[str]:
    """Name all roles that a user has, also implied ones.

    Heat hands on all of them, and Keystone lets nobody hand on a role that a trust
    only implies.
    """
    session = connection.session
    return list(session.auth.get_access(session).role_names)


def _found(admin: Any, region: str) -> dict[str, str]:
    """Choose among what is there for everybody."""
    flavors = sorted(admin.compute.flavors(is_public=True), key=lambda one: one.ram)
    networks = list(admin.network.networks())
    shared = next(
        one for one in networks if one.is_shared and not one.is_router_external
    )
    zones = sorted(
        one.name for one in admin.compute.availability_zones() if one.name != "internal"
    )
    images = admin.image.images(visibility="public", status="active")
    return {
        "flavor": flavors[0].name,
        "other_flavor": flavors[1].name,
        "image": next(one.name for one in images if not one.name.startswith(PREFIX)),
        "region": region,
        "zone": zones[0],
        "network": shared.name,
        "subnet": admin.network.get_subnet(shared.subnet_ids[0]).name,
        "public_network": next(one.name for one in networks if one.is_router_external),
        "security_group": "default",
        "spare_host": _spare_host(admin),
    }


def _spare_host(admin: Any) -> str:
    """Choose a host that can be given a zone; if there is none, tests will tell."""
    zoned = {
        host
        for one in admin.compute.aggregates()
        if one.availability_zone
        for host in one.hosts or ()
    }
    names = {one.host for one in admin.compute.services(binary="nova-compute")}
    return max(names - zoned, default="")


def _made(owner: Any, name: str, at_end: contextlib.ExitStack) -> dict[str, str]:
    """Make what belongs to the first project alone."""
    network = owner.network.create_network(name=name)
    at_end.callback(owner.network.delete_network, network)
    owner.network.create_subnet(
        name=name, network_id=network.id, ip_version=4, cidr="10.99.0.0/24"
    )
    owner.image.create_image(
        name=f"{name}-image",
        data=b"nothing",
        disk_format="raw",
        container_format="bare",
        visibility="private",
    )
    owner.compute.create_keypair(name=f"{name}-key")
    return {
        "other_image": f"{name}-image",
        "keypair": f"{name}-key",
        "own_network": name,
    }


def _of_balancers(
    admin: Any, name: str, at_end: contextlib.ExitStack
) -> dict[str, str]:
    """Make a flavor and a zone of load balancers, where there is such a service."""
    if "load-balancer" in {one.type for one in admin.identity.services()}:
        service = admin.load_balancer
        provider = {"name": name, "provider_name": "amphora"}
        profile = service.create_flavor_profile(**provider, flavor_data="{}")
        at_end.callback(service.delete_flavor_profile, profile)
        flavor = service.create_flavor(name=name, flavor_profile_id=profile.id)
        at_end.callback(service.delete_flavor, flavor)
        zones = service.create_availability_zone_profile(
            **provider, availability_zone_data="{}"
        )
        at_end.callback(service.delete_availability_zone_profile, zones)
        zone = service.create_availability_zone(
            name=name, availability_zone_profile_id=zones.id
        )
        at_end.callback(service.delete_availability_zone, zone.name)
    return {"load_balancer_flavor": name, "load_balancer_zone": name}


def of_openstack(world: Given) -> Iterator[kits.Kit]:
    """Make a driver of the cloud; what a test leaves there is deleted."""
    driver = real.connect(world.options)
    owner = world.members["project-1"].connection

    def wait(
        cloud: base.Cloud, kind: base.ObjectKind, identity: str, status: str
    ) -> base.Observed:
        seen = base.Observed(id=identity, status="")

        def is_so() -> bool:
            nonlocal seen
            seen = cloud.look(kind, [identity])[identity]
            return seen.status == status or (
                seen.status == "ERROR" and bool(seen.reason)
            )

        poll(is_so)
        if seen.status != status:
            pytest.fail(f"{kind} {identity} is {seen.status}: {seen.reason}")
        return seen

    def until(is_so: Callable[[], bool]) -> None:
        if not poll(is_so):
            pytest.fail("it doesn't become so")

    yield kits.Kit(
        driver=driver,
        **world.names,
        wait=wait,
        until=until,
        post=functools.partial(_post, owner),
        account=lambda project: world.members[project].account,
        token=lambda project: world.members[project].connection.session.get_token(),
        is_real=True,
        lacks=LACKS,
        host_of=world.host_of,
    )
    driver.close()
    for member in world.members.values():
        clean(member.connection)


def _post(owner: Any, queue: str, body: Any) -> None:
    owner.message.post(
        f"/queues/{queue}/messages",
        json={"messages": [{"body": body, "ttl": 600}]},
        headers={"Client-ID": str(uuid.uuid4())},
    ).raise_for_status()


def clean(owner: Any, *, with_images: bool = False) -> None:
    """Delete what is in a project, in an order that lets it go."""
    services = {one["type"] for one in owner.service_catalog}
    if "orchestration" in services:
        _empty(owner.orchestration.stacks, owner.orchestration.delete_stack)
    if "load-balancer" in services:
        _empty(
            owner.load_balancer.load_balancers,
            functools.partial(owner.load_balancer.delete_load_balancer, cascade=True),
        )
    for group in owner.compute.server_groups():
        owner.compute.delete_server_group(group)
    _empty(owner.compute.servers, owner.compute.delete_server)
    _clean_network(owner)
    if "block-storage" in services or "volumev3" in services:
        _empty(owner.block_storage.snapshots, owner.block_storage.delete_snapshot)
        _empty(owner.block_storage.volumes, owner.block_storage.delete_volume)
    if "messaging" in services:
        for queue in owner.message.queues():
            owner.message.delete_queue(queue)
    if with_images:
        for image in owner.image.images(owner=owner.current_project_id):
            owner.image.delete_image(image)


def _clean_network(owner: Any) -> None:
    project = owner.current_project_id
    for address in owner.network.ips(project_id=project):
        owner.network.delete_ip(address)
    for port in owner.network.ports(project_id=project):
        if not (port.device_owner or "").startswith("network:"):
            owner.network.delete_port(port)


def _empty(found: Callable[[], Any], delete: Callable[[Any], Any]) -> None:
    """Delete all of a kind, again if it is refused, and wait until they are gone."""

    def is_empty() -> bool:
        left = list(found())
        for one in left:
            # Heat answers 400 to a deletion that meets the end of another one.
            with contextlib.suppress(openstack.exceptions.HttpException):
                delete(one)
        return not left

    if not poll(is_empty):
        pytest.fail(f"{found.__name__} can't be deleted")
