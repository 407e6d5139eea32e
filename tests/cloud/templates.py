"""Fill in the templates of configuration files.

``@name@`` stands for a value, and ``%include name%`` alone on a line for the
fragment ``name.inc``.  oslo.config gives ``$`` a meaning of its own and has no use
for these.
"""

import pathlib
import re
from collections.abc import Mapping

from tests.cloud import settings as cloud_settings

HERE = pathlib.Path(__file__).resolve().parent
TEMPLATES = HERE / "etc"
_INCLUDE = re.compile(r"^%include ([a-z-]+)%$", re.MULTILINE)
_MARK = re.compile(r"@([a-z_0-9]+)@")


class UnknownMark(Exception):
    """Name a mark of a template that nobody has a value for."""


def fill_in(text: str, fragments: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Return a template with its fragments and values; fragments may nest.

    :raises UnknownMark: when there is no such fragment or value.
    """

    def fragment(found: re.Match[str]) -> str:
        if found[1] not in fragments:
            raise UnknownMark(found[0])
        return fill_in(fragments[found[1]].rstrip("\n"), fragments, values)

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise UnknownMark(found[0])
        return values[found[1]]

    return _MARK.sub(value, _INCLUDE.sub(fragment, text))


def values(settings: cloud_settings.Settings, venv: pathlib.Path) -> dict[str, str]:
    """Return what the marks of our templates stand for, but for ``service``."""
    password = cloud_settings.password(settings)
    database = (
        f"mysql+pymysql://{settings.name}:{password}@{database_address(settings)}"
        f"/{settings.database_prefix}"
    )
    urls = {name: settings.url(name) for name in cloud_settings.OFFSETS}
    ports = {
        f"{name}_port": str(settings.port(name)) for name in cloud_settings.OFFSETS
    }
    return {
        **urls,
        **ports,
        "dir": str(settings.dir),
        "venv": str(venv),
        "host": cloud_settings.HOST,
        "region": cloud_settings.REGION,
        "password": password,
        "key": password[:32],
        # The name of a database is put behind it.
        "database": database,
        "transport": settings.transport_url.replace("$", "$$"),
    }


def database_address(settings: cloud_settings.Settings) -> str:
    """Return host and port of the database server."""
    address = settings.mariadb_url.partition("://")[2].partition("/")[0]
    return address.rpartition("@")[2] or "127.0.0.1"


def write_all(settings: cloud_settings.Settings, venv: pathlib.Path) -> None:
    """Write the configuration of every service, to ``etc/<service>/``.

    :raises UnknownMark: when a template wants a value that there isn't.
    """
    fragments = {path.stem: path.read_text() for path in TEMPLATES.glob("*.inc")}
    known = values(settings, venv)
    target = settings.dir / "etc"
    for path in sorted(TEMPLATES.glob("*.conf")):
        service = path.stem.removesuffix("-api")
        text = fill_in(path.read_text(), fragments, {**known, "service": service})
        cloud_settings.write_secretly(target / service / path.name, text)
    for host in settings.hosts:
        state = settings.dir / "nova" / host
        (state / "instances").mkdir(parents=True, exist_ok=True)
        text = f"[DEFAULT]\nhost = {host}\nstate_path = {state}\n"
        cloud_settings.write_secretly(target / "nova" / f"{host}.conf", text)
    # Nova finds its pipeline only beside its configuration.
    paste = (venv / "etc" / "nova" / "api-paste.ini").read_text()
    (target / "nova" / "api-paste.ini").write_text(paste)
