"""The htpasswd file: written whole, readable by its owner only."""

import bcrypt
import pytest

from senlin_like import exceptions
from senlin_like.cmd import users


def test_a_user_gets_another_password(tmp_path):
    path = tmp_path / "htpasswd"
    users.set_password(path, "ann", "first")
    users.set_password(path, "bob", "other")

    users.set_password(path, "ann", "second")

    lines = dict(line.split(":", 1) for line in path.read_text().splitlines())
    assert set(lines) == {"ann", "bob"}
    assert bcrypt.checkpw(b"second", lines["ann"].encode())
    assert path.stat().st_mode & 0o077 == 0


def test_a_user_is_taken_out(tmp_path):
    path = tmp_path / "htpasswd"
    users.set_password(path, "ann", "first")

    users.remove(path, "ann")

    assert path.read_text() == ""
    with pytest.raises(exceptions.NotFound):
        users.remove(path, "ann")


@pytest.mark.parametrize(
    ("name", "password"), [("", "x"), ("a:b", "x"), ("ann", ""), ("ann", "x" * 73)]
)
def test_what_cannot_work_is_refused(tmp_path, name, password):
    with pytest.raises(exceptions.Invalid):
        users.set_password(tmp_path / "htpasswd", name, password)

    assert not (tmp_path / "htpasswd").exists()
