"""A service whose operator looks for what is in the cloud without a node."""

import sys

import pytest

from senlin_like.cmd import manage
from senlin_like.db.migrations import migrate
from tests.functional.leaks.late import Late
from tests.torture import stage as stages

SETTINGS = """
[DEFAULT]
transport_url = fake:/
cloud_backend = simulated
[database]
connection = sqlite:///{path}/s.db
[simulated_cloud]
connection = sqlite:///{path}/c.db
[secrets]
fernet_keys = {key}
"""


@pytest.fixture
def stage(tmp_path):
    """A whole service, with the tables that a release makes."""
    url = f"sqlite:///{tmp_path}/s.db"
    migrate.sync(url)
    made = stages.Stage(url, f"sqlite:///{tmp_path}/c.db")
    made.make_tables()
    # What is deleted is gone at once, whatever the clocks of test and command say.
    made.controls.put_settings({"delete_seconds": 0.0})
    yield from stages.opened(made)


@pytest.fixture
def late(stage):
    """What makes things too late, and lets them grow old."""
    return Late(stage)


@pytest.fixture
def command(stage, tmp_path, monkeypatch, capsys):
    """Run ``senlin-like-manage cloud``; return its exit status and what it wrote."""
    path = tmp_path / "senlin_like.conf"
    path.write_text(SETTINGS.format(path=tmp_path, key=stage.key))

    def run(*words):
        given = ["--config-file", str(path), "cloud", *words]
        monkeypatch.setattr(sys, "argv", ["senlin-like-manage", *given])
        status = 0
        try:
            manage.main()
        except SystemExit as left:
            status = left.code
        told = capsys.readouterr()
        return status, told.out + told.err

    return run
