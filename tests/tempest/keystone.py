"""Run a real Keystone on the loopback interface.

As a command it keeps Keystone up until it is interrupted, or while the command
given after ``--`` runs.  ``run.py`` uses :func:`running`.
"""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import secrets
import sys
import time
from collections.abc import Iterator

import environments
import identity
import processes

REGION = "RegionOne"
#: Where the service answers as a compute service does.
COMPUTE_ROOT = "/compute/v2.1"
SCHEMA_TIMEOUT_S = 300
START_TIMEOUT_S = 60
THREADS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Say where Keystone keeps its things and which services it lists.

    ``service_url`` is listed for clustering and, with a path, for compute.
    ``database`` is an SQLAlchemy URL; None means SQLite below ``work_dir``.  A
    database on a server is made anew, and dropped afterwards unless ``keep``.
    """

    work_dir: pathlib.Path
    service_url: str
    port: int = 0
    database: str | None = None
    python: str = sys.executable
    newest: bool = False
    keep: bool = False
    images_url: str | None = None

    @property
    def catalogue(self) -> list[tuple[str, str, str]]:
        """Return type, name and address of each service beside Keystone."""
        root = self.service_url
        listed = [
            ("clustering", "senlin", root),
            ("compute", "nova", f"{root}{COMPUTE_ROOT}"),
        ]
        if self.images_url is not None:
            listed.append(("image", "glance", self.images_url))
        return listed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cloud:
    """Tell how to reach a running Keystone.

    ``username`` is the service's own, and ``password`` everybody's, unless the
    administrator has another. ``has_everything`` tells of a cloud with Nova and all
    the rest, which tells its news at ``notifications_url``.
    """

    auth_url: str
    password: str
    clouds_file: pathlib.Path
    region: str = REGION
    username: str = "senlin"
    project_name: str = "service"
    admin_username: str = "admin"
    admin_password: str | None = None
    admin_project_name: str = "admin"
    has_everything: bool = False
    notifications_url: str | None = None


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Cloud]:
    """Install, initialise, start and fill Keystone; stop it after the block.

    :raises processes.ProgramError: when a step doesn't succeed.
    """
    bin_dir = environments.prepare(_environment(settings), settings.work_dir)
    began = time.monotonic()
    port = settings.port or environments.free_port()
    home = settings.work_dir.resolve() / "keystone"
    password = _password(home)
    auth_url = f"http://127.0.0.1:{port}/v3"
    _configure(home, settings, port)
    with contextlib.ExitStack() as stack:
        if settings.database is not None:
            stack.enter_context(_database(settings, bin_dir))
        # A file of an earlier run serves again if this Keystone made it.
        if settings.database is not None or not _is_initialised(home, bin_dir):
            _initialise(home, bin_dir, auth_url, password)
        started = stack.enter_context(
            processes.running(_server(home, bin_dir, settings))
        )
        processes.wait_for_answer(started, auth_url, START_TIMEOUT_S)
        clouds_file = _fill(home, settings, auth_url, password)
        took = time.monotonic() - began
        memory = processes.memory_mib(started)
        processes.say(f"Keystone up at {auth_url}: {took:.1f} s, {memory:.0f} MiB")
        yield Cloud(
            auth_url=auth_url,
            password=password,
            clouds_file=clouds_file,
        )


def read_cloud(clouds_file: pathlib.Path) -> Cloud:
    """Read back how to reach a Keystone that runs already."""
    admin = json.loads(clouds_file.read_text())["clouds"]["admin"]
    return Cloud(
        auth_url=admin["auth"]["auth_url"],
        password=admin["auth"]["password"],
        clouds_file=clouds_file,
        region=admin["region_name"],
    )


def _environment(settings: Settings) -> environments.Environment:
    """Say what Keystone is installed from."""
    constraints = environments.HERE / "constraints-keystone.txt"
    return environments.Environment(
        name="keystone-newest" if settings.newest else "keystone",
        packages=("keystone", "gunicorn", "pymysql"),
        constraints=None if settings.newest else constraints,
        python=settings.python,
    )


def _password(home: pathlib.Path) -> str:
    """Return the password of this work directory, made at the first call."""
    home.mkdir(parents=True, exist_ok=True)
    kept = home / "password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(16))
    return kept.read_text()


def _configure(home: pathlib.Path, settings: Settings, port: int) -> None:
    """Write Keystone's configuration and gunicorn's."""
    database = settings.database or f"sqlite:///{home / 'keystone.db'}"
    # Concurrent writers would get "database is locked" from SQLite at once.
    threads = THREADS if settings.database else 1
    (home / "keystone.conf").write_text(
        f"""[DEFAULT]
public_endpoint = http://127.0.0.1:{port}
[database]
connection = {database.replace("%", "%%").replace("$", "$$")}
[token]
provider = fernet
expiration = 86400
[fernet_tokens]
key_repository = {home / "fernet"}
[credential]
key_repository = {home / "credential"}
[identity]
# The usual 12 rounds cost a quarter of a second of CPU per password.
password_hash_rounds = 4
[cache]
# There is one process, so a cache inside it is consistent.
enabled = true
backend = dogpile.cache.memory
[trust]
allow_redelegation = true
"""
    )
    (home / "keystone.conf").chmod(0o600)
    (home / "gunicorn.py").write_text(
        f'''"""Serve Keystone from one process with a few threads."""
import sys

bind = "127.0.0.1:{port}"
workers = 1
threads = {threads}
worker_class = "gthread"
timeout = 300
graceful_timeout = 3
control_socket_disable = True


def post_fork(server, worker):
    # Keystone parses sys.argv too, and doesn't know gunicorn's options.
    sys.argv = ["keystone"]
'''
    )


@contextlib.contextmanager
def _database(settings: Settings, bin_dir: pathlib.Path) -> Iterator[None]:
    """Make the database on its server, and drop it afterwards."""
    url = str(settings.database)
    environments.database("create", url, bin_dir / "python", settings.work_dir)
    try:
        yield
    finally:
        if not settings.keep:
            environments.database("drop", url, bin_dir / "python", settings.work_dir)


def _is_initialised(home: pathlib.Path, bin_dir: pathlib.Path) -> bool:
    """Tell whether the SQLite file was made by this very installation."""
    made_by = home / "made-by"
    installed = (bin_dir.parent / "made-of").read_text()
    if made_by.is_file() and made_by.read_text() == installed:
        return True
    made_by.write_text("")
    (home / "keystone.db").unlink(missing_ok=True)
    return False


def _initialise(
    home: pathlib.Path, bin_dir: pathlib.Path, auth_url: str, password: str
) -> None:
    """Make keys, schema, administrator and Keystone's own catalogue entry."""
    user = ["--keystone-user", home.owner(), "--keystone-group", home.group()]
    region = ["--bootstrap-region-id", REGION]
    steps = [["db_sync"], ["bootstrap", "--bootstrap-public-url", auth_url, *region]]
    if not (home / "credential").is_dir():
        steps = [["fernet_setup", *user], ["credential_setup", *user], *steps]
    for step in steps:
        program = processes.Program(
            name=f"keystone-{step[0]}",
            command=[
                str(bin_dir / "keystone-manage"),
                "--config-file",
                str(home / "keystone.conf"),
                *step,
            ],
            run_dir=home.parent / "log",
            # Given by the environment, the password isn't seen in a process list.
            environment={"OS_BOOTSTRAP_PASSWORD": password},
        )
        processes.run(program, SCHEMA_TIMEOUT_S)


def _server(
    home: pathlib.Path, bin_dir: pathlib.Path, settings: Settings
) -> processes.Program:
    """Describe the process that serves Keystone."""
    return processes.Program(
        name="keystone",
        command=[
            str(bin_dir / "gunicorn"),
            "--config",
            str(home / "gunicorn.py"),
            "keystone.wsgi.api:application",
        ],
        run_dir=settings.work_dir / "log",
        environment={"OS_KEYSTONE_CONFIG_DIR": str(home)},
    )


def _fill(
    home: pathlib.Path, settings: Settings, auth_url: str, password: str
) -> pathlib.Path:
    """Make users, roles and catalogue, and write the clouds of all users."""
    catalogue = [
        identity.Entry(service_type=kind, service_name=name, region=REGION, url=url)
        for kind, name, url in (
            ("identity", "keystone", auth_url),
            *settings.catalogue,
        )
    ]
    identity.fill(identity.Keystone(auth_url, password), password, catalogue)
    if settings.database is None:
        installation = settings.work_dir / "venv" / _environment(settings).name
        (home / "made-by").write_text((installation / "made-of").read_text())
    known = identity.clouds(auth_url, password, REGION)
    return environments.write_clouds(settings.work_dir, known)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how Keystone is run."""
    parser.add_argument(
        "--work-dir",
        type=pathlib.Path,
        default=environments.default_work_dir(),
        help="keeps everything made here (SENLIN_LIKE_TEMPEST_DIR; %(default)s)",
    )
    parser.add_argument(
        "--keystone-port", type=int, default=0, help="default: a free one"
    )
    parser.add_argument(
        "--keystone-database",
        metavar="URL",
        help="such as mysql+pymysql://root@127.0.0.1/tempest_keystone; "
        "made anew; default: SQLite",
    )
    parser.add_argument(
        "--keystone-python",
        default=sys.executable,
        help="interpreter for Keystone (%(default)s)",
    )
    parser.add_argument(
        "--keystone-newest",
        action="store_true",
        help="take the newest releases instead of the pinned ones",
    )
    parser.add_argument(
        "--keep", action="store_true", help="don't drop databases afterwards"
    )


def settings_of(
    options: argparse.Namespace, service_url: str, images_url: str | None = None
) -> Settings:
    """Turn parsed options into settings."""
    return Settings(
        work_dir=options.work_dir.resolve(),
        service_url=service_url,
        port=options.keystone_port,
        database=options.keystone_database,
        python=options.keystone_python,
        newest=options.keystone_newest,
        keep=options.keep,
        images_url=images_url,
    )


def main() -> int:
    """Run Keystone from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--service-url", default="http://127.0.0.1:8777")
    parser.add_argument("command", nargs="*", help="run this meanwhile, then stop")
    options = parser.parse_args()
    return environments.until_done(options.work_dir, lambda: _serve(options))


def _serve(options: argparse.Namespace) -> int:
    """Bring Keystone up and stay; return the exit status of the command."""
    with running(settings_of(options, options.service_url)) as cloud:
        print(f"export OS_CLIENT_CONFIG_FILE={cloud.clouds_file} OS_CLOUD=demo")
        return environments.stay(options.command, cloud.clouds_file)


if __name__ == "__main__":
    sys.exit(main())
