"""The units of contrib/systemd, looked at by systemd itself."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from senlin_like.conf import engine as engine_options

CONTRIB = pathlib.Path(__file__).resolve().parents[2] / "contrib"
UNITS = sorted((CONTRIB / "systemd").glob("*.service"))
#: Exposure as systemd counts it: 10 is a unit that says nothing.
MOST_EXPOSED = 20


@pytest.fixture(params=UNITS, ids=lambda unit: unit.name)
def unit(request) -> pathlib.Path:
    return request.param


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze isn't installed")
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_systemd_finds_nothing_wrong(unit, tmp_path):
    text, changes = re.subn(
        "(?m)^ExecStart=/usr/bin/",
        f"ExecStart={pathlib.Path(sys.executable).parent}/",
        unit.read_text(),
    )
    assert changes == 1
    copy = tmp_path / unit.name
    copy.write_text(text)

    done = analyze("verify", "--recursive-errors=no", str(copy))

    assert (done.returncode, done.stderr) == (0, "")


def test_a_unit_may_do_little_on_its_host(unit):
    done = analyze(
        "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit)
    )

    assert done.returncode == 0, done.stdout


def seconds(name: str, text: str) -> int:
    found = re.search(rf"(?m)^{name} ?= ?(\d+)$", text)
    assert found, name
    return int(found[1])


@pytest.mark.parametrize(
    ("unit", "file", "grace"),
    [
        ("senlin-like-api", "gunicorn/gunicorn.conf.py", "graceful_timeout"),
        ("senlin-like-api-uwsgi", "uwsgi/senlin-like-api.ini", "worker-reload-mercy"),
    ],
)
def test_a_server_is_killed_after_its_own_grace(unit, file, grace):
    stop = seconds(
        "TimeoutStopSec", (CONTRIB / "systemd" / f"{unit}.service").read_text()
    )

    assert stop > seconds(grace, (CONTRIB / file).read_text())


def test_an_engine_is_killed_after_a_call_to_the_cloud():
    text = (CONTRIB / "systemd" / "senlin-like-engine.service").read_text()
    defaults = {option.name: option.default for option in engine_options.OPTS}

    assert seconds("TimeoutStopSec", text) >= defaults["cloud_call_timeout_s"] + 30
