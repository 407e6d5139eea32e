"""What operators can mend ends a program with a line that says it."""

import sys

import pytest
from oslo_db import exception as db_exception

from senlin_like.cmd import api, engine, manage, refusing, standalone, status
from senlin_like.conf import opts
from senlin_like.db import vault
from senlin_like.db.migrations import migrate

COMMANDS = {
    "api": (api, ()),
    "engine": (engine, ()),
    "manage": (manage, ("service", "list")),
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a program that can't go on with these options; return what it says."""

    def run(program: str, **options: str) -> str:
        module, words = COMMANDS[program]
        path = configure(tmp_path, **options)
        monkeypatch.setattr(sys, "argv", [program, "--config-file", str(path), *words])
        with pytest.raises(SystemExit) as left:
            module.main()
        assert left.value.code == 1
        return capsys.readouterr().err

    return run


@pytest.fixture
def configured(tmp_path):
    return opts.load(["--config-file", str(configure(tmp_path))])


def configure(folder, **options: str):
    given = {
        "connection": f"sqlite:///{folder}/s.db",
        "keys": vault.new_key(),
        "more": "",
    } | options
    path = folder / "senlin_like.conf"
    path.write_text(
        "[DEFAULT]\ntransport_url = fake:/\ncloud_backend = simulated\n"
        f"[database]\nconnection = {given['connection']}\n"
        f"[simulated_cloud]\nconnection = sqlite:///{folder}/c.db\n"
        "[senlin_api]\nauth_strategy = none\nbind_host = 127.0.0.1\nbind_port = 0\n"
        f"[secrets]\nfernet_keys = {given['keys']}\n"
        # The programs run in the process of the tests, which stays as it is.
        f"[engine]\nniceness = 0\n{given['more']}\n"
    )
    return path


@pytest.mark.parametrize("program", COMMANDS)
def test_a_key_that_is_none_is_told_and_not_shown(run, tmp_path, program):
    migrate.sync(f"sqlite:///{tmp_path}/s.db")

    said = run(program, keys="geheim")

    assert "no Fernet key" in said
    assert "geheim" not in said


@pytest.mark.parametrize("program", COMMANDS)
@pytest.mark.parametrize("url", ["foo://u:geheim@h/d", "rubbish geheim"])
def test_an_address_of_no_database_is_told_and_not_shown(run, program, url):
    said = run(program, connection=url)

    assert "[database] connection" in said
    assert "geheim" not in said


@pytest.mark.parametrize("program", COMMANDS)
def test_a_database_without_tables_is_told(run, program):
    assert "senlin-like-manage db sync" in run(program)


@pytest.mark.parametrize("program", ["api", "engine"])
def test_a_database_that_is_behind_is_told(run, tmp_path, program):
    migrate.sync(f"sqlite:///{tmp_path}/s.db", "001")

    assert "senlin-like-manage db sync" in run(program)


def test_a_database_of_a_newer_release_is_taken(monkeypatch, tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    migrate.sync(url)

    monkeypatch.setattr(migrate, "version", lambda _url: "999")

    assert not migrate.is_behind(url)


def test_an_engine_waits_for_a_database_that_is_away(monkeypatch, configured):
    answers = [db_exception.DBConnectionError(), db_exception.DBConnectionError(), 0]

    def is_behind(_url):
        answer = answers.pop(0)
        if answer:
            raise answer
        return False

    monkeypatch.setattr(migrate, "is_behind", is_behind)
    monkeypatch.setattr(refusing, "PAUSE_S", 0)

    refusing.await_tables(configured)

    assert answers == []


@pytest.mark.parametrize("program", ["api", "engine"])
def test_an_option_of_the_wrong_kind_is_told(run, tmp_path, program):
    migrate.sync(f"sqlite:///{tmp_path}/s.db")

    assert "threads" in run(
        program, more="[engine]\nthreads = abc\n[dispatchers]\npriority = threads\n"
    )


def test_a_missing_configuration_file_is_told(monkeypatch, capsys):
    for module, words in COMMANDS.values():
        monkeypatch.setattr(sys, "argv", ["x", "--config-file", "/nowhere", *words])
        with pytest.raises(SystemExit):
            module.main()
        assert "/nowhere" in capsys.readouterr().err


def test_access_rules_that_cannot_be_read_are_told(run, tmp_path):
    migrate.sync(f"sqlite:///{tmp_path}/s.db")
    rules = tmp_path / "policy.yaml"
    rules.write_text('"clusters:get": "role:reader\n')

    assert "policy_file" in run("api", more=f"[oslo_policy]\npolicy_file = {rules}")


def test_a_revision_that_is_none_is_told(tmp_path, monkeypatch, capsys):
    path = configure(tmp_path)
    monkeypatch.setattr(
        sys, "argv", ["x", "--config-file", str(path), "db", "sync", "nope"]
    )
    with pytest.raises(SystemExit):
        manage.main()

    assert "nope" in capsys.readouterr().err


def test_a_standalone_service_that_has_no_port_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["x", "--state-dir", str(tmp_path), "--host", "192.0.2.1"]
    )
    with pytest.raises(SystemExit):
        standalone.main()

    assert capsys.readouterr().err.startswith("ERROR: ")


# That of a library in another one.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "options", [{"keys": "geheim"}, {"connection": "foo://u:geheim@h/d"}]
)
def test_the_check_before_upgrades_fails_by_wrong_options(
    tmp_path, monkeypatch, capsys, options
):
    path = configure(tmp_path, **options)
    monkeypatch.setattr(
        sys, "argv", ["x", "--config-file", str(path), "upgrade", "check"]
    )
    with pytest.raises(SystemExit) as left:
        status.main()

    assert left.value.code == 2
    assert "geheim" not in capsys.readouterr().out
