"""How a cluster stands is a total function of a few numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import cluster_status
from senlin_like.domain.enums import ClusterStatus

SIZES = st.integers(min_value=0, max_value=50)


@pytest.mark.parametrize(
    ("active", "status", "reason"),
    [
        (1, "ERROR", "CLUSTER_CHECK: number of active nodes is below min_size (2)."),
        (
            2,
            "WARNING",
            "CLUSTER_CHECK: number of active nodes is below desired_capacity (3).",
        ),
        (
            3,
            "ACTIVE",
            "CLUSTER_CHECK: number of active nodes is equal or above "
            "desired_capacity (3).",
        ),
        (
            4,
            "ACTIVE",
            "CLUSTER_CHECK: number of active nodes is equal or above "
            "desired_capacity (3).",
        ),
        (5, "WARNING", "CLUSTER_CHECK: number of active nodes is above max_size (4)."),
    ],
)
def test_reason_names_the_limit_that_decides(
    active: int, status: str, reason: str
) -> None:
    standing = cluster_status.evaluate(
        "CLUSTER_CHECK", active, desired_capacity=3, min_size=2, max_size=4
    )

    assert (standing.status, standing.reason) == (status, reason)


def test_an_empty_cluster_that_may_be_empty_is_active() -> None:
    standing = cluster_status.evaluate(
        "CLUSTER_CREATE", 0, desired_capacity=0, min_size=0, max_size=-1
    )

    assert standing.status is ClusterStatus.ACTIVE


@given(
    active=SIZES,
    desired=SIZES,
    lowest=SIZES,
    highest=st.integers(min_value=-1, max_value=50),
)
def test_every_cluster_has_a_standing(
    active: int, desired: int, lowest: int, highest: int
) -> None:
    standing = cluster_status.evaluate(
        "reboot", active, desired_capacity=desired, min_size=lowest, max_size=highest
    )

    is_fine = active >= max(desired, lowest) and (highest < 0 or active <= highest)
    assert (standing.status is ClusterStatus.ACTIVE) is is_fine
    assert (standing.status is ClusterStatus.ERROR) is (active < lowest)
    assert standing.reason.startswith("reboot: number of active nodes is ")
    assert standing.reason.endswith(").")
