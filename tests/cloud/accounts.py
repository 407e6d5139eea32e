"""Fill Keystone: roles, projects, users and the catalogue, and ``clouds.yaml``.

Everything is looked up first, so that filling it twice changes nothing.
"""

import http
import json
from collections.abc import Mapping
from typing import Any

from openstack import exceptions

from tests.cloud import resources
from tests.cloud import settings as cloud_settings

#: The id of the domain that Keystone makes by itself.
DOMAIN = "default"
ROLES = (
    "admin",
    "manager",
    "member",
    "reader",
    "service",
    "load-balancer_member",
    "load-balancer_admin",
    "heat_stack_user",
)
#: Octavia asks for roles of its own; who has the first gets the second too.
IMPLIED = {"member": "load-balancer_member", "admin": "load-balancer_admin"}
SERVICE_USERS = (
    "glance",
    "placement",
    "nova",
    "neutron",
    "cinder",
    "heat",
    "octavia",
    "zaqar",
    "senlin",
)
#: (user, project, role)
GRANTS = (
    *((user, "service", "admin") for user in SERVICE_USERS),
    *((user, "service", "service") for user in SERVICE_USERS),
    ("demo", "demo", "member"),
    ("demo2", "demo2", "member"),
    ("reader", "demo", "reader"),
    ("manager", "demo", "manager"),
    ("admin", "demo", "admin"),
    ("admin", "demo2", "admin"),
)
#: Name in clouds.yaml → (user, project); the system has no project.
CLOUDS = {
    "lab": ("admin", "admin"),
    "lab-system": ("admin", None),
    "lab-demo": ("demo", "demo"),
    "lab-demo2": ("demo2", "demo2"),
    "lab-reader": ("reader", "demo"),
    "lab-manager": ("manager", "demo"),
    "lab-senlin": ("senlin", "service"),
}
#: Service → (type, its path below the address).
CATALOGUE = {
    "placement": ("placement", ""),
    "glance": ("image", ""),
    "nova": ("compute", "/v2.1"),
    "neutron": ("network", ""),
    "heat": ("orchestration", "/v1/$(project_id)s"),
    "octavia": ("load-balancer", ""),
    "cinder": ("block-storage", "/v3"),
    "zaqar": ("messaging", ""),
    "senlin": ("clustering", ""),
}
INTERFACES = ("public", "internal", "admin")


def fill(settings: cloud_settings.Settings) -> None:
    """Make what isn't there.

    :raises openstack.exceptions.SDKException: when Keystone refuses.
    """
    identity = resources.connect(settings).identity
    secret = {"password": cloud_settings.password(settings)}
    roles = {name: _role(identity, name) for name in ROLES}
    _imply(identity, roles)
    for user, project, role in GRANTS:
        identity.assign_project_role_to_user(
            _project(identity, project), _user(identity, user, secret), roles[role]
        )
    if settings.has("heat"):
        domain = identity.find_domain("heat") or identity.create_domain(name="heat")
        admin = _user(identity, "heat_domain_admin", secret, domain.id)
        identity.assign_domain_role_to_user(domain, admin, roles["admin"])
    _register(identity, settings)


def write_clouds(settings: cloud_settings.Settings) -> None:
    """Write ``clouds.yaml`` with every user."""
    known = {
        name: _cloud(settings, user, project)
        for name, (user, project) in CLOUDS.items()
    }
    # Every JSON document is a YAML document.
    text = json.dumps({"clouds": known}, indent=2)
    cloud_settings.write_secretly(settings.clouds_file, text)


def _role(identity: Any, name: str) -> Any:
    """Return a role, made if need be."""
    return identity.find_role(name) or identity.create_role(name=name)


def _project(identity: Any, name: str) -> Any:
    """Return a project of the default domain, made if need be."""
    return identity.find_project(name) or identity.create_project(
        name=name, domain_id=DOMAIN
    )


def _user(
    identity: Any, name: str, secret: Mapping[str, str], domain: str = DOMAIN
) -> Any:
    """Return a user, made with the password if need be."""
    return identity.find_user(name, domain_id=domain) or identity.create_user(
        name=name, domain_id=domain, **secret
    )


def _imply(identity: Any, roles: Mapping[str, Any]) -> None:
    """Let the usual roles carry those of Octavia."""
    for prior, implied in IMPLIED.items():
        path = f"/roles/{roles[prior].id}/implies/{roles[implied].id}"
        if identity.get(path).status_code == http.HTTPStatus.NOT_FOUND:
            exceptions.raise_from_response(identity.put(path))


def _register(identity: Any, settings: cloud_settings.Settings) -> None:
    """Put every service with its address into the catalogue."""
    listed = {one.type: one for one in identity.services()}
    known = {(one.service_id, one.interface): one for one in identity.endpoints()}
    for name, (kind, path) in CATALOGUE.items():
        # Nothing listens for clustering until somebody starts it for a test.
        if not settings.has(name) and kind != "clustering":
            continue
        entry = listed.get(kind) or identity.create_service(name=name, type=kind)
        url = settings.url("clustering" if kind == "clustering" else name, path)
        for interface in INTERFACES:
            if (entry.id, interface) not in known:
                identity.create_endpoint(
                    service_id=entry.id,
                    interface=interface,
                    region_id=cloud_settings.REGION,
                    url=url,
                )


def _cloud(
    settings: cloud_settings.Settings, user: str, project: str | None
) -> dict[str, object]:
    """Describe a user as an entry of ``clouds.yaml``."""
    auth = {
        "auth_url": settings.url("keystone", "/v3"),
        "username": user,
        "password": cloud_settings.password(settings),
        "user_domain_name": "Default",
    }
    if project is None:
        auth["system_scope"] = "all"
    else:
        auth |= {"project_name": project, "project_domain_name": "Default"}
    return {
        "auth": auth,
        "region_name": cloud_settings.REGION,
        "identity_api_version": "3",
    }
