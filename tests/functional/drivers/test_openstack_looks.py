"""How the driver looks at many servers: with few calls, and never wrongly gone."""

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from senlin_like import exceptions
from senlin_like.drivers import base
from senlin_like.drivers.openstack import server_looks
from senlin_like.drivers.openstack.account import AccountView
from tests.functional.drivers import border, nova_border
from tests.functional.drivers.border import Answer

SERVER = base.ObjectKind.SERVER
DETAIL = "/compute/v2.1/servers/detail"


@pytest.fixture
def cloud(nova):
    driver, made = nova_border.open_cloud(nova)
    yield made
    driver.close()


def statuses(cloud, servers):
    seen = cloud.look(SERVER, [one.id for one in servers])
    return [seen[one.id].status for one in servers]


def lists(nova):
    return [one.query for one in nova.asked if one.path == DETAIL]


def test_a_hundred_building_servers_cost_a_call_per_look(nova, cloud):
    servers = [nova.make() for _ in range(100)]
    for _ in range(10):
        assert set(statuses(cloud, servers)) == {"BUILD"}
        nova.now += 30
    for one in servers:
        nova.change(one, "ACTIVE")

    assert set(statuses(cloud, servers)) == {"ACTIVE"}
    assert len(nova.calls()) == len(lists(nova)) == 11


def test_only_what_has_changed_is_asked_for_again(nova, cloud):
    servers = [nova.make() for _ in range(10)]
    statuses(cloud, servers)
    nova.now += 300
    nova.change(servers[3], "ACTIVE")

    seen = statuses(cloud, servers)

    assert seen == ["ACTIVE" if one is servers[3] else "BUILD" for one in servers]
    first, second = lists(nova)
    # A minute before the first was asked, by the cloud's clock.
    assert (first, second) == ({}, {"changes-since": "2027-01-15T07:59:00Z"})


def test_few_servers_are_asked_for_one_by_one(nova, cloud):
    servers = [nova.make() for _ in range(3)]

    statuses(cloud, servers)

    assert lists(nova) == []
    assert len(nova.calls()) == 3


def test_pages_are_followed(nova, cloud):
    nova.page = 40
    servers = [nova.make(status="ACTIVE") for _ in range(100)]

    assert set(statuses(cloud, servers)) == {"ACTIVE"}
    assert len(nova.calls()) == 3


def test_a_list_is_begun_anew_when_a_page_ends_with_a_server_that_goes(nova, cloud):
    nova.page = 40
    servers = [nova.make(status="ACTIVE") for _ in range(100)]

    def vanish(query):
        if "marker" in query:
            nova.change(nova.servers[query["marker"]], "DELETED")
            nova.before_page = None

    nova.before_page = vanish

    assert sorted(statuses(cloud, servers)) == ["ACTIVE"] * 99 + [base.GONE]


def test_a_list_that_never_ends_well_is_asked_for_later(nova, cloud):
    nova.page = 4
    servers = [nova.make(status="ACTIVE") for _ in range(100)]

    def vanish(query):
        if "marker" in query:
            nova.change(nova.servers[query["marker"]], "DELETED")

    nova.before_page = vanish

    with pytest.raises(exceptions.CloudBusy):
        statuses(cloud, servers)


def test_changes_that_cannot_be_read_are_looked_for_in_the_whole_list(nova, cloud):
    servers = [nova.make(status="ACTIVE") for _ in range(100)]
    statuses(cloud, servers)
    nova.page = 40
    nova.change(servers[7], "ERROR")

    def vanish(query):
        if "marker" in query and "changes-since" in query:
            del nova.servers[query["marker"]]

    nova.before_page = vanish

    found = statuses(cloud, servers)
    assert found[7] == "ERROR"
    assert sorted(found) == ["ACTIVE"] * 96 + ["ERROR"] + [base.GONE] * 3


def test_servers_deleted_together_cost_no_calls_of_their_own(nova, cloud):
    servers = [nova.make() for _ in range(100)]
    statuses(cloud, servers)
    for one in servers:
        nova.change(one, "DELETED")

    assert set(statuses(cloud, servers)) == {base.GONE}
    assert len(nova.calls()) == 2


def test_servers_purged_long_ago_are_asked_for_once(nova, cloud):
    nova.page = 10
    servers = [nova.make() for _ in range(30)]
    strangers = [f"10000000-0000-4000-8000-{number:012d}" for number in range(5)]
    ids = [*(one.id for one in servers), *strangers]

    first = cloud.look(SERVER, ids)
    calls = len(nova.calls())
    second = cloud.look(SERVER, ids)

    assert first == second
    assert {first[one].status for one in strangers} == {base.GONE}
    # Three pages and an empty one, again; then one call for each of the five.
    assert calls <= 2 * 4 + 5
    assert len(nova.calls()) - calls <= 4


def test_a_server_whose_cell_is_down_is_unknown_not_gone(nova, cloud):
    servers = [nova.make(status="ACTIVE") for _ in range(6)]
    servers[2].is_down = True

    assert statuses(cloud, servers)[2] == "UNKNOWN"
    assert statuses(cloud, servers[2:3]) == ["UNKNOWN"]


@pytest.mark.parametrize("page", [2, 1000])
def test_a_server_whose_cell_goes_down_later_is_not_gone(nova, cloud, page):
    nova.page = page
    servers = [nova.make(status="ACTIVE") for _ in range(5)]
    statuses(cloud, servers)
    servers[2].is_down = True
    nova.now += 3600

    assert statuses(cloud, servers)[2] in {"ACTIVE", "UNKNOWN"}


def test_a_server_that_cannot_be_asked_does_not_hide_the_others(nova, cloud):
    nova.page = 2
    servers = [nova.make(status="ACTIVE") for _ in range(5)]
    servers[2].is_down = True
    path = f"{nova_border.SERVERS}/{servers[2].id}"
    nova.tell("GET", path, Answer(status=500, body={"e": {"message": "no cell"}}))

    seen = cloud.look(SERVER, [one.id for one in servers])

    assert [seen[one.id].status for one in servers].count("ACTIVE") == 4
    assert seen[servers[2].id].status == "UNKNOWN"
    assert "no cell" in seen[servers[2].id].reason


def test_a_cloud_that_answers_nothing_is_busy(nova, cloud):
    path = f"{nova_border.SERVERS}/x"
    nova.tell("GET", path, Answer(status=500, body={"e": {"message": "no"}}))

    with pytest.raises(exceptions.CloudBusy):
        cloud.look(SERVER, ["x"])


def test_the_fault_of_a_server_comes_along(nova, cloud):
    server = nova.make(status="ERROR", fault="No valid host was found.")
    others = [nova.make() for _ in range(4)]

    alone = cloud.look(SERVER, [server.id])
    among = cloud.look(SERVER, [server.id, *(one.id for one in others)])

    assert alone[server.id].reason == among[server.id].reason
    assert alone[server.id].reason == "No valid host was found."


def test_a_fault_that_comes_after_its_status_is_seen(nova, cloud):
    server = nova.make(status="ERROR")
    ids = [server.id, *(nova.make().id for _ in range(4))]
    before = cloud.look(SERVER, ids)[server.id].reason
    nova.now += 20
    server.fault = "No valid host was found."

    after = cloud.look(SERVER, ids)[server.id].reason

    assert (before, after) == ("", "No valid host was found.")


def test_a_server_that_is_restored_is_there_again(nova, cloud):
    servers = [nova.make(status="ACTIVE") for _ in range(5)]
    nova.change(servers[2], "SOFT_DELETED")
    before = [statuses(cloud, servers)[2] for _ in range(2)]
    nova.now += 300
    nova.change(servers[2], "ACTIVE")

    assert before == [base.GONE, "SOFT_DELETED"]
    assert statuses(cloud, servers)[2] == "ACTIVE"
    assert len(nova.calls()) == 3


@pytest.fixture
def looks(nova):
    """What is known of servers; its clock is the cloud's."""
    return server_looks.Looks(clock=lambda: float(nova.now))


@pytest.fixture
def api(nova):
    sessions = border.sessions(nova.url)
    yield AccountView(sessions, border.an_account(), border.REGION).api("compute")
    sessions.close()


@pytest.mark.parametrize("page", [2, 1000])
def test_a_server_that_was_left_out_once_is_there_again(nova, looks, api, page):
    nova.page = page
    ids = [nova.make(status="ACTIVE").id for _ in range(5)]
    late = nova.servers.pop(ids[2])
    before = [looks.look(api, ids)[late.id].status for _ in range(2)]
    nova.servers[late.id] = late
    nova.now += server_looks.FULL_EVERY_S + 1

    after = looks.look(api, ids)

    assert before == [base.GONE] * 2
    assert {one.status for one in after.values()} == {"ACTIVE"}


def test_many_servers_that_are_gone_cost_no_calls_of_their_own(nova, cloud):
    servers = [nova.make(status="ACTIVE") for _ in range(5)]
    ids = [one.id for one in servers] + [f"gone-{number}" for number in range(9)]

    seen = [cloud.look(SERVER, ids) for _ in range(4)]

    assert seen[0] == seen[-1]
    assert len(nova.calls()) == len(lists(nova)) == 4


LATE = st.integers(0, int(server_looks.OVERLAP_S) - 1)
STATUSES = st.sampled_from(
    ["BUILD", "ACTIVE", "SHUTOFF", "ERROR", "SOFT_DELETED", "DELETED"]
)


class Walk(RuleBasedStateMachine):
    """Changes a cloud at random; what a look tells is compared with what is."""

    def __init__(self, nova, view):
        super().__init__()
        nova.reset()
        self.nova = nova
        self.api = view.api("compute")
        self.looks = server_looks.Looks(clock=lambda: float(nova.now))
        #: By server, what it may be seen as: of cells that are down, also what
        #: was seen last.

    def pick(self, number):
        servers = list(self.nova.servers.values())
        return servers[number % len(servers)] if servers else None

    @rule(count=st.integers(1, 4), page=st.integers(2, 6))
    def make(self, count, page):
        self.nova.page = page
        for _ in range(count):
            self.nova.make()

    @rule(number=st.integers(0, 50), status=STATUSES, late_s=LATE)
    def change(self, number, status, late_s):
        server = self.pick(number)
        if server is not None and server.status != "DELETED" and not server.is_down:
            self.nova.change(server, status, late_s=late_s)

    @rule(number=st.integers(0, 50))
    def take_cell_away_or_back(self, number):
        server = self.pick(number)
        if server is not None and server.status not in {"DELETED", "SOFT_DELETED"}:
            server.is_down = not server.is_down
            if not server.is_down:
                # It is heard of again: its service reports.
                server.updated = self.nova.now

    @rule(seconds=st.integers(0, 900))
    def pass_time(self, seconds):
        self.nova.now += seconds

    @rule(step=st.integers(1, 3), strangers=st.integers(0, 5))
    def look(self, step, strangers):
        ids = [one.id for one in self.nova.servers.values()][::step]
        ids += [f"10000000-0000-4000-8000-{one:012d}" for one in range(strangers)]

        try:
            seen = self.looks.look(self.api, ids)
        except exceptions.CloudBusy:
            # Each server that a page ended with has gone: nothing was told.
            return

        assert set(seen) == set(ids)
        for one in ids:
            server = self.nova.servers.get(one)
            is_gone = server is None or server.status == "DELETED"
            if is_gone:
                assert seen[one].status == base.GONE
            elif server.is_down:
                # What was seen of it last, also when somebody else was looked at.
                assert seen[one].status != base.GONE
            elif server.status == "SOFT_DELETED":
                # Lists leave it out, as if it were gone.
                assert seen[one].status in {"SOFT_DELETED", base.GONE}
            else:
                assert seen[one].status == server.status


def test_whatever_happens_a_look_tells_what_is(nova):
    sessions = border.sessions(nova.url)
    view = AccountView(sessions, border.an_account(), border.REGION)

    run_state_machine_as_test(
        lambda: Walk(nova, view),
        settings=hypothesis.settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
        ),
    )
    sessions.close()
