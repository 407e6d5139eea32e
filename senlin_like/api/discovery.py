"""The version documents, which need no authentication."""

from typing import Any

from senlin_like.api import microversions as mv

HELP = "https://docs.openstack.org/api-ref/clustering"
#: First path segments that mean version 1.
ROOTS = ("v1", "v1.0")


def document(base_url: str) -> dict[str, Any]:
    """Describe the one major version; ``base_url`` has no final slash."""
    return {
        "id": "1.0",
        "status": "CURRENT",
        "updated": "2016-01-18T00:00:00Z",
        "media-types": [
            {
                "base": "application/json",
                "type": "application/vnd.openstack.clustering-v1+json",
            }
        ],
        "links": [
            {"href": f"{base_url}/v1", "rel": "self"},
            {"href": HELP, "rel": "help"},
        ],
        "min_version": mv.text(mv.LOWEST),
        "max_version": mv.text(mv.HIGHEST),
    }


def is_versions(path: str) -> bool:
    """Tell whether a path asks for the list of versions."""
    return path in ("", "/", "/versions") or path.startswith("/versions/")


def is_version(path: str) -> bool:
    """Tell whether a path asks for the document of version 1."""
    return path.strip("/") in ROOTS and not path.endswith("//")
