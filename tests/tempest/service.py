"""Run the service under test: API, engines, database and message bus.

As a command it keeps the service up until it is interrupted, or while the
command given after ``--`` runs; it then needs no Keystone with ``--standalone``.
"""

import argparse
import contextlib
import dataclasses
import pathlib
import shutil
import sys
import urllib.parse
from collections.abc import Iterator, Sequence

import environments
import existing
import images
import keystone
import processes
import vhosts

SCHEMA_TIMEOUT_S = 120
START_TIMEOUT_S = 180
GUNICORN_THREADS = 16
USER = "demo"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Say how the service is run.

    ``auth`` is for the standalone service; others use Keystone. ``transport_url``
    without a virtual host gets one of its own.
    """

    work_dir: pathlib.Path
    bin_dir: pathlib.Path
    port: int
    database: str
    transport_url: str
    engines: int = 2
    gunicorn_workers: int = 0
    standalone: bool = False
    auth: str = "keystone"
    keep: bool = False
    more_options: pathlib.Path | None = None

    @property
    def url(self) -> str:
        """Return the unversioned root of the service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def config_file(self) -> pathlib.Path:
        """Return the configuration file of all processes."""
        return self.work_dir / "service" / "senlin_like.conf"

    @property
    def key_file(self) -> pathlib.Path:
        """Return the file with the keys of secrets at rest."""
        return self.work_dir / "service" / "fernet.keys"

    @property
    def vhost(self) -> str:
        """Return the virtual host on the message bus."""
        given = urllib.parse.urlsplit(self.transport_url).path.strip("/")
        return given or f"tempest-{self.port}"


@contextlib.contextmanager
def running(
    settings: Settings, cloud: keystone.Cloud | None
) -> Iterator[list[processes.Started]]:
    """Configure and start the service; stop it and clean up after the block.

    :raises processes.ProgramError: when a step doesn't succeed.
    """
    settings.config_file.parent.mkdir(parents=True, exist_ok=True)
    settings.config_file.touch(mode=0o600)
    settings.config_file.write_text(_configuration(settings, cloud))
    with contextlib.ExitStack() as stack:
        if settings.standalone:
            programs = [_standalone(settings, cloud)]
        else:
            stack.enter_context(_database(settings))
            stack.enter_context(_vhost(settings))
            if cloud is not None:
                heard = existing.hearing(cloud, settings.vhost, settings.work_dir)
                stack.enter_context(heard)
            # The keys of earlier runs stay in the file.
            _manage(settings, "secrets", "new-key", "--file", str(settings.key_file))
            _manage(settings, "db", "sync")
            programs = [_api(settings), *_engines(settings)]
        started = [
            stack.enter_context(processes.running(program)) for program in programs
        ]
        url = f"{settings.url}/healthcheck"
        processes.wait_for_answer(started[0], url, START_TIMEOUT_S)
        for process in started:
            processes.require_alive(process)
        processes.say(f"service up at {settings.url}: {len(started)} processes")
        yield started


def _configuration(settings: Settings, cloud: keystone.Cloud | None) -> str:
    """Write out the configuration of all processes."""
    sections = [
        f"""[DEFAULT]
transport_url = {_transport_url(settings)}
cloud_backend = simulated
health_check_interval_min = 10
delete_cluster_dependents = true
[senlin_api]
bind_host = 127.0.0.1
bind_port = {settings.port}
admin_users = {USER}
[health]
allowed_networks = 127.0.0.0/8
"""
    ]
    if not settings.standalone:
        sections.append(
            f"[database]\nconnection = {environments.escape(settings.database)}\n"
            f"[secrets]\nfernet_key_file = {settings.key_file}\n"
        )
    if cloud is not None:
        sections.append(
            f"""[keystone_authtoken]
auth_type = password
auth_version = v3
auth_url = {cloud.auth_url}
www_authenticate_uri = {cloud.auth_url}
username = {cloud.username}
password = {environments.escape(cloud.password)}
project_name = {cloud.project_name}
user_domain_name = Default
project_domain_name = Default
region_name = {cloud.region}
service_token_roles = service
service_token_roles_required = true
"""
        )
    if cloud is not None and cloud.has_everything:
        sections.append(existing.configuration(cloud, settings.vhost))
    if settings.more_options is not None:
        sections.append(settings.more_options.read_text())
    return "".join(sections)


def _transport_url(settings: Settings) -> str:
    """Return the address of the message bus with the virtual host."""
    parts = urllib.parse.urlsplit(settings.transport_url)
    return environments.escape(parts._replace(path=f"/{settings.vhost}").geturl())


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[None]:
    """Make the database, and drop it afterwards."""
    # The service's own interpreter has the driver of the URL.
    python = settings.bin_dir / "python"
    environments.database("create", settings.database, python, settings.work_dir)
    try:
        yield
    finally:
        if not settings.keep:
            environments.database("drop", settings.database, python, settings.work_dir)


def _vhost(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """Have a virtual host for this run; one in the transport URL stays as it is."""
    parts = urllib.parse.urlsplit(settings.transport_url)
    if parts.path.strip("/"):
        return contextlib.nullcontext()
    return vhosts.made(settings.vhost, parts.username or "guest", settings.work_dir)


def _manage(settings: Settings, *words: str) -> None:
    """Run a command of the service's administrator."""
    program = processes.Program(
        name=f"service-{words[0]}",
        command=_command(settings, "senlin-like-manage", *words),
        run_dir=settings.work_dir / "log",
    )
    processes.run(program, SCHEMA_TIMEOUT_S)


def _command(settings: Settings, name: str, *arguments: str) -> list[str]:
    """Put together a command of the service with its configuration file."""
    config = ["--config-file", str(settings.config_file)]
    return [str(settings.bin_dir / name), *config, *arguments]


def _api(settings: Settings) -> processes.Program:
    """Describe the API: its own server, or gunicorn as in production."""
    run_dir = settings.work_dir / "log"
    if not settings.gunicorn_workers:
        command = _command(settings, "senlin-like-api")
        return processes.Program(name="service-api", command=command, run_dir=run_dir)
    return processes.Program(
        name="service-api",
        command=[
            str(settings.bin_dir / "gunicorn"),
            f"--bind=127.0.0.1:{settings.port}",
            f"--workers={settings.gunicorn_workers}",
            f"--threads={GUNICORN_THREADS}",
            "--keep-alive=75",
            "senlin_like.wsgi.api:application",
        ],
        run_dir=run_dir,
        # gunicorn has the command line to itself.  oslo.config looks for the
        # file in the home directory too.
        environment={"HOME": str(settings.config_file.parent)},
    )


def _engines(settings: Settings) -> Sequence[processes.Program]:
    """Describe the engines."""
    return [
        processes.Program(
            name=f"service-engine-{number}",
            command=_command(settings, "senlin-like-engine"),
            run_dir=settings.work_dir / "log",
        )
        for number in range(1, settings.engines + 1)
    ]


def _standalone(settings: Settings, cloud: keystone.Cloud | None) -> processes.Program:
    """Describe API and engine in one process on a fresh state directory."""
    state = settings.work_dir / "service" / "state"
    if not settings.keep:
        shutil.rmtree(state, ignore_errors=True)
    state.mkdir(exist_ok=True)
    if settings.auth == "http_basic":
        _write_htpasswd(settings, state)
    options = ["--state-dir", str(state), "--port", str(settings.port)]
    # Without authentication it has to do with nothing configured.
    bare = cloud is None and settings.auth == "none"
    config = [] if bare else ["--config-file", str(settings.config_file)]
    return processes.Program(
        name="service-standalone",
        command=[
            str(settings.bin_dir / "senlin-like-standalone"),
            *config,
            *options,
            "--auth",
            settings.auth,
        ],
        run_dir=settings.work_dir / "log",
    )


def _write_htpasswd(settings: Settings, state: pathlib.Path) -> None:
    """Make a user ``demo`` with the password ``demo`` for basic authentication."""
    script = (
        f"import bcrypt; print('{USER}:' + "
        f"bcrypt.hashpw(b'{USER}', bcrypt.gensalt(4)).decode())"
    )
    program = processes.Program(
        name="service-htpasswd",
        command=[str(settings.bin_dir / "python"), "-c", script],
        run_dir=settings.work_dir / "log",
    )
    (state / "htpasswd").write_text(processes.run(program, 60))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how the service is run."""
    parser.add_argument(
        "--bin-dir",
        type=pathlib.Path,
        default=pathlib.Path(sys.executable).parent,
        help="where the service's commands and its python are (%(default)s)",
    )
    parser.add_argument("--service-port", type=int, default=0, help="or a free one")
    parser.add_argument(
        "--database",
        metavar="URL",
        default="mysql+pymysql://root@127.0.0.1/tempest_senlin_like",
        help="made anew (%(default)s)",
    )
    parser.add_argument(
        "--transport-url",
        metavar="URL",
        default="rabbit://guest:guest@127.0.0.1:5672",
        help="without a virtual host one is made and removed (%(default)s)",
    )
    parser.add_argument("--engines", type=int, default=2, help="(%(default)s)")
    parser.add_argument(
        "--gunicorn-workers",
        type=int,
        default=0,
        help="serve the API by gunicorn with so many processes",
    )
    parser.add_argument("--standalone", action="store_true", help="in one process")
    parser.add_argument(
        "--more-options",
        type=pathlib.Path,
        metavar="FILE",
        help="append this file to the service's configuration",
    )


def settings_of(options: argparse.Namespace, auth: str) -> Settings:
    """Turn parsed options into settings; ``auth`` is the standalone's mode."""
    return Settings(
        work_dir=options.work_dir.resolve(),
        bin_dir=options.bin_dir.absolute(),
        port=options.service_port or environments.free_port(),
        database=options.database,
        transport_url=options.transport_url,
        engines=options.engines,
        gunicorn_workers=options.gunicorn_workers,
        standalone=options.standalone,
        auth=auth,
        keep=options.keep,
        more_options=options.more_options,
    )


def main() -> int:
    """Run the service from the command line, with a Keystone where needed."""
    parser = argparse.ArgumentParser(description=__doc__)
    keystone.add_options(parser)
    existing.add_options(parser)
    add_options(parser)
    parser.add_argument(
        "--auth",
        choices=("none", "http_basic", "keystone"),
        default="keystone",
        help="another than keystone is for --standalone only (%(default)s)",
    )
    parser.add_argument("command", nargs="*", help="run this meanwhile, then stop")
    options = parser.parse_args()
    if options.auth != "keystone" and not options.standalone:
        parser.error(f"--auth {options.auth} needs --standalone")
    return environments.until_done(options.work_dir, lambda: _serve(options))


def _serve(options: argparse.Namespace) -> int:
    """Bring everything up and stay; return the exit status of the command."""
    settings = settings_of(options, options.auth)
    with contextlib.ExitStack() as stack:
        cloud, user = None, USER
        images_url = stack.enter_context(images.running(settings.work_dir))
        if options.clouds is not None:
            cloud = stack.enter_context(existing.registered(options, settings.url))
            clouds_file, user = cloud.clouds_file, options.cloud_user
        elif options.auth == "keystone":
            with_service = keystone.settings_of(options, settings.url, images_url)
            cloud = stack.enter_context(keystone.running(with_service))
            clouds_file = cloud.clouds_file
        else:
            clouds_file = environments.write_clouds(
                settings.work_dir, _clouds_without_keystone(settings, images_url)
            )
        stack.enter_context(running(settings, cloud))
        print(f"export OS_CLIENT_CONFIG_FILE={clouds_file} OS_CLOUD={user}", flush=True)
        return environments.stay(options.command, clouds_file)


def _clouds_without_keystone(settings: Settings, images_url: str) -> dict[str, object]:
    """Describe the standalone service as the cloud ``demo``."""
    auth = {"endpoint": settings.url}
    if settings.auth == "http_basic":
        auth |= {"username": USER, "password": USER}
    cloud = {
        "auth_type": settings.auth,
        "auth": auth,
        "clustering_endpoint_override": settings.url,
        "compute_endpoint_override": f"{settings.url}{keystone.COMPUTE_ROOT}",
        "image_endpoint_override": images_url,
    }
    return {"clouds": {USER: cloud}}


if __name__ == "__main__":
    sys.exit(main())
