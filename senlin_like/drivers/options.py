"""What a driver is made from."""

import dataclasses

from senlin_like.domain import urls


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServiceUser:
    """The service's own account, and how it finds the cloud.

    ``verify`` is whether certificates are checked, or the file of those that are
    trusted.
    """

    auth_url: str = ""
    username: str = ""
    password: str = dataclasses.field(default="", repr=False)
    project_name: str = ""
    user_domain: str = "Default"
    project_domain: str = "Default"
    verify: bool | str = True
    interface: str = "public"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DockerOptions:
    """How Docker engines are spoken to; ``url`` is where the cloud's own one listens.

    The files are in PEM format. With ``tls_on_nodes`` TLS is also spoken with the
    engines on nodes, which have ``look_timeout_s`` seconds to answer who only looks.
    ``pulls_images`` is for images that a host doesn't have. By ``rules`` the
    addresses of nodes are judged, which users can choose.
    """

    url: str = "unix:///var/run/docker.sock"
    uses_tls: bool = False
    tls_verify: bool = True
    tls_ca_file: str | None = None
    tls_cert_file: str | None = None
    tls_key_file: str | None = None
    tls_on_nodes: bool = False
    connect_timeout_s: float = 5.0
    look_timeout_s: float = 5.0
    pulls_images: bool = True
    rules: urls.Rules = dataclasses.field(default_factory=urls.Rules)


@dataclasses.dataclass(frozen=True, kw_only=True)
class DriverOptions:
    """What a driver is made from; read from the configuration once."""

    region: str | None = None
    call_timeout_s: float = 60.0
    service_user: ServiceUser = ServiceUser()
    docker: DockerOptions = DockerOptions()
    simulated_url: str | None = None
    build_seconds: float = 0.0
    build_jitter: float = 0.0
