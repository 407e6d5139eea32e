"""Who asks the cloud: the service itself, or an owner through a trust."""

import logging
import threading
import time
from collections import OrderedDict
from http import cookiejar
from typing import Any

import requests
from keystoneauth1 import adapter
from keystoneauth1 import exceptions as keystone
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from senlin_like import exceptions
from senlin_like.drivers.options import ServiceUser

LOG = logging.getLogger(__name__)

#: Owners whose sessions are kept.
_MOST = 1024
#: Services whose connections are kept, and connections to each of them, by all
#: threads and owners together.
_SERVICES = 32
_POOL = 64
#: A read whose connection breaks is tried again this often, a moment later. One
#: that takes too long isn't, nor one that the cloud is too busy for: a thread
#: would be held for that long once more.
_RETRIES = 2
_RETRY_DELAY_S = 0.2
_READS = frozenset({"GET", "HEAD"})
#: Tokens may be asked for twice, though that is a POST.
_TOKENS = "/auth/tokens"
#: Tokens are renewed when they have less than this left.
_RENEW_S = 120
#: The service's name in the catalogue, and the version of its API, of those that
#: have had several.
_VERSIONS = {
    "block_storage": ("block-storage", "3"),
    "compute": ("compute", "2"),
    "identity": ("identity", "3"),
    "image": ("image", "2"),
    "load_balancer": ("load-balancer", "2"),
    "messaging": ("messaging", "2"),
    "network": ("network", "2"),
    "orchestration": ("orchestration", "1"),
}


class PatientSession(keystone_session.Session):
    """A session that asks once more for what it reads, and never for a change.

    keystoneauth would send a change again too, even one whose answer was lost.
    """

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._sent = threading.local()

    def request(self, url: str, method: str, **how: Any) -> Any:
        """Send a request."""
        how["connect_retries"] = how["status_code_retries"] = 0
        is_read = method.upper() in _READS or url.endswith(_TOKENS)
        for _ in range(_RETRIES if is_read else 0):
            try:
                return super().request(url, method, **how)
            except keystone.ConnectFailure:
                time.sleep(_RETRY_DELAY_S)
        return super().request(url, method, **how)

    def get_auth_headers(self, auth: Any = None, **how: Any) -> Any:
        """Return the headers that authenticate a request of this thread."""
        headers = super().get_auth_headers(auth, **how)
        self._sent.token = (headers or {}).get("X-Auth-Token")
        return headers

    def invalidate(self, auth: Any = None) -> bool:
        """Forget a token that was refused, unless another thread has renewed it."""
        known = getattr(auth or self.auth, "auth_ref", None)
        if known is None or known.auth_token != getattr(self._sent, "token", None):
            return True
        return bool(super().invalidate(auth))


class Sessions:
    """Sessions, each made once and shared by all threads."""

    def __init__(
        self, user: ServiceUser, *, region: str | None, timeout_s: float
    ) -> None:
        if not user.auth_url:
            raise exceptions.Invalid(
                "The driver 'openstack' needs the service's own account: "
                "[authentication] auth_url, service_username and service_password."
            )
        self.user = user
        self.region = region
        self.auth_url = versioned(user.auth_url)
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._discovered: dict[str, Any] = {}
        self._http = _http()
        self._by_trust: OrderedDict[str, keystone_session.Session] = OrderedDict()
        self._service = self._make(
            self._password(
                project_name=user.project_name,
                project_domain_name=user.project_domain,
            )
        )

    @property
    def service(self) -> keystone_session.Session:
        """Return the service's own session, in its own project."""
        return self._service

    def of_trust(self, trust_id: str) -> keystone_session.Session:
        """Return the session of who has given a trust to the service."""
        with self._lock:
            found = self._by_trust.get(trust_id)
            if found is None:
                found = self._make(self._password(trust_id=trust_id))
                self._by_trust[trust_id] = found
                while len(self._by_trust) > _MOST:
                    self._by_trust.popitem(last=False)
            else:
                self._by_trust.move_to_end(trust_id)
        return found

    def forget(self, trust_id: str) -> None:
        """Let go of what was made for a trust."""
        with self._lock:
            self._by_trust.pop(trust_id, None)

    def adapter(self, trust_id: str | None, region: str | None, service: str) -> Any:
        """Return what asks a service for an owner, or for the service itself.

        ``service`` is the service's type with underscores. Keystone is asked where
        tokens come from, whatever the catalogue says.
        """
        session = self._service if trust_id is None else self.of_trust(trust_id)
        kind, version = _VERSIONS.get(service, (service.replace("_", "-"), None))
        return adapter.Adapter(
            session,
            service_type=kind,
            interface=self.user.interface,
            region_name=region,
            min_version=version,
            max_version=version and f"{version}.latest",
            endpoint_override=self.auth_url if kind == "identity" else None,
            # Or else a service whose versions can't be found out is asked without
            # one: its 404 would mean that things are gone.
            allow_version_hack=False,
        )

    def accepts_service(self) -> bool:
        """Ask Keystone whether it still takes the service's own account.

        :raises keystoneauth1.exceptions.ClientException: when it can't be asked.
        """
        try:
            self._service.auth.get_auth_ref(self._service)
        except (keystone.Unauthorized, keystone.Forbidden, keystone.NotFound) as error:
            LOG.error(
                "Keystone doesn't take the service's own account, user '%s' in "
                "project '%s': it answers %s",
                self.user.username,
                self.user.project_name,
                error.http_status,
            )
            return False
        return True

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            self._by_trust.clear()
        self._http.close()

    def _password(self, **scope: str) -> v3.Password:
        user = self.user
        auth = v3.Password(
            auth_url=self.auth_url,
            username=user.username,
            password=user.password,
            user_domain_name=user.user_domain,
            **scope,
        )
        auth.MIN_TOKEN_LIFE_SECONDS = _RENEW_S
        return auth

    def _make(self, auth: Any) -> keystone_session.Session:
        return PatientSession(
            auth=auth,
            session=self._http,
            verify=self.user.verify,
            timeout=self._timeout_s,
            app_name="senlin-like",
            discovery_cache=self._discovered,
        )


def versioned(auth_url: str) -> str:
    """Return the address of version 3, whether it was given with a version or not."""
    bare = auth_url.rstrip("/")
    return bare if bare.endswith("/v3") else f"{bare.removesuffix('/v2.0')}/v3"


def _http() -> requests.Session:
    """Make what holds the connections of all owners; it keeps no cookies."""
    http = requests.Session()
    http.cookies.set_policy(cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        http.mount(
            scheme,
            requests.adapters.HTTPAdapter(
                pool_connections=_SERVICES, pool_maxsize=_POOL
            ),
        )
    return http
