"""How the driver finds out where in a service the version is that it speaks."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers.openstack.account import AccountView, Query
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

SERVERS = "/compute/v2.1/servers"
READ = Query(what="List servers", path="/servers")
MAKE = Query(what="Make a server", path="/servers", body={"server": {}})
DELETE = Query(what="Delete a port", path="/ports/1", kind="port", identity="1")


@pytest.fixture
def cloud():
    with border.running() as made:
        made.tell("GET", SERVERS, Answer(body={"servers": []}))
        yield made


@pytest.fixture
def owner(cloud):
    sessions = border.sessions(cloud.url)
    yield AccountView(sessions, border.an_account(), border.REGION)
    sessions.close()


@pytest.fixture
def bare(cloud):
    """A cloud that lists its networks without a version."""
    cloud.bare.add("network")
    cloud.tell("DELETE", "/network/v2.0/ports/1", Answer(status=204))
    return cloud


def test_versions_that_cant_be_found_out_dont_matter(cloud, owner, monkeypatch):
    monkeypatch.setattr(cloud, "version", lambda _path: None)

    assert owner.api("compute").read(READ) == {"servers": []}


def test_a_version_is_found_out_where_the_catalogue_tells_none(bare, owner):
    owner.api("network").change("DELETE", DELETE)

    assert bare.calls() == ["DELETE /network/v2.0/ports/1"]


@pytest.mark.parametrize(
    "answer", [Answer(status=503), Answer(status=404), Answer(status=None)]
)
def test_nothing_is_asked_of_a_service_whose_versions_cant_be_found_out(
    bare, owner, monkeypatch, answer
):
    bare.tell("GET", "/network", answer)
    with monkeypatch.context() as ill:
        ill.setattr(bare, "version", lambda _path: None)
        with pytest.raises(exceptions.CloudBusy, match="which versions it has"):
            owner.api("network").change("DELETE", DELETE)
        assert owner.has("network")
    assert set(bare.calls()) == {"GET /network"}

    owner.api("network").change("DELETE", DELETE)

    assert bare.calls()[-1] == "DELETE /network/v2.0/ports/1"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_choice_of_versions_is_no_answer(cloud, owner, method):
    choice = Answer(status=300, body={"versions": [{"id": "v2"}]})
    cloud.tell(method, SERVERS, choice)

    api = owner.api("compute")
    with pytest.raises(exceptions.CloudBusy) as caught:
        api.read(MAKE) if method == "GET" else api.change(method, MAKE)

    assert caught.value.message == "Make a server: Multiple Choices"
