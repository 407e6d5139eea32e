"""What devstack does with the ``openstack`` command, for the functions beside.

The address of Keystone and the administrator's password come with the environment
(KEYSTONE_SERVICE_URI, ADMIN_PASSWORD); the id of what was asked for is printed.
"""

import os
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tempest"))

import identity

DOMAIN = "default"


def user(keystone, name, password, project, *roles):
    """Have a user with these roles in a project."""
    user_id = keystone.ensure("user", name, domain_id=DOMAIN, password=password)
    project_id = keystone.ensure("project", project, domain_id=DOMAIN)
    for role in roles:
        role_id = keystone.ensure("role", role)
        path = f"/projects/{project_id}/users/{user_id}/roles/{role_id}"
        keystone.call("PUT", path)
    return user_id


def service(keystone, name, kind, description):
    """Have a service of a type in the catalogue; found by its type."""
    found = _services(keystone, kind)
    if found:
        return found[0]["id"]
    body = {"name": name, "type": kind, "description": description}
    return keystone.call("POST", "/services", {"service": body})["service"]["id"]


def endpoint(keystone, kind, region, public, admin=None, internal=None):
    """Have the endpoints of a service that have an address here."""
    service_id = _services(keystone, kind)[0]["id"]
    wanted = {"public": public, "admin": admin, "internal": internal}
    ids = {
        interface: _endpoint(keystone, service_id, region, interface, url)
        for interface, url in wanted.items()
        if url
    }
    return ids["public"]


def _services(keystone, kind):
    query = urllib.parse.urlencode({"type": kind})
    return keystone.call("GET", f"/services?{query}")["services"]


def _endpoint(keystone, service_id, region, interface, url):
    query = urllib.parse.urlencode(
        {"service_id": service_id, "interface": interface, "region_id": region}
    )
    found = keystone.call("GET", f"/endpoints?{query}")["endpoints"]
    if found:
        return found[0]["id"]
    body = {
        "service_id": service_id,
        "interface": interface,
        "region_id": region,
        "url": url,
    }
    return keystone.call("POST", "/endpoints", {"endpoint": body})["endpoint"]["id"]


if __name__ == "__main__":
    auth_url = f"{os.environ['KEYSTONE_SERVICE_URI']}/v3"
    administrator = identity.Keystone(auth_url, os.environ["ADMIN_PASSWORD"])
    verbs = {"user": user, "service": service, "endpoint": endpoint}
    print(verbs[sys.argv[1]](administrator, *sys.argv[2:]))
