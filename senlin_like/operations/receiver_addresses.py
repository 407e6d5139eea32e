"""Where this service is reached by those who call it back."""

import json
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from senlin_like.context import RequestContext
from senlin_like.operations.deps import Settings

SERVICE_TYPE = "clustering"
#: What every program takes for an address; longer ones go without parameters.
LONGEST = 2000


def alarm_url(
    settings: Settings,
    ctx: RequestContext,
    receiver_id: str,
    params: Mapping[str, Any],
) -> str:
    """Write the address that triggers a webhook.

    The parameters in it are for people, those that are stored count: maps and
    lists are left out. ``params`` must have no secrets.
    """
    url = f"{base(settings, ctx)}/webhooks/{receiver_id}/trigger?V=2"
    plain = {
        key: value
        for key, value in sorted(params.items())
        if not isinstance(value, dict | list)
    }
    full = f"{url}&{urllib.parse.urlencode(plain)}" if plain else url
    return full if len(full) <= LONGEST else url


def notify_url(settings: Settings, ctx: RequestContext, receiver_id: str) -> str:
    """Write the address that tells a receiver of a message in its queue."""
    return f"{base(settings, ctx)}/receivers/{receiver_id}/notify"


def base(settings: Settings, ctx: RequestContext) -> str:
    """Return the address of version 1: configured, in the catalogue, or guessed."""
    host = settings.receiver_host
    if host is None:
        listed = _listed(ctx.service_catalog, settings.region)
        if listed is not None:
            has_version = listed.rsplit("/", 1)[-1] in ("v1", "v1.0")
            return listed if has_version else f"{listed}/v1"
        host = settings.host
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{settings.receiver_port}/v1"


def _listed(catalogue: str | None, region: str | None) -> str | None:
    """Find the public address in a catalogue; that of the region if it has one."""
    try:
        services = json.loads(catalogue or "[]")
    except ValueError:
        return None
    found = list(_public(services))
    for where, url in found:
        if region is not None and where == region:
            return url
    return found[0][1] if found else None


def _public(services: Any) -> Iterator[tuple[str | None, str]]:
    """Yield region and address of each public endpoint of this service.

    Keystone's middleware hands catalogues on in the form of Keystone's version
    2; those of version 3 are read too.
    """
    for service in services if isinstance(services, list) else []:
        if service.get("type") != SERVICE_TYPE:
            continue
        for endpoint in service.get("endpoints") or []:
            url = endpoint.get("publicURL")
            if url is None and endpoint.get("interface") == "public":
                url = endpoint.get("url")
            if url:
                yield endpoint.get("region"), str(url).rstrip("/")
