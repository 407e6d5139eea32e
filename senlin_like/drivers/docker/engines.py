"""Connections to Docker engines: one client for each host, kept."""

import importlib
import ipaddress
import threading
from collections import OrderedDict
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import containers, objects
from senlin_like.drivers.docker import adapters, faults
from senlin_like.drivers.options import DockerOptions

#: Clients that are kept; for other hosts they are made anew.
_MOST = 256
#: Bytes of an answer of an engine on a node: some thousands of its containers.
_MOST_BYTES = 4_194_304
_NO_DOCKER = "It isn't Docker that answers there."
_PORTS = range(1, 65_536)
_SCHEMES = ("unix://", "tcp://", "http://", "https://")


class Engines:
    """Docker engines by their hosts. Safe for threads."""

    def __init__(self, options: DockerOptions, *, timeout_s: float) -> None:
        """Answers may take ``timeout_s`` seconds; nothing is asked yet."""
        self.options = options
        self.timeout_s = timeout_s
        self._lock = threading.Lock()
        self._clients: OrderedDict[objects.ContainerHost, Any] = OrderedDict()

    def check(self) -> None:
        """Check the options, without asking any engine.

        :raises Invalid: when an option is wrong, or Docker's package isn't there.
        """
        if not self.options.url.startswith(_SCHEMES):
            raise exceptions.Invalid(
                f"[docker] host '{self.options.url}' is neither unix:///PATH nor "
                "tcp://ADDRESS:PORT."
            )
        docker = _library()
        try:
            self._tls(is_own=True)
        except docker.errors.DockerException as error:
            raise exceptions.Invalid(f"[docker] tls_...: {error}") from error

    def client(self, host: objects.ContainerHost) -> Any:
        """Return the SDK's ``APIClient`` of a host, in a version that it speaks.

        The first time the host is asked for that version.

        :raises HostUnfit: when there is no asking at such an address.
        :raises HostUnreachable: when it can't be reached, or isn't Docker.
        :raises CloudError: when Docker's package isn't installed.
        :raises CloudBusy: when that is so of the cloud's own host.
        """
        if host != objects.OWN_HOST:
            self._check(host)
        with self._lock:
            found = self._clients.get(host)
            if found is not None:
                self._clients.move_to_end(host)
                return found
        made = self._connect(host)
        with self._lock:
            self._clients[host] = made
            while len(self._clients) > _MOST:
                # Somebody may be using it still: it closes when nobody does.
                self._clients.popitem(last=False)
        return made

    def _check(self, host: objects.ContainerHost) -> None:
        """Refuse addresses that users may not have asked: they choose a node's.

        A name could lead elsewhere each time, so there are none.
        """
        try:
            address = ipaddress.ip_address(host.address.partition("%")[0])
        except ValueError:
            refusal: str | None = f"'{host.address[:100]}' is no IP address"
        else:
            refusal = self.options.rules.refusal(address)
        if not refusal and ("%" in host.address or host.port not in _PORTS):
            refusal = f"{host.address[:100]}, port {host.port}, is nowhere"
        if refusal:
            raise containers.HostUnfit(f"Docker isn't asked there: {refusal}.")

    def forget(self, host: objects.ContainerHost) -> None:
        """Ask a host anew next time: it may come back as another one."""
        with self._lock:
            self._clients.pop(host, None)

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), OrderedDict()
        for client in clients:
            client.close()

    def _connect(self, host: objects.ContainerHost) -> Any:
        try:
            docker = _library()
        except exceptions.Invalid as error:
            raise exceptions.CloudError(error.message) from error
        try:
            with faults.told(host, "engine", "this host", changes=False):
                return self._agree(docker, host)
        except (
            docker.errors.DockerException,
            # What somebody else answers there may be anything.
            AttributeError,
            KeyError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            raise faults.away(host, _NO_DOCKER) from error

    def _agree(self, docker: Any, host: objects.ContainerHost) -> Any:
        """Return a client in the newest version that both sides speak."""
        oldest = docker.constants.MINIMUM_DOCKER_API_VERSION
        try:
            told = self._open(docker, host, oldest).version(api_version=False)
        except docker.errors.APIError as error:
            # What somebody else says there is nobody's business.
            raise faults.away(host, _NO_DOCKER) from error
        return self._open(docker, host, _common(docker, told))

    def _open(self, docker: Any, host: objects.ContainerHost, version: str) -> Any:
        is_own = host == objects.OWN_HOST
        client = docker.APIClient(
            base_url=self._url(host),
            version=version,
            timeout=self.timeout_s,
            tls=self._tls(is_own=is_own) or False,
            user_agent="senlin-like",
        )
        # Neither a proxy nor a password file of this machine is meant for Docker.
        client.trust_env = False
        # Who answers on a node is whoever the node's owner lets answer.
        client.max_redirects = 0
        client.headers["Accept-Encoding"] = "identity"
        if not is_own:
            _forget_secrets(docker, client)
        limits = self._limits(is_own=is_own)
        if client.base_url.startswith("http+docker:"):
            path = self.options.url.removeprefix("unix://")
            client.mount("http+docker://", adapters.UnixAdapter(path, limits))
        else:
            for scheme in ("http://", "https://"):
                client.mount(scheme, adapters.Adapter(limits))
        return client

    def _limits(self, *, is_own: bool) -> adapters.Limits:
        options = self.options
        return adapters.Limits(
            connect_s=options.connect_timeout_s,
            look_s=self.timeout_s if is_own else options.look_timeout_s,
            most_bytes=None if is_own else _MOST_BYTES,
        )

    def _url(self, host: objects.ContainerHost) -> str:
        if host == objects.OWN_HOST:
            return self.options.url
        address = f"[{host.address}]" if ":" in host.address else host.address
        return f"tcp://{address}:{host.port}"

    def _tls(self, *, is_own: bool) -> Any:
        options = self.options
        if not (options.uses_tls if is_own else options.tls_on_nodes):
            return None
        own = (options.tls_cert_file, options.tls_key_file)
        return _library().tls.TLSConfig(
            client_cert=own if any(own) else None,
            ca_cert=options.tls_ca_file,
            verify=(options.tls_ca_file or True) if options.tls_verify else False,
        )


def _library() -> Any:
    """Return the SDK; what needs no Docker needn't have it installed.

    :raises Invalid: when it isn't installed.
    """
    try:
        return importlib.import_module("docker")
    except ImportError as error:
        raise exceptions.Invalid(
            "Docker's own package is missing: pip install 'senlin-like[docker]'."
        ) from error


def _forget_secrets(docker: Any, client: Any) -> None:
    """Take from a client what the SDK has read in this account's Docker folder.

    Passwords of registries would go to the host with each image that it fetches,
    headers with each request, and proxies into its containers.
    """
    client._general_configs = {}
    client._proxy_configs = docker.utils.proxy.ProxyConfig()
    # If it had none at all, the SDK would read the files again.
    client._auth_configs = docker.auth.AuthConfig({"auths": {"nobody.invalid": {}}})


def _common(docker: Any, told: Any) -> str:
    """Return the newest version that both sides speak."""
    theirs, ours = str(told["ApiVersion"]), docker.constants.DEFAULT_DOCKER_API_VERSION
    return str(min(theirs, ours, key=lambda one: [int(n) for n in one.split(".")]))
