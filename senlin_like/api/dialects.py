"""Decides in which manner a request is answered: the clustering service's, or Nova's.

A dialect is how a request chooses its version, what answers say of versions,
how bodies are read, and how errors look. Nothing else in the API asks which one
it is.
"""

import re
from typing import Any, Protocol

from senlin_like import exceptions
from senlin_like.api import microversions as mv
from senlin_like.api import version_header
from senlin_like.api.auth import Environ
from senlin_like.api.call import Limits
from senlin_like.api.clustering import Clustering
from senlin_like.api.compute.dialect import Compute
from senlin_like.api.errors import Fault

#: The dialect of a request, in its environment.
KEY = "senlin_like.dialect"

_COMPUTE = re.compile(r"/compute(/|$)")
_AGGREGATES = re.compile(r"/v1(\.0)?/os-aggregates(/|$)")


class Dialect(Protocol):
    """The manner of one request."""

    def list_versions(self, environ: Environ) -> tuple[int, Any] | None:
        """Return status and body of the list of versions; None on other paths."""

    def negotiate(self, environ: Environ) -> mv.Version:
        """Find the version that a request asks for.

        :raises InvalidBody: when it is badly written.
        :raises VersionOutOfRange: when there is no such version.
        """

    def show_version(self, environ: Environ) -> tuple[int, Any] | None:
        """Return status and body of a version's document; None on other paths."""

    def headers(self, environ: Environ) -> list[tuple[str, str]]:
        """Return what every answer says of versions; some only when negotiated."""

    def path(self, environ: Environ) -> str:
        """Return the path in the tree of the API.

        :raises RouteNotFound: when it can't be read.
        """

    def read_body(
        self, environ: Environ, largest: int, limits: Limits
    ) -> dict[str, Any] | None:
        """Read the JSON object of a request, of at most ``largest`` bytes.

        :raises Invalid: when it isn't right, or too large.
        """

    def fault(self, error: exceptions.Error) -> Fault:
        """Turn an error into an answer."""

    def unexpected(self, request_id: str) -> Fault:
        """Answer for a bug."""


CLUSTERING: Dialect = Clustering()
COMPUTE: Dialect = Compute()
#: Nova's manner on paths of this service, for clients that know only Nova.
COMPUTE_AS_GUEST: Dialect = Compute(is_guest=True)


def choose(environ: Environ) -> Dialect:
    """Choose the dialect by the path; host aggregates of version 1 have both.

    There an entry for the clustering service in the version header decides.
    Requests without any are Nova's: its clients may send no header at all.
    """
    path = environ["PATH_INFO"]
    if _COMPUTE.match(path):
        return COMPUTE
    if _AGGREGATES.match(path):
        header = environ.get(version_header.KEY, "")
        if version_header.find(header, mv.SERVICE) is None:
            return COMPUTE_AS_GUEST
    return CLUSTERING
