"""Options that libraries read and don't list for samples themselves."""

from collections.abc import Iterator
from typing import Any

import oslo_messaging  # noqa: F401 - registers some options when it is imported
from keystoneauth1 import loading

from senlin_like.conf import messaging

#: How the service itself logs in; other plugins have other options.
_AUTH_TYPE = "password"


def list_opts() -> Iterator[tuple[str, list[Any]]]:
    """Yield group names and options, as the sample generator wants them."""
    yield "keystone_authtoken", loading.get_auth_plugin_conf_options(_AUTH_TYPE)
    for group in messaging.groups():
        yield group, messaging.options(group)
