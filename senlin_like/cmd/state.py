"""The state directory of a standalone service: what is in it, and who reads it."""

import pathlib

from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.cmd import keys
from senlin_like.db import vault

#: The mask of a process that works here: what it makes is its owner's alone.
PRIVATE = 0o077
_OWN = ("senlin.db*", "cloud.db*", "fernet.keys", "htpasswd")
_CLOUD = "simulated"


class Folder:
    """A state directory."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path.resolve()
        self.database = self.path / "senlin.db"
        self.keys = self.path / "fernet.keys"
        self.people = self.path / "htpasswd"
        self._cloud = self.path / "cloud_backend"

    def make(self) -> None:
        """Make what is missing, and keep others away from what is there."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.keys.exists():
            keys.put_first(self.keys, vault.new_key())
        for pattern in _OWN:
            for file in self.path.glob(pattern):
                file.chmod(0o600)

    def check(self) -> None:
        """Look that a standalone service has been here.

        :raises Invalid: when none has.
        """
        if not (self.database.exists() and self.keys.exists()):
            raise exceptions.Invalid(
                f"{self.path} is no state directory of senlin-like-standalone: it "
                f"has no {self.database.name} and {self.keys.name}."
            )

    def keep_cloud(self, name: str) -> None:
        """Note in which cloud the nodes of this directory are.

        :raises Invalid: when they are in another one, where this one would take all
            of them for lost.
        """
        if not self._cloud.exists():
            # Before this was noted there was no other cloud.
            first = _CLOUD if self.database.exists() else name
            self._cloud.write_text(f"{first}\n")
        known = self._noted_cloud()
        if known != name:
            raise exceptions.Invalid(
                f"What is in {self.path} belongs to the cloud '{known}', not to "
                f"'{name}': give another --state-dir."
            )

    def _noted_cloud(self) -> str:
        if not self._cloud.exists():
            return _CLOUD
        return self._cloud.read_text().strip()

    def lead(self, conf: cfg.ConfigOpts) -> None:
        """Let the options that aren't set lead here."""
        conf.set_default("cloud_backend", self._noted_cloud())
        conf.set_default("connection", f"sqlite:///{self.database}", group="database")
        conf.set_default("fernet_key_file", str(self.keys), group="secrets")
        conf.set_default(
            "connection", f"sqlite:///{self.path}/cloud.db", group="simulated_cloud"
        )
        conf.set_default(
            "http_basic_auth_user_file", str(self.people), group="senlin_api"
        )
