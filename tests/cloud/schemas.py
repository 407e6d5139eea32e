"""Make the tables of each service, and what must be there before it starts."""

import getpass
import grp
import os
import shutil
from collections.abc import Mapping, Sequence

from tests.cloud import programs
from tests.cloud import settings as cloud_settings
from tests.tempest import processes

TIMEOUT_S = 1800
#: Of both certificates, in days.
VALIDITY = "3650"


def make(settings: cloud_settings.Settings, service: str) -> None:
    """Bring the tables of a service to its release.

    :raises processes.ProgramError: when a step fails.
    """
    if service == "keystone":
        _make_keystone(settings)
    elif service == "nova":
        _make_nova(settings)
    else:
        if service == "octavia":
            _sign_certificates(settings)
        tool, config, words = OTHERS[service]
        _manage(settings, f"{service}/{config}", tool, *words)


#: Service → its tool, its file and what to say.
OTHERS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "placement": ("placement-manage", "placement.conf", ("db", "sync")),
    "glance": ("glance-manage", "glance-api.conf", ("db_sync",)),
    "neutron": ("neutron-db-manage", "neutron.conf", ("upgrade", "heads")),
    "heat": ("heat-manage", "heat.conf", ("db_sync",)),
    "octavia": ("octavia-db-manage", "octavia.conf", ("upgrade", "head")),
    "cinder": ("cinder-manage", "cinder.conf", ("db", "sync")),
    "zaqar": ("zaqar-sql-db-manage", "zaqar.conf", ("upgrade", "head")),
}


def _make_keystone(settings: cloud_settings.Settings) -> None:
    """Make keys, tables, the administrator and Keystone's own catalogue entry."""
    tool, config = "keystone-manage", "keystone/keystone.conf"
    group = grp.getgrgid(os.getgid()).gr_name
    owner = ["--keystone-user", getpass.getuser(), "--keystone-group", group]
    _manage(settings, config, tool, "fernet_setup", *owner)
    _manage(settings, config, tool, "credential_setup", *owner)
    _manage(settings, config, tool, "db_sync")
    url = settings.url("keystone", "/v3")
    interfaces = [
        word
        for interface in ("admin", "public", "internal")
        for word in (f"--bootstrap-{interface}-url", url)
    ]
    region = ["--bootstrap-region-id", cloud_settings.REGION]
    _manage(settings, config, tool, "bootstrap", *interfaces, *region)


def _make_nova(settings: cloud_settings.Settings) -> None:
    """Make the three databases, and register the cells."""
    tool, config = "nova-manage", "nova/nova.conf"
    _manage(settings, config, tool, "api_db", "sync")
    # Its database has the name of the other cell's with "_cell0" behind it.
    _manage(settings, config, tool, "cell_v2", "map_cell0")
    _manage(settings, config, tool, "db", "sync")
    cells = _manage(settings, config, tool, "cell_v2", "list_cells")
    if " cell1 " not in cells:
        _manage(settings, config, tool, "cell_v2", "create_cell", "--name", "cell1")


def _sign_certificates(settings: cloud_settings.Settings) -> None:
    """Make the authority that signs for amphorae, and Octavia's own certificate."""
    place = settings.dir / "octavia"
    place.mkdir(parents=True, exist_ok=True)
    openssl = shutil.which("openssl")
    if openssl is None:
        raise processes.ProgramError("openssl isn't on the PATH, and Octavia needs it")
    new = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", VALIDITY]
    authority = ["-subj", "/CN=lab-ca", "-keyout", "ca.key", "-out", "ca.pem"]
    client = ["-subj", "/CN=lab-client", "-keyout", "client.key", "-out", "client.crt"]
    signed_by = ["-CA", "ca.pem", "-CAkey", "ca.key"]
    for name, words in (("ca", authority), ("client", [*client, *signed_by])):
        program = processes.Program(
            name=f"openssl-{name}",
            command=[*new, *words],
            run_dir=settings.log_dir,
            cwd=place,
        )
        processes.run(program, TIMEOUT_S)
    both = (place / "client.crt").read_text() + (place / "client.key").read_text()
    cloud_settings.write_secretly(place / "client.pem", both)


def _manage(
    settings: cloud_settings.Settings, config: str, tool: str, *words: str
) -> str:
    """Run a service's tool of administration, and return what it prints.

    :raises processes.ProgramError: when it fails.
    """
    verb = "-".join(word for word in words[:2] if not word.startswith("-"))
    password = cloud_settings.password(settings)
    program = processes.Program(
        name=f"{tool}-{verb}",
        command=[
            str(programs.venv(settings) / "bin" / tool),
            "--config-file",
            str(settings.dir / "etc" / config),
            *words,
        ],
        run_dir=settings.log_dir,
        environment={
            **programs.environment(settings),
            # On the command line everybody would see it.
            "OS_BOOTSTRAP_PASSWORD": password,
        },
        cwd=settings.dir,
    )
    return processes.run(program, TIMEOUT_S)
