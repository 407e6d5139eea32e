"""Clouds with other port bases don't meet, and a folder remembers its cloud."""

import argparse
import pathlib

import pytest

from tests.cloud import programs
from tests.cloud import settings as cloud_settings


def parsed(folder: pathlib.Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cloud_settings.add_options(parser)
    return parser.parse_args(words, argparse.Namespace(dir=folder))


@pytest.fixture(autouse=True)
def _no_servers_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cloud_settings.MARIADB_URL, raising=False)
    monkeypatch.delenv(cloud_settings.RABBITMQ_URL, raising=False)


def test_two_clouds_share_neither_ports_nor_names(tmp_path: pathlib.Path) -> None:
    first = cloud_settings.Settings(dir=tmp_path / "a", port_base=20000)
    second = cloud_settings.Settings(dir=tmp_path / "b", port_base=21000)

    ports = [
        {one.port(name) for name in cloud_settings.OFFSETS} for one in (first, second)
    ]
    assert not ports[0] & ports[1]
    assert first.database_prefix != second.database_prefix
    assert first.vhost != second.vhost
    assert first.name != second.name


def test_the_virtual_host_is_put_behind_the_address_of_the_bus(
    tmp_path: pathlib.Path,
) -> None:
    settings = cloud_settings.Settings(
        dir=tmp_path, port_base=20000, rabbitmq_url="rabbit://u:p@bus:5672/"
    )

    assert settings.transport_url == "rabbit://u:p@bus:5672/lab-20000"


def test_a_folder_remembers_what_was_asked_for(tmp_path: pathlib.Path) -> None:
    asked = parsed(tmp_path, "--services=heat", "--computes=2", "--port-base=20000")
    first = cloud_settings.settled(asked)
    cloud_settings.write(first)

    again = cloud_settings.settled(parsed(tmp_path))

    assert again == first
    assert again.services == (*cloud_settings.LEAST, "heat")
    assert again.hosts == ("cmp1", "cmp2")


def test_a_cloud_may_grow(tmp_path: pathlib.Path) -> None:
    small = cloud_settings.settled(parsed(tmp_path, "--services=none", "--computes=1"))
    cloud_settings.write(small)

    grown = cloud_settings.settled(
        parsed(tmp_path, "--services=heat,zaqar", "--computes=3")
    )

    assert grown.services == (*cloud_settings.LEAST, "heat", "zaqar")
    assert grown.computes == 3


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--port-base=21000"], "at 25000: wipe it first"),
        (["--computes=1"], "has cmp2, cmp3, cmp4: wipe it first"),
        (["--services=heat,octavia,cinder"], "has zaqar: wipe it first"),
    ],
)
def test_a_cloud_does_not_shrink_or_move(
    tmp_path: pathlib.Path, words: list[str], reason: str
) -> None:
    cloud_settings.write(cloud_settings.settled(parsed(tmp_path)))

    with pytest.raises(Exception, match=reason):
        cloud_settings.settled(parsed(tmp_path, *words))


def test_a_service_that_does_not_exist_is_refused(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed(tmp_path, "--services=heat,manila")

    assert "no such service: manila" in capsys.readouterr().err


def test_the_password_stays_and_is_nobody_elses(tmp_path: pathlib.Path) -> None:
    settings = cloud_settings.Settings(dir=tmp_path)

    password = cloud_settings.password(settings)

    assert len(password) == 43
    assert cloud_settings.password(settings) == password
    assert (tmp_path / "password").stat().st_mode & 0o077 == 0
    other = cloud_settings.Settings(dir=tmp_path / "other")
    assert cloud_settings.password(other) != password


def test_settings_do_not_show_the_accounts_of_servers(tmp_path: pathlib.Path) -> None:
    settings = cloud_settings.Settings(
        dir=tmp_path, mariadb_url="mysql://root:secret@h/", rabbitmq_url="rabbit://s3"
    )

    assert "secret" not in repr(settings)
    assert "s3" not in repr(settings)


def test_programs_are_those_of_the_services(tmp_path: pathlib.Path) -> None:
    settings = cloud_settings.Settings(
        dir=tmp_path, services=(*cloud_settings.LEAST, "heat"), computes=1
    )

    assert programs.names(settings) == [
        "keystone",
        "placement",
        "glance",
        "neutron",
        "nova-api",
        "nova-conductor",
        "nova-scheduler",
        "nova-compute-cmp1",
        "heat-api",
        "heat-engine",
    ]


def test_no_password_is_on_a_command_line(tmp_path: pathlib.Path) -> None:
    settings = cloud_settings.Settings(
        dir=tmp_path, services=(*cloud_settings.LEAST, "heat", "octavia", "cinder")
    )
    password = cloud_settings.password(settings)

    commands = [" ".join(daemon.command) for daemon in programs.every(settings)]

    assert not [command for command in commands if password in command]
