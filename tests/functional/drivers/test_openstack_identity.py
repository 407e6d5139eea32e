"""Trusts, as Keystone is asked for them; and where a real cloud gives them."""

import uuid

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

TRUSTS = "/v3/OS-TRUST/trusts"
ROLES = ["member", "reader"]
FORBIDDEN = Answer(status=403, body={"error": {"message": "Delegated tokens can't"}})


@pytest.fixture
def cloud():
    with border.running() as made:
        trust = {"trust": {"id": border.TRUST_ID}}
        made.tell("POST", TRUSTS, Answer(status=201, body=trust))
        yield made


@pytest.fixture
def driver(cloud):
    made = border.a_driver(cloud.url)
    yield made
    made.close()


@pytest.fixture
def credential(driver):
    return driver.identity.delegate("u-1", "p-1", ROLES, "token-of-u-1")


def test_trusts_are_made_with_the_users_own_token(cloud, credential):
    asked = [one for one in cloud.asked if one.path == TRUSTS]
    assert {one.headers["X-Auth-Token"] for one in asked} == {"token-of-u-1"}
    trust, ending = (dict(one.body["trust"]) for one in asked)
    assert "2900" <= ending.pop("expires_at") < "3000"
    assert (
        ending
        == trust
        == {
            "trustor_user_id": "u-1",
            "trustee_user_id": "id-of-service",
            "project_id": "p-1",
            "impersonation": True,
            "allow_redelegation": True,
            "roles": [{"name": "member"}, {"name": "reader"}],
        }
    )
    assert credential == {
        "trust_id": border.TRUST_ID,
        "messaging_trust_id": border.TRUST_ID,
        "user": "u-1",
        "project": "p-1",
    }


def test_the_service_is_looked_up_once(cloud, driver):
    for _ in range(2):
        driver.identity.delegate("u-1", "p-1", ROLES, "token-of-u-1")

    assert (cloud.tokens(), cloud.calls()) == (1, [f"POST {TRUSTS}"] * 4)


def test_no_two_trusts_end_at_the_same_time(cloud, driver):
    for _ in range(2):
        driver.identity.delegate("u-1", "p-1", ROLES, "token-of-u-1")

    made = [one.body["trust"] for one in cloud.asked if one.path == TRUSTS]
    assert len({one["expires_at"] for one in made if "expires_at" in one}) == 2


def test_a_user_who_gets_no_trust_for_messaging_has_no_queues(cloud, driver):
    made = Answer(status=201, body={"trust": {"id": border.TRUST_ID}})
    taken = Answer(status=409, body={"error": {"message": "Conflict"}})
    cloud.tell("POST", TRUSTS, made, taken)

    credential = driver.identity.delegate("u-1", "p-1", ROLES, "token-of-u-1")

    assert "messaging_trust_id" not in credential
    account = border.an_account(credential=credential)
    with pytest.raises(exceptions.CloudError, match="message queues") as caught:
        _ = driver.cloud(account).messaging
    assert caught.value.status == 403


def test_a_trust_that_may_not_be_handed_on_is_made_without_that(cloud, driver):
    made = Answer(status=201, body={"trust": {"id": "other"}})
    cloud.tell("POST", TRUSTS, FORBIDDEN, made)

    credential = driver.identity.delegate("u-1", "p-1", ROLES, "token-of-u-1")

    asked = [one.body["trust"] for one in cloud.asked if one.path == TRUSTS]
    assert ["allow_redelegation" in one for one in asked][:2] == [True, False]
    assert credential["trust_id"] == "other"


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        (FORBIDDEN, 2),
        (Answer(status=401, body={"error": {"message": "expired"}}), 1),
        (Answer(status=404, body={"error": {"message": "Could not find role"}}), 1),
    ],
)
def test_a_token_that_makes_no_trust_is_forbidden_with_the_reason(
    cloud, driver, answer, calls
):
    cloud.tell("POST", TRUSTS, answer)

    with pytest.raises(exceptions.CloudError) as caught:
        driver.identity.delegate("u-1", "p-1", ROLES, "secret-token")

    assert (type(caught.value), caught.value.status) == (exceptions.CloudError, 403)
    assert answer.body["error"]["message"] in caught.value.message
    assert "secret-token" not in caught.value.message
    assert len(cloud.calls()) == calls


def test_without_a_token_nobody_is_asked(cloud, driver):
    with pytest.raises(exceptions.CloudError) as caught:
        driver.identity.delegate("u-1", "p-1", ROLES, None)

    assert (caught.value.status, cloud.asked) == (403, [])


@pytest.mark.parametrize("status", [None, 500, 502])
def test_a_trust_may_have_been_made_when_the_answer_is_lost(cloud, driver, status):
    cloud.tell("POST", TRUSTS, Answer(status=status))

    with pytest.raises(exceptions.CloudUnsure):
        driver.identity.delegate("u-1", "p-1", ROLES, "token-of-u-1")

    assert cloud.calls() == [f"POST {TRUSTS}"]


def test_the_roles_are_those_of_now(cloud, driver, credential):
    first = driver.identity.roles("u-1", "p-1", credential)
    cloud.roles = ["reader"]
    second = driver.identity.roles("u-1", "p-1", credential)

    assert (first, second) == (("member", "reader"), ("reader",))


@pytest.mark.parametrize(
    "change", [{"user": "u-2"}, {"project": "p-2"}, {"trust_id": ""}]
)
def test_a_trust_of_somebody_else_is_none(cloud, driver, credential, change):
    before = len(cloud.asked)

    with pytest.raises(exceptions.TrustNotFound):
        driver.identity.roles("u-1", "p-1", {**credential, **change})

    assert len(cloud.asked) == before


def test_a_trust_that_gives_no_token_isnt_valid(cloud, driver, credential):
    assert driver.identity.is_valid(credential)

    cloud.refused["trust"] = Answer(status=401)

    assert not driver.identity.is_valid(credential)
    assert not driver.identity.is_valid({})
    account = base.Account(user="u-1", project="p-1", credential=credential)
    with pytest.raises(exceptions.TrustNotFound):
        driver.cloud(account)


def test_a_trust_is_revoked_as_its_maker(cloud, driver, credential):
    path = f"{TRUSTS}/{border.TRUST_ID}"
    cloud.tell("DELETE", path, Answer(status=204), Answer(status=404))

    driver.identity.revoke(credential)
    driver.identity.revoke(credential)
    driver.identity.revoke({})

    deleted = [one for one in cloud.asked if one.method == "DELETE"]
    scopes = _scopes(cloud)
    assert [scopes[one.headers["X-Auth-Token"]] for one in deleted] == ["trust"] * 4


def test_a_trust_without_tokens_is_revoked_by_the_service(cloud, driver, credential):
    cloud.refused["trust"] = Answer(status=403)
    cloud.tell("DELETE", f"{TRUSTS}/{border.TRUST_ID}", Answer(status=204))

    driver.identity.revoke(credential)

    deleted = [one for one in cloud.asked if one.method == "DELETE"]
    scopes = _scopes(cloud)
    assert [scopes[one.headers["X-Auth-Token"]] for one in deleted] == ["service"] * 2


def test_a_trust_that_may_not_be_revoked_is_told_without_its_id(
    cloud, driver, credential
):
    message = f"No: {border.TRUST_ID}"
    refusal = Answer(status=403, body={"error": {"message": message}})
    cloud.tell("DELETE", f"{TRUSTS}/{border.TRUST_ID}", refusal)

    with pytest.raises(exceptions.CloudError) as caught:
        driver.identity.revoke(credential)

    assert (caught.value.status, caught.value.message) == (
        403,
        "Revoke a trust: No: ***",
    )


def test_ids_of_trusts_are_not_logged(cloud, driver, credential, caplog):
    path = f"{TRUSTS}/{border.TRUST_ID}"
    cloud.tell("DELETE", path, Answer(status=204))

    with caplog.at_level("DEBUG"):
        driver.identity.delegate("u-1", "p-1", ROLES, "token-of-u-1")
        driver.identity.roles("u-1", "p-1", credential)
        driver.identity.revoke(credential)

    # What urllib3 says of each request is not of our making: it has the path.
    told = [one for one in caplog.records if not one.name.startswith("urllib3")]
    assert not [one for one in told if border.TRUST_ID in one.getMessage()]
    assert not [one for one in told if "token-of-u-1" in one.getMessage()]


def test_regions_are_asked_of_keystone(cloud, driver, credential):
    regions = {"regions": [{"id": "two"}, {"id": "one"}]}
    cloud.tell("GET", "/v3/regions", Answer(body=regions))
    account = base.Account(user="u-1", project="p-1", credential=credential)

    assert driver.cloud(account).list_regions() == ["one", "two"]

    cloud.tell("GET", "/v3/regions", Answer(status=404))
    cloud.refused["trust"] = Answer(status=401)
    with pytest.raises(exceptions.TrustNotFound):
        driver.cloud(account).list_regions()


def test_an_account_without_a_credential_has_no_cloud(driver):
    account = base.Account(user=str(uuid.uuid4()), project="p-1")

    with pytest.raises(exceptions.TrustNotFound):
        driver.cloud(account)


def _scopes(cloud):
    """Tell for whom each token was made; they are numbered as they were asked for."""
    asked = [one for one in cloud.asked if one.path == "/v3/auth/tokens"]
    kinds = [
        "trust" if "OS-TRUST:trust" in one.body["auth"]["scope"] else "service"
        for one in asked
    ]
    given = [one for one in kinds if one not in cloud.refused]
    return {f"token-{number}": kind for number, kind in enumerate(given, start=1)}
