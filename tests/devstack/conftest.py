"""Brings up what devstack has before plugins come: Keystone, a database, a broker."""

import dataclasses
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "tempest"))

import environments
import identity
import keystone
import proxy
import vhosts

HERE = pathlib.Path(__file__).resolve().parent
CYCLE_S = 900


@dataclasses.dataclass(frozen=True, kw_only=True)
class Devstack:
    """A folder in which the plugin is run, and what is around it."""

    folder: pathlib.Path
    environment: dict[str, str] = dataclasses.field(repr=False)
    cloud: keystone.Cloud = dataclasses.field(repr=False)
    admin: identity.Keystone = dataclasses.field(repr=False)
    admin_database: sa.Engine
    database: str
    url: str

    def run(self, mode: str, **variables: str) -> str:
        """Run stack, unstack or clean; return what was printed."""
        done = subprocess.run(
            [HERE / "cycle.sh", mode],
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=CYCLE_S,
            check=False,
        )
        assert done.returncode == 0, f"{mode}: {done.stdout[-4000:]}\n{self.logs()}"
        return done.stdout

    def logs(self) -> str:
        """Return the end of each process's log."""
        found = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text()[-3000:]}" for log in found)


@pytest.fixture(scope="session")
def bare_keystone():
    """Run Keystone without the accounts that the plugin makes."""
    # It has constraints of its own.
    os.environ.pop("PIP_CONSTRAINT", None)
    work_dir = environments.default_work_dir() / "devstack"
    settings = keystone.Settings(work_dir=work_dir, service_url="http://127.0.0.1:9")
    with keystone.running(settings) as cloud:
        admin = identity.Keystone(cloud.auth_url, cloud.password)
        for kind, name in (("user", "senlin"), ("service", "senlin")):
            known = admin.call("GET", f"/{kind}s?name={name}")[f"{kind}s"]
            for thing in known:
                admin.call("DELETE", f"/{kind}s/{thing['id']}")
        yield cloud, admin


@pytest.fixture(scope="session")
def database(a_database):
    """Have an account for one database; gives URL, its name, and who made it."""
    with a_database("mariadb") as url:
        parts = sa.make_url(url)
        # ``set`` would keep the database; this one is about to be dropped.
        server = sa.URL.create(
            parts.drivername,
            username=parts.username,
            password=parts.password,
            host=parts.host,
            port=parts.port,
        )
        admin = sa.create_engine(
            server.set(query=parts.query), isolation_level="AUTOCOMMIT"
        )
        user, password = f"ds{secrets.token_hex(4)}", secrets.token_hex(12)
        account = server.set(username=user, password=password)
        with admin.connect() as connection:
            made = f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'"
            connection.execute(sa.text(made))
            granted = f"GRANT ALL ON {parts.database}.* TO '{user}'@'%'"
            connection.execute(sa.text(granted))
        yield account.render_as_string(hide_password=False), parts.database, admin
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP USER '{user}'@'%'"))
        admin.dispose()


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    """Have a virtual host on RabbitMQ; gives its address."""
    given = os.environ.get("SENLIN_LIKE_TEST_RABBITMQ_URL")
    parts = urllib.parse.urlsplit(given or "rabbit://guest:guest@127.0.0.1:5672/")
    name = f"devstack-{secrets.token_hex(4)}"
    logs = tmp_path_factory.mktemp("rabbitmq")
    with vhosts.made(name, parts.username or "guest", logs):
        yield parts._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def devstack(bare_keystone, database, broker):
    """Have all that the plugin finds when devstack calls it."""
    cloud, admin = bare_keystone
    account, name, admin_database = database
    parts = urllib.parse.urlsplit(account)
    # A Unix socket has room for a short path only.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="devstack-"))
    server = proxy.serve(folder / "sites-enabled")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    environment = {
        **os.environ,
        "DEST": str(folder),
        "PYTHON": sys.executable,
        "KEYSTONE_SERVICE_URI": cloud.auth_url.removesuffix("/v3"),
        "ADMIN_PASSWORD": cloud.password,
        "SERVICE_PASSWORD": secrets.token_hex(12),
        "TRANSPORT_URL": broker,
        "DATABASE_TYPE": "mysql",
        "DATABASE_URL": account.rstrip("/"),
        "DATABASE_HOST": parts.hostname or "",
        "DATABASE_USER": parts.username or "",
        "DATABASE_PASSWORD": parts.password or "",
        # As local.conf would say, on a busy machine.
        "SERVICE_TIMEOUT": "300",
        "SENLIN_CONF_DIR": str(folder / "etc" / "senlin_like"),
        "SENLIN_DB_NAME": name,
        "SENLIN_API_HOST": host,
        "SENLIN_CLOUD_BACKEND": "openstack_test",
    }
    found = Devstack(
        folder=folder,
        environment=environment,
        cloud=cloud,
        admin=admin,
        admin_database=admin_database,
        database=name,
        url=f"http://{host}/cluster",
    )
    try:
        yield found
    finally:
        found.run("unstack")
        server.shutdown()
        server.server_close()
        shutil.rmtree(folder)
