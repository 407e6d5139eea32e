"""``senlin-like-status upgrade check``: tell if this release may start here."""

import sys

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from senlin_like import exceptions
from senlin_like.cmd import assembly
from senlin_like.conf import opts
from senlin_like.db import failures, vault
from senlin_like.db.migrations import migrate
from senlin_like.rbac import enforcer


class Checks(upgradecheck.UpgradeCommands):
    """What has to be true before this release is started."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__()
        self.conf = conf

    def _keys(self) -> upgradecheck.Result:
        try:
            vault.Vault(assembly.read_keys(self.conf))
        except exceptions.Error as error:
            return upgradecheck.Result(upgradecheck.Code.FAILURE, error.message)
        return upgradecheck.Result(upgradecheck.Code.SUCCESS)

    def _schema(self) -> upgradecheck.Result:
        if not self.conf.database.connection:
            return upgradecheck.Result(
                upgradecheck.Code.FAILURE, "[database] connection is not set."
            )
        try:
            found = migrate.version(self.conf.database.connection)
        except failures.ALL as error:
            # The error holds the address, and so maybe a password.
            return upgradecheck.Result(
                upgradecheck.Code.FAILURE,
                f"The database can't be asked: {type(error).__name__}.",
            )
        if found != migrate.newest():
            return upgradecheck.Result(
                upgradecheck.Code.FAILURE,
                f"The database is at version {found}, this release needs "
                f"{migrate.newest()}: run 'senlin-like-manage db sync'.",
            )
        return upgradecheck.Result(upgradecheck.Code.SUCCESS)

    def _policy_file(self) -> upgradecheck.Result:
        name = str(self.conf.oslo_policy.policy_file or "")
        if name.endswith(".json"):
            return upgradecheck.Result(
                upgradecheck.Code.FAILURE,
                f"The policy file {name} is JSON: use policy.yaml.",
            )
        try:
            enforcer.make(self.conf)
        except exceptions.Error as error:
            return upgradecheck.Result(upgradecheck.Code.FAILURE, error.message)
        return upgradecheck.Result(upgradecheck.Code.SUCCESS)

    _upgrade_checks = (
        ("Keys for secrets", _keys),
        ("Database schema", _schema),
        ("Policy file", _policy_file),
    )


def main() -> None:
    """Run the checks; 0 all is well, 1 warnings, 2 failures, 255 unexpected."""
    conf = cfg.ConfigOpts()
    opts.register(conf)
    sys.exit(
        upgradecheck.main(
            conf,
            project="senlin_like",
            upgrade_command=Checks(conf),
            argv=sys.argv[1:],
            default_config_files=assembly.default_files(),
        )
    )
