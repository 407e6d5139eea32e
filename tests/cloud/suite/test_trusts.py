"""A member trusts our service's user, who then acts for the member."""

from collections.abc import Callable
from typing import Any

import pytest
from keystoneauth1 import session
from keystoneauth1.identity import v3
from openstack import connection, exceptions

from tests.cloud import resources
from tests.cloud import settings as cloud_settings


def trusted(settings: cloud_settings.Settings, trust_id: str) -> Any:
    """Return the service's user with a trust."""
    auth = v3.Password(
        auth_url=settings.url("keystone", "/v3"),
        username="senlin",
        password=cloud_settings.password(settings),
        user_domain_name="Default",
        trust_id=trust_id,
    )
    return connection.Connection(
        session=session.Session(auth=auth), region_name=cloud_settings.REGION
    )


@pytest.fixture
def trust(settings: cloud_settings.Settings, member: Any) -> Any:
    """Let the member delegate the role of members."""
    ours = resources.connect(settings, "lab-senlin")
    return member.identity.create_trust(
        trustor_user_id=member.current_user_id,
        trustee_user_id=ours.current_user_id,
        project_id=member.current_project_id,
        is_impersonation=True,
        allow_redelegation=True,
        roles=[{"name": "member"}],
    )


def test_what_is_made_by_trust_belongs_to_the_trustor(
    settings: cloud_settings.Settings,
    member: Any,
    trust: Any,
    a_server: Callable[..., Any],
) -> None:
    ours = trusted(settings, trust.id)

    server = a_server(ours)

    assert server.user_id == member.current_user_id
    assert server.project_id == member.current_project_id
    assert list(ours.load_balancer.load_balancers()) is not None
    assert list(ours.orchestration.stacks()) is not None


def test_a_trust_that_is_deleted_opens_nothing(
    settings: cloud_settings.Settings, member: Any, trust: Any
) -> None:
    member.identity.delete_trust(trust)

    with pytest.raises(exceptions.SDKException, match="401"):
        trusted(settings, trust.id).authorize()
