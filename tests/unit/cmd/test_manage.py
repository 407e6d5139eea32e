"""Commands reach their work with the arguments that were given."""

import errno
import io
import sys

import pytest

from senlin_like.cmd import manage


def run(monkeypatch, *arguments, stdin=""):
    monkeypatch.setattr(sys, "argv", ["senlin-like-manage", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    manage.main()


def test_a_user_is_made_by_name(monkeypatch, tmp_path):
    path = tmp_path / "htpasswd"

    run(monkeypatch, "user", "set", "ann", "--file", str(path), stdin="secret\n")

    assert path.read_text().startswith("ann:$2b$")


def test_a_key_stands_first_in_its_file(monkeypatch, tmp_path):
    path = tmp_path / "keys"
    run(monkeypatch, "secrets", "new-key", "--file", str(path))
    first = path.read_text()

    run(monkeypatch, "secrets", "new-key", "--file", str(path))

    assert path.read_text().endswith(first)
    assert len(path.read_text().splitlines()) == 2
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_missing_is_said(monkeypatch, capsys):
    with pytest.raises(SystemExit) as left:
        run(monkeypatch, "db", "version")

    assert left.value.code == 1
    assert "[database] connection is not set" in capsys.readouterr().err


def test_no_key_is_lost_when_its_file_cannot_be_replaced(monkeypatch, tmp_path, capsys):
    path = tmp_path / "keys"
    run(monkeypatch, "secrets", "new-key", "--file", str(path))
    before = path.read_text()

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SystemExit) as left:
        run(monkeypatch, "secrets", "new-key", "--file", str(path))

    assert left.value.code == 1
    assert "No space left on device" in capsys.readouterr().err
    assert path.read_text() == before
    assert [file.name for file in tmp_path.iterdir()] == ["keys"]


def test_a_key_file_that_is_a_link_stays_one(monkeypatch, tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.touch()
    link.symlink_to(real)

    run(monkeypatch, "secrets", "new-key", "--file", str(link))

    assert link.is_symlink()
    assert len(real.read_text().splitlines()) == 1
