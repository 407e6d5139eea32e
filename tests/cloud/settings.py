"""Say what a cloud is made of and where it keeps its things.

What belongs to one cloud alone (ports, databases, virtual host, account) follows
from its port base, so that clouds with different ones live side by side.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import secrets
import urllib.parse
from collections.abc import Sequence

from tests.tempest import processes

MEMORY = "settings.json"
HOST = "127.0.0.1"
REGION = "RegionOne"
#: Where each API listens, counted from the port base: the last three digits of the
#: port that it usually has.
OFFSETS = {
    "keystone": 0,
    "heat": 4,
    "glance": 292,
    "redis": 379,
    "neutron": 696,
    "nova": 774,
    "cinder": 776,
    "clustering": 777,
    "placement": 778,
    "octavia": 876,
    "zaqar": 888,
}
LEAST = ("keystone", "placement", "glance", "neutron", "nova")
OPTIONAL = ("heat", "octavia", "cinder", "zaqar")
DEFAULT_PORT_BASE = 25000
DEFAULT_COMPUTES = 4
#: Also where the other tests look for the servers.
MARIADB_URL = "SENLIN_LIKE_TEST_MARIADB_URL"
RABBITMQ_URL = "SENLIN_LIKE_TEST_RABBITMQ_URL"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Describe one cloud; ``dir`` is absolute.

    ``mariadb_url`` is an account that may make databases and users, and
    ``rabbitmq_url`` one on the message bus, without a virtual host.
    """

    dir: pathlib.Path
    services: tuple[str, ...] = (*LEAST, *OPTIONAL)
    computes: int = DEFAULT_COMPUTES
    port_base: int = DEFAULT_PORT_BASE
    mariadb_url: str = dataclasses.field(
        default="mysql+pymysql://root@127.0.0.1:3306/", repr=False
    )
    rabbitmq_url: str = dataclasses.field(
        default="rabbit://guest:guest@127.0.0.1:5672/", repr=False
    )
    quick_rpc: bool = True

    @property
    def name(self) -> str:
        """Return what the account of the databases is called."""
        return f"lab{self.port_base}"

    @property
    def database_prefix(self) -> str:
        """Return what the names of all databases begin with."""
        return f"{self.name}_"

    @property
    def vhost(self) -> str:
        """Return the virtual host on the message bus."""
        return f"lab-{self.port_base}"

    @property
    def transport_url(self) -> str:
        """Return the address of the message bus with the virtual host."""
        parts = urllib.parse.urlsplit(self.rabbitmq_url)
        return parts._replace(path=f"/{self.vhost}").geturl()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Name the hosts with servers on them."""
        return tuple(f"cmp{number}" for number in range(1, self.computes + 1))

    @property
    def log_dir(self) -> pathlib.Path:
        """Return the folder of all logs."""
        return self.dir / "log"

    @property
    def clouds_file(self) -> pathlib.Path:
        """Return the file with what clients need."""
        return self.dir / "clouds.yaml"

    def has(self, service: str) -> bool:
        """Tell whether a service is part of this cloud."""
        return service in self.services

    def port(self, service: str) -> int:
        """Return the port of a service's API."""
        return self.port_base + OFFSETS[service]

    def url(self, service: str, path: str = "") -> str:
        """Return the address of a service's API."""
        return f"http://{HOST}:{self.port(service)}{path}"


def default_dir() -> pathlib.Path:
    """Return the folder of the cloud that nobody chose another one for."""
    chosen = os.environ.get("SENLIN_LIKE_CLOUD_DIR")
    if chosen:
        return pathlib.Path(chosen)
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "senlin-like-cloud"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a new cloud is made of."""
    parser.add_argument(
        "--services",
        type=_services,
        metavar="NAME,...",
        help=f"which of {', '.join(OPTIONAL)} there shall be, or none; all by default",
    )
    parser.add_argument(
        "--computes",
        type=int,
        metavar="N",
        help=f"how many hosts cmp1, cmp2 ... ({DEFAULT_COMPUTES})",
    )
    parser.add_argument(
        "--port-base",
        type=int,
        metavar="PORT",
        help=f"what ports and names are counted from ({DEFAULT_PORT_BASE})",
    )
    parser.add_argument(
        "--real-rpc",
        action="store_const",
        const=False,
        dest="quick_rpc",
        help="look for answers to RPC calls as rarely as usual, every half second",
    )


def settled(options: argparse.Namespace) -> Settings:
    """Join what is asked for with what the folder remembers of earlier.

    :raises processes.ProgramError: when a cloud of another port base is there, or
        one with more in it.
    """
    remembered = read(options.dir)
    asked = {
        name: value
        for name in ("services", "computes", "port_base", "quick_rpc")
        if (value := getattr(options, name)) is not None
    }
    for name, variable in (
        ("mariadb_url", MARIADB_URL),
        ("rabbitmq_url", RABBITMQ_URL),
    ):
        if os.environ.get(variable):
            asked[name] = os.environ[variable]
    if remembered is None:
        return Settings(dir=options.dir.resolve(), **asked)
    if asked.get("port_base", remembered.port_base) != remembered.port_base:
        reason = f"{options.dir} has a cloud at {remembered.port_base}: wipe it first"
        raise processes.ProgramError(reason)
    wanted = dataclasses.replace(remembered, **asked)
    lost = {*remembered.services, *remembered.hosts} - {*wanted.services, *wanted.hosts}
    if lost:
        reason = f"{options.dir} has {', '.join(sorted(lost))}: wipe it first"
        raise processes.ProgramError(reason)
    return wanted


def read(directory: pathlib.Path) -> Settings | None:
    """Return the settings that a folder remembers; None if there are none."""
    try:
        kept = json.loads((directory / MEMORY).read_text())
    except FileNotFoundError:
        return None
    kept["services"] = tuple(kept["services"])
    return Settings(dir=directory.resolve(), **kept)


def write(settings: Settings) -> None:
    """Remember the settings in the cloud's folder, which nobody else may enter."""
    settings.dir.mkdir(parents=True, exist_ok=True)
    settings.dir.chmod(0o700)
    kept = dataclasses.asdict(settings)
    del kept["dir"]
    write_secretly(settings.dir / MEMORY, json.dumps(kept, indent=2))


def is_memory(path: pathlib.Path) -> bool:
    """Tell whether a file is what :func:`read` reads."""
    return path.name == MEMORY


def password(settings: Settings) -> str:
    """Return the one password of all users and accounts, made at the first call.

    It consists of letters, digits, ``-`` and ``_``, 43 of them.
    """
    kept = settings.dir / "password"
    if not kept.exists():
        write_secretly(kept, secrets.token_urlsafe(32))
    return kept.read_text()


def write_secretly(path: pathlib.Path, text: str) -> None:
    """Write a file that nobody else may read, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)


def _services(text: str) -> tuple[str, ...]:
    """Read a list of optional services, and add those that must be there.

    :raises argparse.ArgumentTypeError: when there is no such service.
    """
    asked: Sequence[str] = [word for word in text.replace(",", " ").split() if word]
    if asked == ["none"]:
        asked = []
    unknown = sorted(set(asked) - {*LEAST, *OPTIONAL})
    if unknown:
        raise argparse.ArgumentTypeError(f"no such service: {', '.join(unknown)}")
    return (*LEAST, *(name for name in OPTIONAL if name in asked))
