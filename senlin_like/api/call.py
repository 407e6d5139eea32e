"""One request on its way to its controller: who, what, at which version."""

import dataclasses
import functools
from typing import Any

from senlin_like import exceptions
from senlin_like.api import fields, queries
from senlin_like.api import microversions as mv
from senlin_like.api import throttle as throttles
from senlin_like.context import RequestContext
from senlin_like.operations.deps import Deps
from senlin_like.rbac import enforcer


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """How large and how deep bodies may be; ``open``: of those whom nobody knows."""

    body_bytes: int = 1048576
    open_body_bytes: int = 65536
    nesting: int = 64


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parts:
    """What all requests share."""

    deps: Deps
    access: enforcer.Access
    limits: Limits = Limits()
    throttle: throttles.Throttle = dataclasses.field(default_factory=throttles.Throttle)


@dataclasses.dataclass(kw_only=True)
class Call:
    """One request. ``ids`` are the identities in its path, outermost first.

    ``body`` is the checked body where the operation has a table for it, and
    the raw one (None: absent) otherwise. ``known`` are the parameters that the
    query may have; None stands for all.
    """

    parts: Parts
    ctx: RequestContext
    method: str
    path: str
    base_url: str
    query_string: str
    ids: tuple[str, ...] = ()
    body: Any = None
    known: frozenset[str] | None = None

    @property
    def deps(self) -> Deps:
        """Return what operations work with."""
        return self.parts.deps

    @property
    def version(self) -> mv.Version:
        """Return the microversion in effect."""
        return self.ctx.api_version

    @property
    def identity(self) -> str:
        """Return the innermost identity in the path."""
        return self.ids[-1]

    @property
    def look(self) -> RequestContext:
        """Return the context for look-ups by identity: administrators see all."""
        return self.ctx.widened() if self.ctx.is_admin else self.ctx

    @functools.cached_property
    def query(self) -> queries.Query:
        """Return the known parameters of the query.

        :raises InvalidBody: when they can't be read.
        """
        parsed = queries.parse(self.query_string)
        if self.known is None:
            return parsed
        return {name: parsed[name] for name in parsed if name in self.known}

    def authorize(self, rule: str) -> None:
        """Check an access rule.

        :raises Forbidden: when the rule doesn't allow the caller.
        """
        self.parts.access.authorize(rule, self.ctx)

    def need(self, since: mv.Version) -> None:
        """Check that the version in effect has something.

        :raises VersionNotFound: when it is older.
        """
        if self.version < since:
            raise exceptions.VersionNotFound(mv.text(self.version))

    def read(self, table: fields.Resource, op: fields.On, given: Any) -> dict[str, Any]:
        """Check a map of fields against a table, at the version in effect.

        :raises InvalidBody: when it doesn't fit.
        """
        return table.reader(op, self.version).read(given, self.deps.settings)
