"""Wake-ups through oslo.messaging, on its driver inside the process."""

import pathlib
import threading
import warnings
from collections.abc import Iterator

import pytest
from oslo_config import cfg

# WebOb imports modules that Python is about to drop; nothing of ours does.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from senlin_like.conf import opts
    from senlin_like.rpc import wakeup

PATIENCE_S = 20


@pytest.fixture
def conf(tmp_path: pathlib.Path) -> cfg.ConfigOpts:
    file = tmp_path / "service.conf"
    file.write_text("[DEFAULT]\ntransport_url = fake:/\n")
    return opts.load(["--config-file", str(file)])


@pytest.fixture
def sender(conf: cfg.ConfigOpts) -> Iterator[wakeup.Sender]:
    made = wakeup.Sender(conf)
    yield made
    made.close()


def test_every_engine_is_woken(conf, sender):
    heard = [threading.Event(), threading.Event()]
    servers = [
        wakeup.serve(conf, f"engine-{number}", event.set)
        for number, event in enumerate(heard)
    ]

    sender()

    assert all(event.wait(PATIENCE_S) for event in heard)
    for server in servers:
        server.stop()
