"""The clustering service's own dialect: versions, bodies and faults of Senlin's API."""

from typing import Any

from senlin_like import exceptions
from senlin_like.api import (
    auth,
    bodies,
    discovery,
    errors,
    paths,
    replies,
    version_header,
)
from senlin_like.api import microversions as mv
from senlin_like.api.auth import Environ
from senlin_like.api.call import Limits


class Clustering:
    """How this service talks; see ``dialects.Dialect``."""

    def list_versions(self, environ: Environ) -> tuple[int, Any] | None:
        """Return status and body of the list of versions; None on other paths."""
        if not discovery.is_versions(environ["PATH_INFO"]):
            return None
        return 300, {"versions": [discovery.document(replies.base_url(environ))]}

    def negotiate(self, environ: Environ) -> mv.Version:
        """Find the version that a request asks for.

        :raises InvalidBody: when it is badly written.
        :raises VersionOutOfRange: when there is no such version.
        """
        return mv.negotiate(environ.get(version_header.KEY, ""))

    def show_version(self, environ: Environ) -> tuple[int, Any] | None:
        """Return status and body of a version's document; None on other paths."""
        if not discovery.is_version(environ["PATH_INFO"]):
            return None
        return 200, {"version": discovery.document(replies.base_url(environ))}

    def headers(self, environ: Environ) -> list[tuple[str, str]]:
        """Return what every answer says of versions."""
        version = environ.get(auth.VERSION)
        vary = ("Vary", mv.HEADER)
        if version is None:
            return [vary]
        return [(mv.HEADER, f"{mv.SERVICE} {mv.text(version)}"), vary]

    def path(self, environ: Environ) -> str:
        """Return the path in the tree of the API.

        :raises RouteNotFound: when it can't be read.
        """
        return paths.read(environ)

    def read_body(
        self, environ: Environ, largest: int, limits: Limits
    ) -> dict[str, Any] | None:
        """Read the JSON object of a request; None when there is none.

        :raises Invalid: when it isn't right, or too large.
        """
        return bodies.read(environ, largest, limits.nesting)

    def fault(self, error: exceptions.Error) -> errors.Fault:
        """Turn an error into an answer."""
        return errors.fault(error)

    def unexpected(self, request_id: str) -> errors.Fault:
        """Answer for a bug."""
        return errors.unexpected(request_id)
