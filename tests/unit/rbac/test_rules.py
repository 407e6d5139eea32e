from oslo_config import cfg

from senlin_like.conf import opts
from senlin_like.context import RequestContext
from senlin_like.rbac import enforcer, rules


def a_context(*roles, project_id="p"):
    return RequestContext(user_id="u", project_id=project_id, roles=roles)


def make():
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="senlin_like", default_config_files=[])
    return enforcer.make(conf)


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
