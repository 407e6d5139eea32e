"""The generated samples hold what the service reads, and it starts with them."""

import pathlib

import pytest
from oslo_config import cfg, generator

from senlin_like.api import app
from senlin_like.cmd import assembly
from senlin_like.conf import opts
from senlin_like.db import vault
from senlin_like.db.migrations import migrate
from senlin_like.rpc import wakeup

GENERATOR = (
    pathlib.Path(__file__).resolve().parents[3]
    / "etc/senlin_like/config-generator.conf"
)
#: Options of every command line, which stand in no file.
COMMAND_LINE = {"config_dir", "config_file", "config_source", "shell_completion"}
#: Read once there is a broker of that kind.
OF_BROKERS = {
    "oslo_messaging_kafka",
    "oslo_messaging_notifications",
    "oslo_messaging_rabbit",
}


def generate(output):
    """Write the sample as tox -e genconfig does."""
    conf = cfg.ConfigOpts()
    generator.register_cli_opts(conf)
    conf(["--config-file", str(GENERATOR), "--output-file", str(output)])
    generator.generate(conf)
    return conf.namespace


def listed_in(namespaces):
    """Return groups and names of the options in the sample."""
    return {
        (str(group or "DEFAULT"), option.dest)
        for _namespace, groups in generator._list_opts(namespaces)
        for group, options in groups
        for option in options
    }


@pytest.fixture
def sample(tmp_path):
    return generate(tmp_path / "sample.conf"), tmp_path / "sample.conf"


@pytest.fixture
def running(tmp_path):
    """Read the options by which an API with Keystone and an engine go."""
    file = tmp_path / "service.conf"
    file.write_text(
        f"""
[DEFAULT]
transport_url = fake:/
cloud_backend = simulated
event_dispatchers = database
event_dispatchers = message
[database]
connection = sqlite:///{tmp_path}/s.db
[secrets]
fernet_keys = {vault.new_key()}
[keystone_authtoken]
auth_type = password
auth_url = http://127.0.0.1:9/v3
www_authenticate_uri = http://127.0.0.1:9/v3
username = senlin
password = secret
"""
    )
    conf = opts.load(["--config-file", str(file)])
    migrate.sync(conf.database.connection, "head")
    deps = assembly.deps(conf, lambda: None)
    app.build(deps, conf)
    server = wakeup.serve(conf, "engine", lambda: None)
    yield {
        (group, option)
        for group in ("DEFAULT", *conf._groups)
        for option in (conf._opts if group == "DEFAULT" else conf._groups[group]._opts)
    }
    server.stop()
    for outbox in deps.outboxes:
        outbox.close()
    deps.driver.close()
    deps.db.dispose()


def test_the_sample_has_all_that_is_read(sample, running):
    missing = {
        (group, option)
        for group, option in running - listed_in(sample[0])
        if option not in COMMAND_LINE
    }

    assert missing == set()


def test_the_sample_has_no_group_that_nobody_reads(sample, running):
    groups = {group for group, _option in listed_in(sample[0])}

    assert groups - {group for group, _option in running} == OF_BROKERS


def test_the_sample_as_it_is_says_what_holds_without_it(sample):
    plain = opts.load([], default_files=[])

    read = opts.load(["--config-file", str(sample[1])])

    for name in ("DEFAULT", *(module.GROUP.name for module in opts.GROUPS)):
        ours, theirs = (
            conf if name == "DEFAULT" else conf[name] for conf in (plain, read)
        )
        known = plain._opts if name == "DEFAULT" else plain._groups[name]._opts
        values = [{key: one[key] for key in known} for one in (ours, theirs)]
        for key in COMMAND_LINE:
            for each in values:
                each.pop(key, None)
        assert values[0] == values[1]
