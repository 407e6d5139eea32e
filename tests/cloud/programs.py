"""List the programs that make up a cloud, and say how each is started.

Most services of 2026.1 bring a WSGI application and no server for it; gunicorn
serves them, with one process and some threads each.
"""

import json
import os
import pathlib
import shutil
from collections.abc import Mapping

from tests.cloud import daemons, templates
from tests.cloud import settings as cloud_settings
from tests.tempest import processes

THREADS = 8
PLUGINS = templates.HERE / "plugins"
#: Name of a program → (service, its WSGI application).
APIS = {
    "keystone": ("keystone", "keystone.wsgi.api:application"),
    "placement": ("placement", "placement.wsgi.api:application"),
    "glance": ("glance", "glance.wsgi.api:application"),
    "neutron": ("neutron", "neutron.wsgi.api:application"),
    "nova-api": ("nova", "nova.wsgi.osapi_compute:application"),
    "heat-api": ("heat", "heat.wsgi.api:application"),
    "octavia-api": ("octavia", "octavia.wsgi.api:application"),
    "cinder-api": ("cinder", "cinder.wsgi.api:application"),
    "zaqar": ("zaqar", "zaqar.transport.wsgi.app:application"),
}
#: What these services run besides, in the order of their start.
WORKERS = {
    "nova": ("nova-conductor", "nova-scheduler"),
    "heat": ("heat-engine",),
    "octavia": ("octavia-worker",),
    "cinder": ("cinder-scheduler", "cinder-volume"),
}
#: These read what their command line says, the others look into a folder.
WITH_ARGUMENTS = ("heat", "octavia", "cinder")


def names(settings: cloud_settings.Settings) -> list[str]:
    """Name every program of a cloud in the order of their start."""
    found = ["redis"] if settings.has("zaqar") else []
    for name, (service, _) in APIS.items():
        if settings.has(service):
            found += [name, *WORKERS.get(service, ())]
        if name == "nova-api":
            found += [f"nova-compute-{host}" for host in settings.hosts]
    return found


def named(settings: cloud_settings.Settings, name: str) -> daemons.Daemon:
    """Describe a program of a cloud.

    :raises processes.ProgramError: when the cloud has none of that name, or the
        program isn't installed.
    """
    if name not in names(settings):
        reason = f"There is no {name}. There are: {', '.join(names(settings))}."
        raise processes.ProgramError(reason)
    if name == "redis":
        return _redis(settings)
    return _api(settings, name) if name in APIS else _worker(settings, name)


def every(settings: cloud_settings.Settings) -> list[daemons.Daemon]:
    """Describe all programs of a cloud in the order of their start."""
    return [named(settings, name) for name in names(settings)]


def venv(settings: cloud_settings.Settings) -> pathlib.Path:
    """Return the virtual environment of all services."""
    return settings.dir / "venv" / "openstack"


def environment(settings: cloud_settings.Settings) -> dict[str, str]:
    """Return what commands of the services find in their environment."""
    return {
        "PATH": f"{venv(settings) / 'bin'}:{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(PLUGINS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OS_KEYSTONE_CONFIG_DIR": _etc(settings, "keystone"),
        "OS_PLACEMENT_CONFIG_DIR": _etc(settings, "placement"),
        "OS_GLANCE_CONFIG_DIR": _etc(settings, "glance"),
        "OS_NOVA_CONFIG_DIR": _etc(settings, "nova"),
        "OS_NEUTRON_CONFIG_DIR": _etc(settings, "neutron"),
        "OS_NEUTRON_CONFIG_FILES": "neutron.conf",
        # The one way to tell Zaqar's API where etc/zaqar/zaqar.conf is.
        "SNAP": str(settings.dir),
    }


def access_log(settings: cloud_settings.Settings, name: str) -> pathlib.Path:
    """Return the file with a line for each request that an API has answered."""
    return settings.log_dir / f"access-{APIS[name][0]}.jsonl"


def _etc(settings: cloud_settings.Settings, service: str) -> str:
    """Return the folder with the configuration of a service."""
    return str(settings.dir / "etc" / service)


def _api(settings: cloud_settings.Settings, name: str) -> daemons.Daemon:
    """Describe an API below gunicorn."""
    service, application = APIS[name]
    arguments = [name]
    if service in WITH_ARGUMENTS:
        config = f"{_etc(settings, service)}/{service}.conf"
        arguments += ["--config-file", config, "--log-file", f"{name}.log"]
    served: Mapping[str, object] = {
        "service": service,
        "bind": f"{cloud_settings.HOST}:{settings.port(service)}",
        "threads": THREADS,
        "access_log": str(access_log(settings, name)),
        "arguments": arguments,
    }
    gunicorn = str(venv(settings) / "bin" / "gunicorn")
    return daemons.Daemon(
        name=name,
        command=[gunicorn, "--config", str(PLUGINS / "lab_gunicorn.py"), application],
        dir=settings.dir,
        environment={**environment(settings), "LAB_API": json.dumps(served)},
        url=settings.url(service),
    )


def _worker(settings: cloud_settings.Settings, name: str) -> daemons.Daemon:
    """Describe a program that serves nobody but the message bus."""
    service = name.partition("-")[0]
    program, config = name, [f"{_etc(settings, service)}/{service}.conf"]
    if name.startswith("nova-compute-"):
        program = "nova-compute"
        host = name.removeprefix("nova-compute-")
        config.append(f"{_etc(settings, service)}/{host}.conf")
    files = [word for path in config for word in ("--config-file", path)]
    log = settings.log_dir / f"{name}.log"
    return daemons.Daemon(
        name=name,
        command=[str(venv(settings) / "bin" / program), *files, f"--log-file={log}"],
        dir=settings.dir,
        environment=environment(settings),
    )


def _redis(settings: cloud_settings.Settings) -> daemons.Daemon:
    """Describe a server of our own for Zaqar's messages, which keeps nothing."""
    server = shutil.which("redis-server")
    if server is None:
        reason = "redis-server isn't on the PATH: install it, or leave out zaqar"
        raise processes.ProgramError(reason)
    port = str(settings.port("redis"))
    options = ["--port", port, "--bind", cloud_settings.HOST, "--save", ""]
    return daemons.Daemon(name="redis", command=[server, *options], dir=settings.dir)
