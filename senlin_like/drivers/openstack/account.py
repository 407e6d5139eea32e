"""One account of the cloud, and how its services are asked."""

import contextlib
import dataclasses
import datetime
import email.utils
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib import parse

from keystoneauth1 import exceptions as keystone

from senlin_like import exceptions
from senlin_like.drivers import base
from senlin_like.drivers.openstack import errors
from senlin_like.drivers.openstack.sessions import Sessions

#: Where a credential has the id of its trust.
TRUST = "trust_id"
#: And, where the cloud has messaging, that of the one which is used for it alone.
MESSAGING_TRUST = "messaging_trust_id"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Query:
    """A request. ``what`` says in words what it is for.

    ``kind`` and ``identity`` name the object that a 404 is about; ``version`` is
    the microversion.
    """

    what: str
    path: str
    params: Any = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: Any = dataclasses.field(default=None, repr=False)
    version: str | None = None
    kind: str = ""
    identity: str = ""


class Api:
    """One service of the cloud, as an account sees it."""

    def __init__(self, account: "AccountView", service: str) -> None:
        self._account = account
        self._service = service

    def read(self, query: Query) -> Any:
        """Return what the service has.

        :raises CloudNotFound: on 404, with the query's kind and identity.
        """
        return _body(self._send("GET", query, changes=False), changes=False)

    def read_dated(self, query: Query) -> tuple[Any, datetime.datetime | None]:
        """Return what the service has, and its own time, if it tells it.

        :raises CloudNotFound: on 404, with the query's kind and identity.
        """
        response = self._send("GET", query, changes=False)
        return _body(response, changes=False), _date(response)

    def change(self, method: str, query: Query) -> Any:
        """Ask for a change; returns the answer's body, None if it has none.

        Never sent twice.

        :raises CloudNotFound: on 404, with the query's kind and identity.
        """
        return _body(self._send(method, query, changes=True), changes=True)

    def pages(self, query: Query, collection: str) -> Iterator[list[Any]]:
        """Read a list page by page, as long as the service links to another one."""
        next_query: Query | None = query
        while next_query is not None:
            body = self.read(next_query)
            yield body[collection]
            links = body.get(f"{collection}_links") or ()
            following = [link["href"] for link in links if link["rel"] == "next"]
            next_query = None
            if following and body[collection]:
                params = parse.parse_qsl(parse.urlsplit(following[0]).query)
                next_query = dataclasses.replace(query, params=params)

    def _send(self, method: str, query: Query, *, changes: bool) -> Any:
        account = self._account
        with account.told(query.what, changes=False):
            adapter = account.adapter(self._service)
            if adapter.get_endpoint() is None:
                if adapter.get_endpoint(skip_discovery=True) is None:
                    raise keystone.EndpointNotFound
                raise keystone.DiscoveryFailure
        with account.told(query.what, changes=changes):
            response = adapter.request(
                query.path,
                method,
                params=query.params,
                json=query.body,
                headers=dict(query.headers),
                microversion=query.version,
                raise_exc=False,
            )
            if self._doubts_token(response):
                account.renew()
            if response.status_code == HTTPStatus.NOT_FOUND and query.kind:
                raise exceptions.CloudNotFound(query.kind, query.identity)
            errors.check(query.what, response, changes=changes)
        return response

    def _doubts_token(self, response: Any) -> bool:
        """Tell whether an answer may be due to a trust that can't be used any more.

        Keystone itself answers with all of these statuses. Other services give a
        503 where Keystone doesn't tell them about a token, since the trust's owner
        has lost a role or is disabled.
        """
        if self._service == "identity":
            return response.status_code in errors.TOKEN_REFUSED
        return errors.is_without_keystone(response)


class AccountView:
    """A user's part of the cloud in a region, or the service's own.

    ``account`` is None for what the service does with its own permission.
    """

    def __init__(
        self, sessions: Sessions, account: base.Account | None, region: str | None
    ) -> None:
        self._sessions = sessions
        self.account = account
        self.region = region
        self._trust_id: str | None = None
        if account is not None:
            self._trust_id = trust_of(account)

    def for_messaging(self) -> "AccountView":
        """Return the same account with the trust that messaging needs.

        :raises CloudError: 403 when the owner has given none.
        """
        account = self.account
        if account is None:
            return self
        credential = account.credential or {}
        if not credential.get(MESSAGING_TRUST):
            raise exceptions.CloudError(
                "The permission to act for the user doesn't hold for message queues.",
                HTTPStatus.FORBIDDEN,
            )
        other = {**credential, TRUST: credential[MESSAGING_TRUST]}
        return AccountView(
            self._sessions, dataclasses.replace(account, credential=other), self.region
        )

    @property
    def project(self) -> str:
        """Return the id of the owner's project."""
        return self.account.project if self.account is not None else ""

    def api(self, service: str) -> Api:
        """Return a service by its type with underscores (``compute``, …)."""
        return Api(self, service)

    def adapter(self, service: str) -> Any:
        """Return keystoneauth's adapter of a service."""
        return self._sessions.adapter(self._trust_id, self.region, service)

    def has(self, service: str) -> bool:
        """Tell whether the catalogue lists a service in this region.

        :raises TrustNotFound: when the owner's trust can't be used any more.
        """
        with self.told("Keystone", changes=False):
            try:
                listed = self.adapter(service).get_endpoint(skip_discovery=True)
                return listed is not None
            except keystone.EndpointNotFound:
                return False

    def check(self) -> None:
        """Make sure that there is a token.

        :raises TrustNotFound: when the owner's trust can't be used any more.
        """
        with self.told("Keystone", changes=False):
            self._session.get_token()

    def renew(self) -> tuple[str, ...]:
        """Get another token; returns the names of the roles that it gives.

        :raises TrustNotFound: when the owner's trust can't be used any more.
        """
        with self.told("Keystone", changes=False):
            auth = self._session.auth
            auth.invalidate()
            return tuple(auth.get_access(self._session).role_names)

    def end_trust(self, trust_id: str) -> None:
        """Delete a trust that the owner has given; not an error if it is gone.

        Its id is secret and stays out of the log.

        :raises CloudError: when Keystone refuses.
        """
        try:
            with self.told("Delete a trust", changes=True):
                response = self._session.request(
                    f"{self._sessions.auth_url}/OS-TRUST/trusts/{trust_id}",
                    "DELETE",
                    raise_exc=False,
                    log=False,
                )
                if response.status_code != HTTPStatus.NOT_FOUND:
                    errors.check("Delete a trust", response, changes=True)
        except exceptions.CloudError as error:
            errors.hide(error, trust_id)
            raise

    @property
    def _session(self) -> Any:
        if self._trust_id is None:
            return self._sessions.service
        return self._sessions.of_trust(self._trust_id)

    @contextlib.contextmanager
    def told(self, what: str, *, changes: bool) -> Iterator[None]:
        """Translate what a call raises on its way; see ``errors.told``.

        Keystone has the same answers for a trust that is gone, or whose owner or
        project is, as for a service that isn't known any more. They mean the trust
        as long as the service can authenticate for itself.

        :raises TrustNotFound: when the owner's trust can't be used any more.
        """
        try:
            with errors.told(what, changes=changes):
                yield
        except errors.NoToken as error:
            if self.account is None or error.status not in errors.TOKEN_REFUSED:
                raise
            with errors.told(what, changes=False):
                if not self._sessions.accepts_service():
                    raise
            self._sessions.forget(self._trust_id or "")
            raise exceptions.TrustNotFound(
                self.account.user, self.account.project
            ) from None
        except exceptions.CloudError as error:
            errors.hide(error, self._trust_id)
            raise


def _body(response: Any, *, changes: bool) -> Any:
    """Return what an answer tells; Heat says in HTML that it has accepted a change.

    :raises CloudBusy: when it isn't a service that answers a read.
    """
    if not response.content:
        return None
    if "json" in response.headers.get("Content-Type", ""):
        with contextlib.suppress(ValueError):
            return response.json()
    if changes:
        return None
    raise exceptions.CloudBusy("The cloud's answer isn't JSON.")


def _date(response: Any) -> datetime.datetime | None:
    try:
        return email.utils.parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None


def trust_of(account: base.Account) -> str:
    """Return the id of the trust that an account's credential holds.

    :raises TrustNotFound: when it holds none for this user in this project.
    """
    credential: Mapping[str, Any] = account.credential or {}
    owner = (credential.get("user"), credential.get("project"))
    if not credential.get(TRUST) or owner != (account.user, account.project):
        raise exceptions.TrustNotFound(account.user, account.project)
    return str(credential[TRUST])
