"""What of a Docker engine carries our marks: containers, and nothing else."""

from senlin_like.domain.leaks import Kind, Marked
from senlin_like.drivers import base, objects
from senlin_like.drivers.docker import shapes
from senlin_like.drivers.docker.containers import DockerContainers


class DockerLedger:
    """The marked containers of a project."""

    def __init__(self, containers: DockerContainers, project: str, region: str) -> None:
        self._containers = containers
        self._project = project
        self._region = region

    def list_marked(self, kind: Kind) -> list[Marked]:
        """Return nothing: containers are asked of their hosts."""
        del kind
        return []

    def list_on_host(self, host: objects.ContainerHost) -> list[Marked]:
        """Return all containers of a host that carry a mark, with one call."""
        return [
            Marked(
                kind=Kind.CONTAINER,
                id=host.locate(one.id),
                name=one.name,
                mark=one.labels[base.NODE_MARK],
                project=self._project,
                region=self._region,
                status=one.status,
                created_at=one.created_at,
                cluster_id=one.labels.get(base.CLUSTER_MARK),
                is_going=one.status == shapes.REMOVING,
            )
            for one in self._containers.list_marked(host)
        ]
