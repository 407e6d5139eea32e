"""Templates are filled in, and a mark without a value is an error."""

import configparser
import pathlib
import stat

import pytest

from tests.cloud import programs, templates
from tests.cloud import settings as cloud_settings


@pytest.fixture
def settings(tmp_path: pathlib.Path) -> cloud_settings.Settings:
    """Settings with what the software would bring into the folder."""
    settings = cloud_settings.Settings(dir=tmp_path, computes=2, port_base=20000)
    paste = programs.venv(settings) / "etc" / "nova" / "api-paste.ini"
    paste.parent.mkdir(parents=True)
    paste.write_text("[pipeline:main]\n")
    return settings


def read(path: pathlib.Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read(path)
    return parser


def test_values_stand_for_marks() -> None:
    text = templates.fill_in("a = @b@/@c@\n", {}, {"b": "1", "c": "2"})

    assert text == "a = 1/2\n"


def test_fragments_may_contain_fragments_and_marks() -> None:
    fragments = {"outer": "[x]\n%include inner%\n", "inner": "a = @b@\n"}

    text = templates.fill_in("%include outer%\nc = 2\n", fragments, {"b": "1"})

    assert text == "[x]\na = 1\nc = 2\n"


def test_what_a_value_contains_is_left_as_it_is() -> None:
    text = templates.fill_in("a = @b@", {}, {"b": "@c@ %include d% $e"})

    assert text == "a = @c@ %include d% $e"


@pytest.mark.parametrize("text", ["a = @b@", "%include b%"])
def test_an_unknown_mark_is_named(text: str) -> None:
    with pytest.raises(templates.UnknownMark, match="b"):
        templates.fill_in(text, {}, {})


def test_every_template_is_filled_in_whole(settings: cloud_settings.Settings) -> None:
    templates.write_all(settings, programs.venv(settings))

    written = sorted((settings.dir / "etc").glob("*/*.conf"))
    assert {path.parent.name for path in written} == {*settings.services}
    for path in written:
        assert "%include" not in path.read_text()
        assert read(path).sections() or path.stem.startswith("cmp")


def test_nobody_else_may_read_what_has_passwords(
    settings: cloud_settings.Settings,
) -> None:
    templates.write_all(settings, programs.venv(settings))

    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in (settings.dir / "etc").glob("*/*.conf")
    }
    assert modes == {0o600}


def test_each_service_has_its_own_user_and_database(
    settings: cloud_settings.Settings,
) -> None:
    templates.write_all(settings, programs.venv(settings))

    for service in ("glance", "neutron", "nova", "heat", "octavia", "cinder"):
        name = "glance-api" if service == "glance" else service
        config = read(settings.dir / "etc" / service / f"{name}.conf")
        assert config["keystone_authtoken"]["username"] == service
        connection = config["database"]["connection"]
        assert connection.startswith("mysql+pymysql://lab20000:")
        assert connection.endswith(f"@127.0.0.1:3306/lab20000_{service}")


def test_each_host_has_a_name_and_a_state_of_its_own(
    settings: cloud_settings.Settings,
) -> None:
    templates.write_all(settings, programs.venv(settings))

    hosts = sorted((settings.dir / "etc" / "nova").glob("cmp*.conf"))
    states = {read(path)["DEFAULT"]["state_path"] for path in hosts}
    assert [read(path)["DEFAULT"]["host"] for path in hosts] == ["cmp1", "cmp2"]
    assert len(states) == 2


def test_passwords_for_keys_have_32_characters(
    settings: cloud_settings.Settings,
) -> None:
    templates.write_all(settings, programs.venv(settings))

    heat = read(settings.dir / "etc" / "heat" / "heat.conf")
    assert len(heat["DEFAULT"]["auth_encryption_key"]) == 32
