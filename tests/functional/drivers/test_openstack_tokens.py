"""Tokens that end too early, at a real Keystone; see ``openstack_kit``."""

import pytest

from senlin_like.drivers.openstack.account import AccountView, Query
from senlin_like.drivers.openstack.sessions import Sessions
from tests.functional.drivers import openstack_kit

pytestmark = [
    pytest.mark.skipif(not openstack_kit.GIVEN, reason="there is no real cloud"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]


def test_a_token_that_keystone_has_revoked_is_renewed(real_cloud):
    options = real_cloud.options
    sessions = Sessions(options.service_user, region=options.region, timeout_s=60.0)
    account = real_cloud.members["project-1"].account
    owner = AccountView(sessions, account, options.region)
    session = sessions.of_trust(account.credential["trust_id"])
    first = session.get_token()

    sessions.service.delete(
        f"{sessions.auth_url}/auth/tokens", headers={"X-Subject-Token": first}
    )
    found = owner.api("identity").read(Query(what="List regions", path="/regions"))

    assert found["regions"]
    assert session.get_token() != first
    sessions.close()
