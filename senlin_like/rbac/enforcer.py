"""Asks the access rules, and remembers the answers for a short while."""

import logging
import time
from collections.abc import Callable

from oslo_config import cfg
from oslo_policy import opts, policy

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.rbac import rules

LOG = logging.getLogger(__name__)

#: An edited policy file is noticed after at most this many seconds.
MEMORY_S = 5.0
MOST_REMEMBERED = 4096


class RuleForbids(exceptions.Forbidden):
    """An access rule doesn't allow the caller to do this."""

    def __init__(self, rule: str) -> None:
        super().__init__()
        self.rule = rule


class Access:
    """The access rules of one process.

    A rule sees who asks and the project and user of what is asked for, which
    are the caller's own: rows of other projects are kept back below.
    """

    def __init__(
        self, rule_enforcer: policy.Enforcer, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._enforcer = rule_enforcer
        self._now = now
        self._answers: dict[tuple[object, ...], bool] = {}
        self._forget_at = 0.0

    def is_allowed(self, rule: str, ctx: RequestContext) -> bool:
        """Tell whether a rule allows the caller; unknown rules allow nobody."""
        now = self._now()
        if now >= self._forget_at or len(self._answers) >= MOST_REMEMBERED:
            self._answers = {}
            self._forget_at = now + MEMORY_S
        key = (
            rule, ctx.roles, ctx.user_id, ctx.project_id, ctx.domain_id, ctx.is_admin
        )  # fmt: skip
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = self._ask(rule, ctx)
        return known

    def authorize(self, rule: str, ctx: RequestContext) -> None:
        """Check a rule.

        :raises RuleForbids: when it doesn't allow the caller.
        :raises ServiceUnavailable: when the rules can't be read.
        """
        if not self.is_allowed(rule, ctx):
            LOG.info("Rule %s refuses user %s", rule, ctx.user_id)
            raise RuleForbids(rule)

    def _ask(self, rule: str, ctx: RequestContext) -> bool:
        target = {"project_id": ctx.project_id, "user_id": ctx.user_id}
        credentials = ctx.credentials()
        # "domain_id" would make oslo.policy take the token for a domain's.
        credentials["project_domain_id"] = credentials.pop("domain_id")
        for is_last in (False, True):
            try:
                return bool(self._enforcer.authorize(rule, target, credentials))
            except (policy.PolicyNotRegistered, policy.InvalidScope):
                LOG.warning("Rule %s can't be asked", rule)
                return False
            except Exception as error:
                # A file that was edited is told wrong once; the rules that were
                # read before hold then.
                LOG.error("The access rules can't be read: %s", error)
                if is_last:
                    raise exceptions.ServiceUnavailable(
                        "The access rules of the service can't be read."
                    ) from error
        raise AssertionError("unreachable")


def make(conf: cfg.ConfigOpts, now: Callable[[], float] = time.monotonic) -> Access:
    """Make the access rules from the defaults and the policy file.

    :raises Invalid: when the file can't be read.
    """
    made = _enforcer(conf)
    try:
        made.load_rules()
    except Exception as error:
        raise exceptions.Invalid(
            f"[oslo_policy] policy_file can't be read: {error}"
        ) from error
    return Access(made, now)


def for_tools() -> policy.Enforcer:
    """Make an enforcer for the command line tools of oslo.policy."""
    conf = cfg.ConfigOpts()
    conf([], project="senlin_like")
    opts.set_defaults(conf, policy_file="policy.yaml")
    return _enforcer(conf)


def _enforcer(conf: cfg.ConfigOpts) -> policy.Enforcer:
    made = policy.Enforcer(conf)
    made.register_defaults(rules.list_rules())
    return made
