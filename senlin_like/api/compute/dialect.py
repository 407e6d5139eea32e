"""Nova's dialect: its versions and their headers, its bodies, its faults."""

from typing import Any

from senlin_like import exceptions
from senlin_like.api import bodies, errors, paths, replies, version_header
from senlin_like.api import microversions as mv
from senlin_like.api.auth import Environ
from senlin_like.api.call import Limits
from senlin_like.api.compute import discovery, faults
from senlin_like.api.compute import microversions as nova

#: What answers call the version in effect.
_TEXT = "senlin_like.compute.version"
_LEGACY_KEY = "HTTP_X_OPENSTACK_NOVA_API_VERSION"
#: What may stand before JSON.
_BLANKS = b" \t\r\n"
_VARY = ("Vary", f"{mv.HEADER}, {nova.LEGACY_HEADER}")


class Compute:
    """How Nova talks; see ``dialects.Dialect``.

    A guest is on paths of this service: ``/v1/os-aggregates`` is the same place
    as below the compute root, and the versions of this service are taken too.
    """

    def __init__(self, *, is_guest: bool = False) -> None:
        self._is_guest = is_guest

    def list_versions(self, environ: Environ) -> tuple[int, Any] | None:
        """Return status and body of the list of versions; None on other paths."""
        if not discovery.is_versions(environ["PATH_INFO"]):
            return None
        return 200, {"versions": [discovery.listed(replies.base_url(environ))]}

    def negotiate(self, environ: Environ) -> mv.Version:
        """Find the version that a request asks for.

        :raises InvalidBody: when it is badly written.
        :raises VersionOutOfRange: when there is no such version.
        """
        agreed = nova.negotiate(
            environ.get(version_header.KEY, ""),
            environ.get(_LEGACY_KEY, ""),
            takes_own=self._is_guest,
        )
        environ[_TEXT] = agreed.text
        return agreed.version

    def show_version(self, environ: Environ) -> tuple[int, Any] | None:
        """Return status and body of a version's document; None on other paths."""
        if not discovery.is_version(environ["PATH_INFO"]):
            return None
        return 200, {"version": discovery.document(replies.base_url(environ))}

    def headers(self, environ: Environ) -> list[tuple[str, str]]:
        """Return what every answer says of versions."""
        text = environ.get(_TEXT)
        if text is None:
            return [_VARY]
        return [
            (mv.HEADER, f"{nova.SERVICE} {text}"),
            (nova.LEGACY_HEADER, text),
            _VARY,
        ]

    def path(self, environ: Environ) -> str:
        """Return the path in the tree of the API.

        :raises RouteNotFound: when it isn't UTF-8.
        """
        path = paths.decode(environ)
        if not self._is_guest:
            return path
        return discovery.ROOT + path[path.index("/", 1) :]

    def read_body(
        self, environ: Environ, largest: int, limits: Limits
    ) -> dict[str, Any]:
        """Read the JSON object of a request; nothing isn't one.

        :raises UnsupportedMediaType: when the body is said to be something else.
        :raises Invalid: when it isn't right, or too large.
        """
        own = bodies.media_type(environ) == discovery.MEDIA_TYPE
        if not (own or bodies.is_json(environ)):
            raise faults.UnsupportedMediaType
        raw = bodies.read_bytes(environ, largest).lstrip(_BLANKS)
        if not raw.startswith(b"{"):
            raise _malformed()
        try:
            return bodies.parse(raw, limits.nesting)
        except bodies.NotJson as error:
            raise _malformed() from error

    def fault(self, error: exceptions.Error) -> errors.Fault:
        """Turn an error into an answer."""
        return faults.fault(error)

    def unexpected(self, request_id: str) -> errors.Fault:
        """Answer for a bug."""
        return faults.unexpected(request_id)


def _malformed() -> exceptions.InvalidBody:
    return exceptions.InvalidBody("Malformed request body")
