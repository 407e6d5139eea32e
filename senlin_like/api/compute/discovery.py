"""The version documents of the compute root, in the form of Nova's."""

from typing import Any

from senlin_like.api import microversions as mv
from senlin_like.api.compute import microversions as nova

#: Where the versions are, and the one that there is.
VERSIONS = "/compute"
ROOT = "/compute/v2.1"
#: The type of bodies, besides plain JSON.
MEDIA_TYPE = "application/vnd.openstack.compute+json"
HELP = "https://docs.openstack.org/api-ref/compute/"


def is_versions(path: str) -> bool:
    """Tell whether a path asks for the list of versions."""
    return path in (VERSIONS, f"{VERSIONS}/")


def is_version(path: str) -> bool:
    """Tell whether a path asks for the document of version 2.1."""
    return path in (ROOT, f"{ROOT}/")


def listed(base_url: str) -> dict[str, Any]:
    """Describe the version as lists do; ``base_url`` has no final slash."""
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": mv.text(nova.HIGHEST),
        "min_version": mv.text(nova.LOWEST),
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": f"{base_url}{ROOT}/"}],
    }


def document(base_url: str) -> dict[str, Any]:
    """Describe the version in full; ``base_url`` has no final slash."""
    described = listed(base_url)
    described["links"].append({"rel": "describedby", "type": "text/html", "href": HELP})
    described["media-types"] = [
        {"base": "application/json", "type": f"{MEDIA_TYPE};version=2.1"}
    ]
    return described
