"""What clients are installed from has nothing to do with our own dependencies."""

import pathlib
import shutil

import environments
import pytest

#: Stands for an interpreter: makes a "virtual environment" with itself in it, and
#: as pip notes what it was constrained by.
INTERPRETER = """#!/bin/sh
case "$2" in
venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
pip) echo "constrained by [$PIP_CONSTRAINT]" > "${0%/*}/pip-was" ;;
esac
"""


@pytest.fixture
def interpreter(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A made-up interpreter, on a machine without uv."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("cp", "mkdir"):
        (programs / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(programs))
    path = tmp_path / "python"
    path.write_text(INTERPRETER)
    path.chmod(0o755)
    return str(path)


def test_constraints_of_the_caller_are_not_those_of_a_client(
    interpreter: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONSTRAINT", "upper.txt")
    client = environments.Environment(
        name="client", packages=("it",), constraints=None, python=interpreter
    )

    bin_dir = environments.prepare(client, tmp_path)

    assert (bin_dir / "pip-was").read_text() == "constrained by []\n"
