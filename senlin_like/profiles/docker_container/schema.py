"""What a spec of ``container.dockerinc.docker`` may say."""

from senlin_like.domain import spec

PROPERTIES: spec.Schema = {
    "context": spec.Map(
        is_secret=True,
        description="Settings for working on the cloud, such as the region.",
    ),
    "image": spec.String(
        description="Image that the container is made from.", required=True
    ),
    "name": spec.String(
        description="Name of the container, if not that of the node.", updatable=True
    ),
    "command": spec.String(description="Command that the container runs."),
    "port": spec.Integer(
        description="Port of the host that Docker listens on.", default=2375
    ),
    "host_node": spec.String(
        description="Id or name of the node to run on; a cloud that has a host of its "
        "own needs neither this nor a cluster."
    ),
    "host_cluster": spec.String(
        description="Id or name of a cluster whose nodes to run on."
    ),
}

_WAIT_TIME = {
    "wait_time": spec.Integer(
        description="Seconds that the container has to stop by itself."
    )
}
OPERATIONS = {
    "pause": spec.Operation(description="Freeze the container."),
    "unpause": spec.Operation(description="Go on with a paused container."),
    "restart": spec.Operation(
        description="Restart the container.", parameters=_WAIT_TIME
    ),
    "reboot": spec.Operation(
        description="Restart the container; another word for it.",
        parameters=_WAIT_TIME,
    ),
    "start": spec.Operation(description="Start a container that has stopped."),
    "stop": spec.Operation(description="Stop the container.", parameters=_WAIT_TIME),
    "kill": spec.Operation(description="Stop the container at once."),
}
