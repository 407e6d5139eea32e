"""What stacks and containers cost in calls of the cloud and in statements."""

import pytest

from senlin_like.operations import cluster_actions, clusters
from tests.torture import kinds

COUNT, HOSTS = 24, 2
#: As of servers, and for containers the host: chosen, told of it, and looked up.
STATEMENTS_AT_ALL, STATEMENTS_PER_NODE = 80, {"stack": 14.5, "box": 24.0}


@pytest.fixture
def measure(stage, tally, to_the_end):
    """Let something be done to its end; give the calls by method."""

    def run(act):
        tally.clear()
        stage.controls.reset_counters()
        act()
        to_the_end()
        return {
            method: sum(outcomes.values())
            for method, outcomes in stage.controls.counters().items()
            if not method.startswith("identity.")
        }

    return run


@pytest.fixture(params=["stack", "box"])
def profile(request, stage):
    if request.param == "stack":
        kinds.a_profile(stage, "stack", kinds.STACK, template=kinds.TEMPLATE)
    else:
        kinds.make_hosts(stage, HOSTS)
    return request.param


MADE = {
    "stack": {"orchestration.create_stack": COUNT},
    "box": {
        "containers.create_container": COUNT,
        "containers.start": COUNT,
        "compute.get_server": HOSTS,
    },
}
DELETED = {
    "stack": {"orchestration.delete_stack": COUNT},
    "box": {"containers.stop": COUNT, "containers.remove_container": COUNT},
}
CHECKED = {"stack": {"orchestration.check_stack": COUNT}, "box": {}}
LOOKS = {"stack": "look.stack", "box": "look.container"}


def test_each_node_costs_few_calls_and_looks_are_shared(stage, tally, measure, profile):
    made = measure(lambda: kinds.a_cluster(stage, "many", profile, COUNT))
    statements = tally.statements
    looks = [made.pop(LOOKS[profile])]
    checked = measure(
        lambda: cluster_actions.ask(stage.deps, stage.ctx, "many", "check", {})
    )
    looks.append(checked.pop(LOOKS[profile]))
    deleted = measure(
        lambda: clusters.delete(stage.deps, stage.ctx, "many", force=False)
    )
    looks.append(deleted.pop(LOOKS[profile]))

    assert (made, checked, deleted) == (
        MADE[profile],
        CHECKED[profile],
        DELETED[profile],
    )
    # Each time that the engine takes a batch it looks once for all.
    assert max(looks) <= 2 + COUNT // 4
    most = STATEMENTS_AT_ALL + STATEMENTS_PER_NODE[profile] * COUNT
    assert statements <= most, tally.most()
    print(profile, statements / COUNT, tally.statements / COUNT)
