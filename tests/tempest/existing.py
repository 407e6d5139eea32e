"""A cloud that runs already, with a Keystone of its own, for the service under test.

The service is put into its catalogue for as long as it runs, unless the catalogue
has its very address.
"""

import argparse
import contextlib
import pathlib
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

import environments
import identity
import keystone
import processes
import vhosts
import yaml

SERVICE_NAME = "senlin"
SERVICE_TYPE = "clustering"


@contextlib.contextmanager
def registered(options: argparse.Namespace, url: str) -> Iterator[keystone.Cloud]:
    """List the service at ``url`` in the catalogue during the block.

    :raises processes.ProgramError: when another one is listed, or Keystone refuses.
    """
    known = yaml.safe_load(options.clouds.read_text())["clouds"]
    admin, service = known[options.cloud_admin], known[options.cloud_service]
    auth: Mapping[str, Any] = service["auth"]
    talk = identity.Keystone(
        auth["auth_url"],
        admin["auth"]["password"],
        username=admin["auth"]["username"],
        project=admin["auth"]["project_name"],
    )
    with _listed(talk, service["region_name"], url):
        yield keystone.Cloud(
            auth_url=auth["auth_url"],
            password=auth["password"],
            clouds_file=options.clouds.resolve(),
            region=service["region_name"],
            username=auth["username"],
            project_name=auth["project_name"],
            admin_username=admin["auth"]["username"],
            admin_password=admin["auth"]["password"],
            admin_project_name=admin["auth"]["project_name"],
            has_everything=True,
            notifications_url=options.cloud_notifications,
        )


@contextlib.contextmanager
def _listed(talk: identity.Keystone, region: str, url: str) -> Iterator[None]:
    """Put an address into the catalogue during the block, if it isn't there."""
    found = talk.call("GET", f"/services?type={SERVICE_TYPE}")["services"]
    addresses = {
        endpoint["url"]
        for one in found
        for endpoint in talk.call("GET", f"/endpoints?service_id={one['id']}")[
            "endpoints"
        ]
    }
    if addresses == {url}:
        yield
        return
    if found:
        listed = ", ".join(sorted(addresses)) or "no address"
        reason = f"the cloud has a clustering service already: {listed}"
        raise processes.ProgramError(reason)
    entry = identity.Entry(
        service_type=SERVICE_TYPE, service_name=SERVICE_NAME, region=region, url=url
    )
    service_id = identity.register(talk, entry)
    try:
        yield
    finally:
        talk.call("DELETE", f"/services/{service_id}")


def configuration(cloud: keystone.Cloud, listeners: str) -> str:
    """Let the service work on everything that a cloud has.

    ``listeners`` is the queue of its engines for what the cloud tells.
    """
    text = f"""[DEFAULT]
cloud_backend = openstack
default_region_name = {cloud.region}
[authentication]
auth_url = {cloud.auth_url}
service_username = {cloud.username}
service_password = {environments.escape(cloud.password)}
service_project_name = {cloud.project_name}
"""
    if cloud.notifications_url is not None:
        text += f"""[health]
listen_to_cloud = true
notification_transport_url = {environments.escape(cloud.notifications_url)}
notification_pool = {listeners}
"""
    return text


@contextlib.contextmanager
def hearing(
    cloud: keystone.Cloud, listeners: str, work_dir: pathlib.Path
) -> Iterator[None]:
    """Remove the queue of the listeners after the block, which would go on filling."""
    try:
        yield
    finally:
        if cloud.notifications_url is not None:
            parts = urllib.parse.urlsplit(cloud.notifications_url)
            vhosts.delete_queue(parts.path.strip("/") or "/", listeners, work_dir)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a cloud."""
    parser.add_argument(
        "--clouds",
        type=pathlib.Path,
        metavar="FILE",
        help="clouds.yaml of a cloud that runs already: the service uses its "
        "Keystone and everything else there",
    )
    for role, default, what in (
        ("admin", "lab", "who may change the catalogue"),
        ("service", "lab-senlin", "the service's own account"),
        ("user", "lab-demo", "whom a command is run as"),
    ):
        parser.add_argument(
            f"--cloud-{role}", default=default, help=f"{what} in it (%(default)s)"
        )
    parser.add_argument(
        "--cloud-notifications",
        metavar="URL",
        help="transport_url of its services: engines listen to what they tell",
    )
