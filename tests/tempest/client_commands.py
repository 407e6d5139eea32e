"""List the commands of python-senlinclient with what they must print.

Names that begin with ``$`` are filled in: from the caller, or from the ``saves``
of an earlier command.
"""

import dataclasses
from collections.abc import Mapping, Sequence

LIST_COLUMNS = {
    "cluster": ("id", "name", "status", "created_at", "updated_at"),
    "member": ("id", "name", "index", "status", "physical_id", "created_at"),
    "node": ("id", "name", "index", "status", "cluster_id", "physical_id", "tainted"),
    "action": ("id", "name", "action", "status", "target_id", "cluster_id"),
    "event": ("id", "generated_at", "obj_type", "obj_id", "action", "level"),
    "profile": ("id", "name", "type", "created_at"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Command:
    """Say what to type after ``openstack cluster`` and what must come back.

    ``prints`` is in the output, ``complains`` among the errors.  With ``patient`` it
    is tried again until the answer is as wanted.  ``saves`` maps new names to
    fields, of the first row if the answer is a list.
    """

    line: str
    shows: Mapping[str, object] = dataclasses.field(default_factory=dict)
    columns: Sequence[str] = ()
    prints: str = ""
    complains: str = ""
    saves: Mapping[str, str] = dataclasses.field(default_factory=dict)
    status: int = 0
    patient: bool = False

    @property
    def answers_json(self) -> bool:
        """Tell whether the answer is read as JSON."""
        return bool(self.shows or self.columns or self.saves)


def _catalogue() -> list[Command]:
    """List what only reads what the service is and knows."""
    return [
        Command(line="build info", columns=("api", "engine")),
        Command(line="service list", columns=("binary", "host", "status", "state")),
        Command(line="profile type list", prints="os.nova.server"),
        Command(line="profile type show os.nova.server-1.0", prints="flavor"),
        Command(line="profile type ops os.nova.server-1.0", prints="reboot"),
    ]


def _profiles() -> list[Command]:
    """List the commands that make, show and change profiles."""
    columns = LIST_COLUMNS["profile"]
    return [
        Command(line="profile validate --spec-file $spec", prints="os.nova.server"),
        Command(line="profile validate --spec-file $bad_spec", status=1),
        Command(
            line="profile create --spec-file $spec --metadata a=1 $name-one",
            shows={"name": "$name-one", "type": "os.nova.server-1.0"},
            saves={"profile": "id"},
        ),
        Command(
            line="profile create --spec-file $other_spec $name-two",
            saves={"other_profile": "id"},
        ),
        Command(
            line="profile create --spec-file $slow_spec $name-slow",
            saves={"slow_profile": "id"},
        ),
        Command(line="profile list --full-id", columns=columns, prints="$profile"),
        Command(
            line="profile list --limit 1 --sort name:asc --filters name=$name-one",
            columns=columns,
            prints="$name-one",
        ),
        Command(line="profile show $name-one", shows={"id": "$profile"}),
        Command(line="profile show $name-none", status=1),
        Command(
            line="profile update --name $name-uno --metadata b=2 $profile",
            shows={"name": "$name-uno"},
        ),
    ]


def _clusters() -> list[Command]:
    """List the commands that make, show and change clusters."""
    columns = LIST_COLUMNS["cluster"]
    return [
        Command(
            line="create --profile $profile --desired-capacity 1 --min-size 0 "
            "--max-size 10 --timeout 300 --metadata a=1 "
            "--config cluster.stop_node_before_delete=false --wait $name",
            shows={"name": "$name", "status": "ACTIVE", "desired_capacity": 1},
            saves={"cluster": "id"},
        ),
        Command(line="create --profile $name-none $name-bad", status=1),
        Command(line="list --full-id", columns=columns, prints="$cluster"),
        Command(
            line="list --limit 1 --sort created_at:desc --filters name=$name",
            columns=columns,
            prints="$name",
        ),
        Command(line="list --filters status=ACTIVE --global-project", columns=columns),
        Command(line="show $name", shows={"id": "$cluster", "timeout": 300}),
        Command(line="show $name-none", status=1),
        Command(
            line="update --timeout 400 --metadata b=2 --name $name-new --wait $cluster",
            shows={"name": "$name-new", "timeout": 400},
        ),
        Command(
            line="update --profile $other_profile --profile-only true --wait $cluster",
            shows={"profile_id": "$other_profile"},
        ),
        Command(
            line="update --profile $profile --profile-only false --wait $cluster",
            shows={"profile_id": "$profile", "status": "ACTIVE"},
        ),
    ]


def _sizes() -> list[Command]:
    """List the commands that change and mend a cluster's nodes."""
    checked = ("ID", "Name", "Status", "Status Reason")
    return [
        Command(
            line="resize --capacity 2 --wait $cluster", shows={"desired_capacity": 2}
        ),
        Command(
            line="resize --adjustment 1 --min-size 1 --max-size 8 --wait $cluster",
            shows={"desired_capacity": 3, "min_size": 1, "max_size": 8},
        ),
        Command(
            line="resize --percentage 34 --min-step 1 --strict --wait $cluster",
            shows={"desired_capacity": 4},
        ),
        # The client reports this refusal with the exit status 0.
        Command(line="resize --capacity 20 --strict $cluster", prints="max_size (8)"),
        Command(line="expand --count 1 --wait $cluster", shows={"desired_capacity": 5}),
        Command(line="shrink --count 3 --wait $cluster", shows={"desired_capacity": 2}),
        Command(line="expand $cluster", prints="Request accepted by action"),
        Command(
            line="show $cluster",
            shows={"desired_capacity": 3, "status": "ACTIVE"},
            patient=True,
        ),
        Command(line="check --wait $cluster", columns=checked, prints="CLUSTER_CHECK"),
        Command(
            line="recover --check true --wait $cluster",
            columns=checked,
            prints="CLUSTER_RECOVER",
        ),
    ]


def _nodes() -> list[Command]:
    """List the commands that make, show, change and mend nodes."""
    columns = LIST_COLUMNS["node"]
    alive = {"status": "ACTIVE"}
    return [
        Command(
            line="node create --profile $profile --role worker --metadata a=1 $name-n1",
            shows={"name": "$name-n1", "role": "worker"},
            saves={"node": "id"},
        ),
        Command(
            line="node create --profile $profile $name-n2", saves={"other_node": "id"}
        ),
        Command(line="node show $node", shows=alive, patient=True),
        Command(line="node show $other_node", shows=alive, patient=True),
        Command(line="node show --details $name-n1", columns=("details", "dependents")),
        Command(line="node show $name-none", status=1),
        Command(line="node list --full-id", columns=columns, prints="$node"),
        Command(line="node list --cluster $cluster --limit 2", columns=columns),
        Command(
            line="node list --sort name:asc --filters name=$name-n1", columns=columns
        ),
        Command(
            line="node update --name $name-n1x --role boss --metadata b=2 "
            "--tainted true $node",
            saves={"ignored": "id"},
        ),
        Command(
            line="node show $node",
            shows={"name": "$name-n1x", "role": "boss", "tainted": True, **alive},
            patient=True,
        ),
        Command(line="node check $node", prints="Node check request on node"),
        _reason("Check"),
        Command(line="node recover --check true $node", prints="Node recover request"),
        _reason("Recover"),
        Command(
            line="node op --operation reboot --params type=SOFT $node",
            prints="Request accepted by action",
            # The client ends with an error of its own after printing this.
            status=1,
        ),
        Command(line="node show $node", shows=alive, patient=True),
    ]


def _reason(word: str) -> Command:
    """Wait until the node's status says that it was checked or recovered."""
    return Command(
        line="node show $node", shows={"status": "ACTIVE"}, prints=word, patient=True
    )


def _members() -> list[Command]:
    """List the commands about the nodes of a cluster."""
    columns = LIST_COLUMNS["member"]
    script = "--script $script --user nobody --address-type fixed"
    return [
        Command(line="members add --nodes $node --wait $cluster", prints="$node"),
        Command(
            line="members list --full-id --sort created_at:asc $cluster",
            columns=columns,
            prints="$node",
            saves={"physical": "physical_id"},
        ),
        Command(
            line="members list --filters status=ACTIVE --limit 1 $cluster",
            columns=columns,
        ),
        Command(
            line="members replace --nodes $node=$other_node --wait $cluster",
            prints="$other_node",
        ),
        Command(
            line="members del --nodes $other_node --wait $cluster",
            shows={"desired_capacity": 3},
        ),
        Command(
            line="collect --path details.status --full-id $cluster",
            columns=("node_id", "attr_value"),
            prints="ACTIVE",
        ),
        Command(
            line="op --operation reboot --params type=SOFT --wait $cluster",
            shows={"status": "ACTIVE"},
        ),
        # Nobody answers at the address; the client says so and ends well.
        Command(
            line=f"run {script} --ssh-options=-oConnectTimeout=1 $cluster",
            prints="status:",
        ),
        Command(
            line="node adopt --preview --identity $unmanaged --type os.nova.server-1.0",
            columns=("node_preview",),
        ),
        Command(
            line="node adopt --identity $unmanaged --type os.nova.server-1.0 "
            "--name $name-adopted --role guest",
            shows={"name": "$name-adopted", "physical_id": "$unmanaged"},
            saves={"adopted": "id"},
        ),
    ]


def _actions_and_events() -> list[Command]:
    """List the commands about what was done and what is under way."""
    return [
        Command(
            line="action list --full-id --limit 5 --sort created_at:desc "
            "--filters target=$cluster",
            columns=LIST_COLUMNS["action"],
            saves={"action": "id"},
        ),
        Command(
            line="action show $action",
            shows={"status": "SUCCEEDED", "target_id": "$cluster"},
        ),
        Command(line="action show $name-none", status=1),
        Command(
            line="event list --full-id --limit 5 --sort timestamp:desc "
            "--filters cluster_id=$cluster",
            columns=LIST_COLUMNS["event"],
            saves={"event": "id"},
        ),
        Command(line="event show $event", shows={"id": "$event"}),
        Command(
            line="create --profile $slow_profile --desired-capacity 1 $name-slow",
            saves={"slow_cluster": "id"},
        ),
        Command(
            line="action list --full-id --filters target=$slow_cluster",
            columns=LIST_COLUMNS["action"],
            saves={"slow_action": "id"},
        ),
        Command(line="action update --status CANCELLED $slow_action"),
    ]


def _ends() -> list[Command]:
    """List the commands that remove everything."""
    return [
        Command(line="node delete --force $node $other_node", prints="accepted by"),
        Command(line="node show $node", status=1, patient=True),
        Command(line="node show $other_node", status=1, patient=True),
        Command(line="delete --force --wait $cluster", prints="accepted by action"),
        Command(line="show $cluster", status=1, patient=True),
        Command(line="delete --force --force-delete $slow_cluster", patient=True),
        Command(line="show $slow_cluster", status=1, patient=True),
        Command(
            line="profile delete --force $profile $other_profile $slow_profile",
            prints="Profile deleted",
        ),
        Command(line="profile delete --force $name-none", status=1),
    ]


def _receivers() -> list[Command]:
    """List the commands about receivers."""
    return [
        Command(
            line="receiver create --cluster $cluster --action CLUSTER_SCALE_OUT "
            "--type webhook $name-r",
            shows={"name": "$name-r"},
            saves={"receiver": "id"},
        ),
        Command(line="receiver list --full-id", prints="$receiver"),
        Command(line="receiver show $receiver", shows={"id": "$receiver"}),
        Command(
            line="receiver update --name $name-s --action CLUSTER_SCALE_IN $receiver",
            shows={"name": "$name-s"},
        ),
        Command(line="receiver delete --force $receiver"),
    ]


def _policies() -> list[Command]:
    """List the commands about policies."""
    return [
        Command(line="policy type list", prints="senlin.policy.deletion"),
        Command(line="policy type show senlin.policy.deletion-1.0", prints="criteria"),
        Command(line="policy validate --spec-file $policy_spec", prints="deletion"),
        Command(
            line="policy create --spec-file $policy_spec $name-p",
            shows={"name": "$name-p"},
            saves={"policy": "id"},
        ),
        Command(line="policy list --full-id", prints="$policy"),
        Command(line="policy show $policy", shows={"id": "$policy"}),
        Command(line="policy update --name $name-q $policy", shows={"name": "$name-q"}),
        *_bindings(),
        Command(line="policy delete --force $policy"),
        Command(line="policy show $policy", status=1),
    ]


def _bindings() -> list[Command]:
    """List the commands about the policies of clusters."""
    return [
        Command(line="policy attach --policy $policy --wait $cluster"),
        Command(
            line="policy binding list $cluster",
            columns=("policy_id", "policy_name", "policy_type", "is_enabled"),
        ),
        Command(
            line="policy binding show --policy $policy $cluster",
            shows={"is_enabled": True},
        ),
        Command(line="policy binding update --policy $policy --enabled false $cluster"),
        Command(line="policy detach --policy $policy --wait $cluster", patient=True),
    ]


COMMANDS = (
    *_catalogue(),
    *_profiles(),
    *_clusters(),
    *_sizes(),
    *_nodes(),
    *_members(),
    *_actions_and_events(),
    *_policies(),
    *_receivers(),
    *_ends(),
)
