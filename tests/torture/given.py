"""A real OpenStack that a torture is given, by its ``clouds.yaml``."""

import dataclasses
import pathlib
import textwrap
from typing import Any

import openstack

from senlin_like.context import RequestContext
from tests.cloud import settings as cloud_settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Given:
    """The file, and what its entries are called: who uses, runs and serves there."""

    file: pathlib.Path
    user: str
    admin: str
    service: str

    def connect(self, name: str) -> Any:
        """Return a connection of openstacksdk."""
        known = openstack.config.OpenStackConfig(config_files=[str(self.file)])
        return openstack.connection.Connection(config=known.get_one(name))

    def configuration(self) -> str:
        """Return the options by which an engine works on this cloud.

        They come after the others and outweigh them.
        """
        known = openstack.config.OpenStackConfig(config_files=[str(self.file)])
        entry = known.get_one(self.service)
        auth = entry.config["auth"]
        password = auth["password"].replace("$", "$$")
        own = f"""
            [DEFAULT]
            cloud_backend = openstack
            default_region_name = {entry.region_name}
            default_nova_timeout = 300
            [authentication]
            auth_url = {auth["auth_url"]}
            service_username = {auth["username"]}
            service_password = {password}
            service_project_name = {auth["project_name"]}
            [engine]
            cloud_call_timeout_s = 20
            watch_interval_min_s = 1
            watch_interval_max_s = 5
            poll_interval_s = 1
            [health]
            poll_interval_s = 1
            """
        return textwrap.dedent(own) + self._listening()

    def _listening(self) -> str:
        """Return the options by which engines hear what happens to servers."""
        settings = self.settings()
        if settings is None:
            return ""
        url = settings.transport_url
        return f"listen_to_cloud = true\nnotification_transport_url = {url}\n"

    def caller(self) -> RequestContext:
        """Log the user in; the token is good for making a trust."""
        session = self.connect(self.user).session
        access = session.auth.get_access(session)
        return RequestContext(
            user_id=access.user_id,
            project_id=access.project_id,
            domain_id=access.user_domain_id,
            roles=tuple(access.role_names),
            auth_token=access.auth_token,
        )

    def settings(self) -> cloud_settings.Settings | None:
        """Return how the cloud's programs are run; None if tests/cloud doesn't."""
        return cloud_settings.read(self.file.resolve().parent)
