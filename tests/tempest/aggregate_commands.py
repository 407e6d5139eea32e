"""List the ``openstack`` commands about host aggregates with what they must print.

Names that begin with ``$`` are filled in, as in ``client_commands``.
"""

from client_commands import Command

SHOWN = ("id", "name", "availability_zone", "hosts", "properties", "created_at")


def _hosts() -> list[Command]:
    """List the commands that find hosts."""
    return [
        Command(
            line="compute service list --service nova-compute",
            columns=("ID", "Binary", "Host", "Zone", "Status", "State"),
            saves={"host": "Host"},
        ),
        Command(
            line="compute service list --long --host $host",
            shows={"Host": "$host", "Status": "enabled", "State": "up"},
            columns=("Disabled Reason",),
        ),
        Command(
            line="hypervisor list",
            columns=("ID", "Hypervisor Hostname", "State"),
            prints="$host",
        ),
        Command(line="hypervisor list --long --limit 1", columns=("Host IP", "State")),
        Command(
            line="hypervisor list --matching $host",
            shows={"Hypervisor Hostname": "$host"},
            saves={"hypervisor": "ID"},
        ),
    ]


def _makes() -> list[Command]:
    """List the commands that make and show aggregates."""
    return [
        Command(
            line="aggregate create $name",
            shows={"name": "$name", "availability_zone": None},
            saves={"aggregate": "id", "uuid": "uuid"},
        ),
        Command(
            line="aggregate create --zone $name-z --property ssd=true "
            "--property cpu=arm $name-two",
            shows={
                "name": "$name-two",
                "availability_zone": "$name-z",
                "properties": {
                    "availability_zone": "$name-z",
                    "cpu": "arm",
                    "ssd": "true",
                },
            },
            saves={"other": "id"},
        ),
        Command(line="aggregate create $name-three", saves={"third": "id"}),
        _refused("aggregate create $name", "Aggregate $name already exists."),
        _refused("aggregate create --zone a:b $name-no", "availability_zone"),
        Command(
            line="aggregate list",
            columns=("ID", "Name", "Availability Zone"),
            prints="$name-two",
        ),
        Command(
            line="aggregate list --long",
            columns=("ID", "Name", "Availability Zone", "Properties", "Hosts"),
            prints='"ssd": "true"',
        ),
        Command(line="aggregate show $name", columns=SHOWN, prints="$uuid"),
        Command(line="aggregate show $aggregate", shows={"name": "$name"}),
        Command(
            line="aggregate show $name-two",
            shows={
                "availability_zone": "$name-z",
                "properties": {"cpu": "arm", "ssd": "true"},
            },
        ),
        _refused("aggregate show $name-none", "$name-none"),
    ]


def _changes() -> list[Command]:
    """List the commands that change names, zones and properties."""
    return [
        Command(line="aggregate set --name $name-new $name"),
        Command(line="aggregate show $aggregate", shows={"name": "$name-new"}),
        Command(
            line="aggregate set --name $name --zone $name-a --property a=1 "
            "--property b=2 $aggregate"
        ),
        _properties({"a": "1", "b": "2"}),
        Command(line="aggregate unset --property a --property never $name"),
        _properties({"b": "2"}),
        Command(line="aggregate set --no-property --property c=3 $name"),
        _properties({"c": "3"}),
        Command(line="aggregate set --no-property $name"),
        _properties({}),
        _refused("aggregate set --name $name-two $name", "$name-two already exists."),
        _refused(
            "aggregate unset --property availability_zone $name",
            "empty named availability zone",
        ),
    ]


def _properties(properties: dict[str, str]) -> Command:
    """Look at the properties of the first aggregate."""
    shows = {"availability_zone": "$name-a", "properties": properties}
    return Command(line="aggregate show $name", shows=shows)


def _members() -> list[Command]:
    """List the commands about hosts and images of aggregates."""
    return [
        Command(
            line="aggregate add host $name $host",
            shows={"name": "$name", "hosts": ["$host"]},
        ),
        _refused("aggregate add host $name $host", "already has host $host"),
        _refused("aggregate add host $name no-such-host", "could not be found"),
        _refused("aggregate add host $other $host", "already in availability zone"),
        Command(line="aggregate add host $third $host", prints="$host"),
        _refused("aggregate set --zone $name-x $third", "already in availability zone"),
        Command(line="aggregate show $name", shows={"hosts": ["$host"]}),
        Command(line="aggregate list --long", prints="$host"),
        Command(line="aggregate cache image $name new_image"),
        Command(line="aggregate cache image $aggregate $image new_image"),
        _refused("aggregate cache image $name $image $image", "Duplicate images"),
        _refused("aggregate cache image $name-none $image", "$name-none"),
        _refused("aggregate delete $name", "is not empty"),
        Command(line="aggregate remove host $name $host", shows={"hosts": []}),
        _refused("aggregate remove host $name $host", "Cannot remove host"),
        Command(line="aggregate remove host $third $host", shows={"hosts": []}),
    ]


def _ends() -> list[Command]:
    """List the commands that remove everything."""
    return [
        _refused("aggregate delete $name-none $name-three", "1 of 2 aggregates failed"),
        _refused("aggregate show $third", "$third"),
        Command(line="aggregate delete $name $other"),
        _refused("aggregate show $name", "$name"),
    ]


def _refused(line: str, says: str) -> Command:
    """Require that a command fails and says why."""
    return Command(line=line, status=1, complains=says)


COMMANDS = (*_hosts(), *_makes(), *_changes(), *_members(), *_ends())
#: What a user without rights is told.
REFUSED = (
    _refused("aggregate list", "Policy doesn't allow"),
    _refused("aggregate create $name-no", "Policy doesn't allow"),
    _refused("compute service list", "Policy doesn't allow"),
    _refused("hypervisor list", "Policy doesn't allow"),
)
