"""Install all services into one virtual environment, and fit two things in it."""

import hashlib
import os
import pathlib
import re
import shutil
import sys

from tests.cloud import programs, templates
from tests.cloud import settings as cloud_settings
from tests.tempest import processes

REQUIREMENTS = templates.HERE / "requirements.txt"
CONSTRAINTS = templates.HERE / "constraints.txt"
TIMEOUT_S = 1800
_PAUSE = re.compile(r"^( +time\.sleep\()(0\.5|0\.01)(\))$", re.MULTILINE)
RPC_PAUSES_S = {True: "0.01", False: "0.5"}


def is_current(settings: cloud_settings.Settings) -> bool:
    """Tell whether what the lock file says is installed."""
    stamp = _stamp(settings)
    return stamp.is_file() and stamp.read_text() == _fingerprint()


def prepare(settings: cloud_settings.Settings) -> None:
    """Install what the lock file says, unless it is there already.

    Nothing may run from there while it is installed anew.

    :raises processes.ProgramError: when a package can't be installed, or isn't as
        it is known here.
    """
    place = programs.venv(settings)
    if not is_current(settings):
        processes.say("installing")
        shutil.rmtree(place, ignore_errors=True)
        _install(place, settings.log_dir)
        _stamp(settings).write_text(_fingerprint())
    installed = next((place / "lib").glob("python3*/site-packages"))
    shutil.copy(programs.PLUGINS / "lab_virt.py", installed / "nova" / "virt")
    set_rpc_pause(installed, RPC_PAUSES_S[settings.quick_rpc])


def _install(place: pathlib.Path, log_dir: pathlib.Path) -> None:
    """Make the virtual environment: with uv if it is there, else with pip."""
    wanted = ["--requirement", str(REQUIREMENTS), "--constraint", str(CONSTRAINTS)]
    python = str(place / "bin" / "python")
    if uv := shutil.which("uv"):
        steps = [
            [uv, "venv", "--python", sys.executable, str(place)],
            # Else twenty programs compile the same modules when they start.
            [uv, "pip", "install", "--compile-bytecode", "--python", python, *wanted],
        ]
    else:
        steps = [
            [sys.executable, "-m", "venv", str(place)],
            [python, "-m", "pip", "install", "--disable-pip-version-check", *wanted],
        ]
    # Versions of our own dependencies mean nothing to these packages.
    os.environ.pop("PIP_CONSTRAINT", None)
    for number, command in enumerate(steps):
        program = processes.Program(
            name=f"install-{number}", command=command, run_dir=log_dir
        )
        processes.run(program, TIMEOUT_S)


def _stamp(settings: cloud_settings.Settings) -> pathlib.Path:
    """Return the file that says what the virtual environment is made of."""
    return programs.venv(settings) / "made-of"


def _fingerprint() -> str:
    """Sum up what the virtual environment is made of.

    It doesn't matter which environment of ours asks for it.
    """
    parts = [REQUIREMENTS.read_bytes(), CONSTRAINTS.read_bytes()]
    version = ".".join(map(str, sys.version_info[:2]))
    return hashlib.sha256(b"\0".join([*parts, version.encode()])).hexdigest()


def set_rpc_pause(installed: pathlib.Path, pause_s: str) -> None:
    """Let oslo.messaging look for the answer of an RPC call after another pause.

    It looks every half second, and to build a server takes a dozen calls.

    :raises processes.ProgramError: when the place isn't found once.
    """
    path = installed / "oslo_messaging" / "_drivers" / "amqpdriver.py"
    text = path.read_text()
    changed, times = _PAUSE.subn(rf"\g<1>{pause_s}\g<3>", text)
    if times != 1:
        reason = f"{path} waits for answers at {times} places, not at one"
        raise processes.ProgramError(reason)
    if changed != text:
        path.write_text(changed)
