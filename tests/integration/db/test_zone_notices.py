"""Who tells the cloud of zones, and what becomes of those who are late."""

import pytest

from senlin_like.db import zone_notices

HOLD_S = 100.0
TOO_SHORT_S = -1.0


@pytest.fixture
def notices(database):
    """Call the functions on zone notices, each in a transaction of its own."""

    class Notices:
        def __getattr__(self, name):
            function = getattr(zone_notices, name)
            return lambda *args: database.transact(lambda one: function(one, *args))

    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM zone_notice")
    return Notices()


def test_one_tells_at_a_time(notices):
    assert notices.take("a", HOLD_S) is None
    notices.want()

    assert notices.take("a", HOLD_S) == 1
    assert notices.take("b", HOLD_S) is None
    notices.settle("a", 1)
    assert not notices.is_wanted()
    assert notices.take("b", HOLD_S) is None


def test_what_changes_meanwhile_is_told_again(notices):
    notices.want()
    told = notices.take("a", HOLD_S)
    notices.want()

    notices.settle("a", told)

    assert notices.is_wanted()
    assert notices.take("b", HOLD_S) == 2


def test_who_fails_lets_others_tell(notices):
    notices.want()
    notices.take("a", HOLD_S)

    notices.release("a")

    assert notices.take("b", HOLD_S) == 1


@pytest.mark.parametrize("end", ["settle", "release"])
def test_who_was_late_may_have_told_something_old(notices, end):
    notices.want()
    late = notices.take("a", TOO_SHORT_S)
    notices.want()
    notices.settle("b", notices.take("b", HOLD_S))
    assert not notices.is_wanted()

    # The cloud may have done what it was asked before the call failed.
    notices.release("a") if end == "release" else notices.settle("a", late)

    assert notices.is_wanted()


@pytest.mark.parametrize("end", ["settle", "release"])
def test_who_was_late_does_not_end_the_turn_of_another(notices, end):
    notices.want()
    late = notices.take("a", TOO_SHORT_S)
    notices.take("b", HOLD_S)

    notices.release("a") if end == "release" else notices.settle("a", late)

    assert notices.take("c", HOLD_S) is None
    assert notices.is_wanted()
