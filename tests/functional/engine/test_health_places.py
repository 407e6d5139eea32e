"""Health checks look for a node where it is, not where its profile says."""

import pytest

from tests.torture import watched

BOTH = [{"name": "RegionOne"}, {"name": "Far"}]


@pytest.fixture
def spread(stage, make, ask, attach):
    """Make a cluster in two regions with a health policy of some mode."""
    things = {
        "region": ("Far", {}),
        "zone": ("far-zone", {"region": "Far"}),
        "host": ("far-1", {"zone": "far-zone"}),
    }
    for kind, (name, attributes) in things.items():
        thing = {"id": name, "name": name, "attributes": attributes}
        stage.controls.put_thing(kind, thing)

    def begin(mode):
        cluster = make(4, high=9)
        attach("r", "region_placement", regions=BOTH)
        ask("scale_out", count=2)
        stage.advance(watched.LATER_S)
        policy = watched.a_policy(
            stage, mode, recovery={"actions": [{"name": "RECREATE"}]}
        )
        assert watched.attach(stage, cluster, policy).status == "SUCCEEDED"
        return [
            node
            for node in stage.nodes(cluster)
            if (node.data.get("placement") or {}).get("region_name") == "Far"
        ]

    return begin


@pytest.mark.parametrize(
    "mode",
    [watched.STATUS, watched.HYPERVISOR, watched.EVENTS],
    ids=lambda m: m["type"],
)
def test_nodes_in_another_region_are_left_alone(stage, spread, mode):
    far = spread(mode)
    assert len(far) == 2

    for _ in range(2):
        assert watched.check(stage, after_s=61) == []

    assert watched.told(stage) == []


@pytest.mark.parametrize(
    "mode", [watched.STATUS, watched.EVENTS], ids=lambda m: m["type"]
)
def test_a_failed_node_in_another_region_is_repaired(stage, spread, mode):
    far = spread(mode)
    watched.check(stage)
    stage.controls.kill_server(far[0].physical_id)

    found = watched.check(stage, after_s=61)

    assert [row.target for row in found] == [far[0].id]
