import os

import pytest
from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.conf import opts
from senlin_like.context import RequestContext
from senlin_like.rbac import enforcer, rules


def a_context(*roles, project_id="p"):
    return RequestContext(user_id="u", project_id=project_id, roles=roles)


def a_conf(file=None):
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="senlin_like", default_config_files=[])
    if file is not None:
        conf.set_override("policy_file", str(file), group="oslo_policy")
    return conf


def make():
    return enforcer.make(a_conf())


def test_every_rule_is_documented_and_named_once():
    listed = rules.list_rules()

    assert len({rule.name for rule in listed}) == len(listed)
    assert all(rule.description for rule in listed)


def test_the_tools_get_all_rules():
    assert set(enforcer.for_tools().registered_rules) == {
        rule.name for rule in rules.list_rules()
    }


def test_an_unknown_rule_allows_nobody():
    assert not make().is_allowed("bogus:rule", a_context("admin"))


def test_answers_are_remembered_by_all_that_rules_see():
    access = make()

    assert access.is_allowed("clusters:create", a_context("member"))
    assert not access.is_allowed("clusters:create", a_context("reader"))
    assert access.is_allowed("clusters:index", a_context("reader"))


def test_rules_hold_on_while_their_file_is_wrong(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text('"clusters:create": "role:reader"\n')
    times = iter(range(0, 1000, 10))
    access = enforcer.make(a_conf(file), now=lambda: next(times))
    assert access.is_allowed("clusters:create", a_context("reader"))

    file.write_text('"clusters:create": "role:mem\n')
    os.utime(file, (0, 2**31))

    assert access.is_allowed("clusters:create", a_context("reader"))
    assert not access.is_allowed("clusters:create", a_context("member"))


def test_rules_that_cannot_be_read_are_refused(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text("- no\n- map\n")

    with pytest.raises(exceptions.Invalid, match="policy_file"):
        enforcer.make(a_conf(file))
