"""What the members of a pool say of a node."""

import pytest

from senlin_like.domain.health import Finding
from senlin_like.drivers.balancing import Member
from senlin_like.engine import pools

NODE = "n-1"


def a_member(status, **changes):
    given = {"id": "m-1", "address": "10.0.0.5", "port": 80} | changes
    return Member(operating_status=status, **given)


@pytest.mark.parametrize(
    ("status", "finding"),
    [
        ("ERROR", Finding.BAD),
        ("ONLINE", Finding.GOOD),
        ("NO_MONITOR", Finding.UNKNOWN),
        ("OFFLINE", Finding.UNKNOWN),
        ("DRAINING", Finding.UNKNOWN),
        ("DEGRADED", Finding.UNKNOWN),
        ("SOMETHING_NEW", Finding.UNKNOWN),
        ("", Finding.UNKNOWN),
    ],
)
def test_only_what_a_monitor_has_found_counts(status, finding):
    seen = pools.judge([a_member(status)], NODE, "m-1")

    assert seen.finding is finding
    assert bool(seen.reason) is (finding is not Finding.GOOD)


def test_a_member_is_found_by_its_id_or_its_mark():
    other = a_member("ONLINE", id="m-0", tags=("cluster_node_id=n-0",))
    marked = a_member("ERROR", id="m-2", tags=("cluster_node_id=n-1",))

    by_id = pools.judge([other, a_member("ERROR")], NODE, "m-1")
    by_mark = pools.judge([other, marked], NODE, None)
    by_nothing = pools.judge([other], NODE, None)

    assert by_id.reason == "Its member 10.0.0.5:80 of the load balancer is ERROR."
    assert by_mark.finding is Finding.BAD
    assert by_nothing.finding is Finding.UNKNOWN
