"""Finds what a request says of the versions of services."""

#: The header of the WSGI environment.
KEY = "HTTP_OPENSTACK_API_VERSION"


def find(header: str, service: str) -> str | None:
    """Return what a header asks of a service; None if it doesn't name it.

    ``header`` holds entries (``service version``) for several services,
    separated by commas; the last one for a service counts.
    """
    asked = None
    for entry in header.split(","):
        name, _, rest = entry.strip().partition(" ")
        if name.lower() == service and rest.strip():
            asked = rest.strip()
    return asked
