"""The doors to the simulated cloud's levers: ``/simulated/v1``.

For administrators, and only there where the cloud is the simulated one. All
bodies and answers are what ``simulated_cloud.controls`` takes and gives.
"""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.api import bodies, fields, queries
from senlin_like.api.call import Call
from senlin_like.api.operation import (
    Gives,
    Operation,
    Takes,
    Wrapped,
    operation,
)
from senlin_like.api.tree import Place
from senlin_like.rbac import simulated as rules
from senlin_like.simulated_cloud.controls import Controls

_FREE = Takes(wrapped=Wrapped.FREE)


def _table(name: str) -> fields.Resource:
    return fields.Resource(name, name, (), is_closed=False)


def _shows(name: str, takes: Takes | None = None, status: int = 200) -> Operation:
    """Declare an operation that answers with JSON."""
    return Operation(
        name=name,
        resource=_table(name),
        rule=rules.CONTROL,
        gives=Gives.RAW,
        status=status,
        takes=takes,
    )


def _ends(name: str) -> Operation:
    """Declare an operation that answers with nothing."""
    return Operation(
        name=name,
        resource=_table(name),
        rule=rules.CONTROL,
        gives=Gives.NOTHING,
        status=204,
    )


class _Lever(Place):
    """A place with the controls of the cloud in its hand."""

    def __init__(self, controls: Controls, item: Place | None = None) -> None:
        super().__init__(item=item)
        self.controls = controls


class Settings(_Lever):
    """``/simulated/v1/settings``."""

    @operation(_shows("settings"))
    def get(self, call: Call) -> dict[str, Any]:
        """Show all settings."""
        return {"settings": self.controls.settings()}

    @operation(_shows("settings", _FREE))
    def put(self, call: Call) -> dict[str, Any]:
        """Change settings; null brings one back to its default."""
        return {"settings": self.controls.put_settings(_inside(call, "settings"))}


class Fault(_Lever):
    """``/simulated/v1/faults/{fault_id}``."""

    @operation(_ends("faults"))
    def delete(self, call: Call) -> None:
        """Remove a fault rule."""
        if not call.identity.isdecimal() or len(call.identity) > 9:
            raise exceptions.NotFound("fault rule", call.identity)
        self.controls.remove_fault(int(call.identity))


class Faults(_Lever):
    """``/simulated/v1/faults``."""

    parameter = "fault_id"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls, Fault(controls))

    @operation(_shows("faults"))
    def get(self, call: Call) -> dict[str, Any]:
        """List the fault rules."""
        return {"faults": self.controls.faults()}

    @operation(_shows("faults", _FREE, 201))
    def post(self, call: Call) -> dict[str, Any]:
        """Add a fault rule."""
        return {"fault": self.controls.add_fault(_inside(call, "fault"))}

    @operation(_ends("faults"))
    def delete(self, call: Call) -> None:
        """Remove all fault rules."""
        self.controls.clear_faults()


class Server(_Lever):
    """``/simulated/v1/servers/{server_id}``."""

    @operation(_shows("servers", _FREE))
    def patch(self, call: Call) -> dict[str, Any]:
        """Let a server die (ERROR) or be switched off (SHUTOFF)."""
        status = _inside(call, "server").get("status")
        if status == "ERROR":
            return {"server": self.controls.kill_server(call.identity)}
        if status == "SHUTOFF":
            return {"server": self.controls.stop_server(call.identity)}
        raise exceptions.InvalidBody("The 'status' of a server is ERROR or SHUTOFF.")

    @operation(_shows("servers"))
    def delete(self, call: Call) -> dict[str, Any]:
        """Let a server vanish."""
        return {"server": self.controls.vanish_server(call.identity)}


class Servers(_Lever):
    """``/simulated/v1/servers``."""

    parameter = "server_id"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls, Server(controls))

    @operation(_shows("servers"))
    def get(self, call: Call) -> dict[str, Any]:
        """List servers; by project, name, node_mark or host."""
        asked = {
            name: values[-1]
            for name, values in queries.parse(call.query_string).items()
        }
        marker = asked.pop("marker", None)
        return {"servers": self.controls.servers(filters=asked, marker=marker)}


class Container(_Lever):
    """``/simulated/v1/containers/{container_id}``."""

    @operation(_ends("containers"))
    def delete(self, call: Call) -> None:
        """Let a container vanish."""
        self.controls.vanish_container(call.identity)


class Containers(_Lever):
    """``/simulated/v1/containers``."""

    parameter = "container_id"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls, Container(controls))

    @operation(_shows("containers"))
    def get(self, call: Call) -> dict[str, Any]:
        """List containers, of all projects or of one."""
        project = queries.parse(call.query_string).get("project", [None])[-1]
        return {"containers": self.controls.containers(project)}


class Host(_Lever):
    """``/simulated/v1/hosts/{host}``."""

    @operation(_shows("hosts", _FREE))
    def patch(self, call: Call) -> dict[str, Any]:
        """Change a host, or make it."""
        changed = self.controls.set_host(call.identity, _inside(call, "host"))
        return {"host": changed}


class Hosts(_Lever):
    """``/simulated/v1/hosts``."""

    parameter = "host"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls, Host(controls))

    @operation(_shows("hosts"))
    def get(self, call: Call) -> dict[str, Any]:
        """List the hosts."""
        return {"hosts": self.controls.hosts()}


class LoadBalancer(_Lever):
    """``/simulated/v1/load_balancers/{load_balancer_id}``."""

    @operation(_shows("load_balancers", _FREE))
    def patch(self, call: Call) -> dict[str, Any]:
        """Let a load balancer be ACTIVE, in ERROR, or stuck in PENDING_UPDATE."""
        status = _inside(call, "load_balancer").get("status")
        changed = self.controls.set_load_balancer(call.identity, str(status))
        return {"load_balancer": changed}

    @operation(_shows("load_balancers"))
    def delete(self, call: Call) -> dict[str, Any]:
        """Let a load balancer vanish."""
        return {"load_balancer": self.controls.vanish_load_balancer(call.identity)}


class LoadBalancers(_Lever):
    """``/simulated/v1/load_balancers``."""

    parameter = "load_balancer_id"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls, LoadBalancer(controls))

    @operation(_shows("load_balancers"))
    def get(self, call: Call) -> dict[str, Any]:
        """List load balancers with their members; by project, name or mark."""
        asked = {
            name: values[-1]
            for name, values in queries.parse(call.query_string).items()
        }
        return {"load_balancers": self.controls.load_balancers(asked)}


class ServerGroups(_Lever):
    """``/simulated/v1/server_groups``."""

    @operation(_shows("server_groups"))
    def get(self, call: Call) -> dict[str, Any]:
        """List the server groups with their servers."""
        return {"server_groups": self.controls.server_groups()}


class Messages(_Lever):
    """``/simulated/v1/queues/{queue}/messages``."""

    @operation(_shows("messages"))
    def get(self, call: Call) -> dict[str, Any]:
        """List the messages of a queue."""
        return {"messages": self.controls.messages(call.identity)}

    @operation(_shows("messages", _FREE, 201))
    def post(self, call: Call) -> dict[str, Any]:
        """Put a message into a queue, as another service would."""
        if call.body is None:
            raise bodies.missing()
        posted = self.controls.post_message(call.identity, call.body.get("message"))
        return {"message": posted}


class Queues(_Lever):
    """``/simulated/v1/queues``."""

    parameter = "queue"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls, Place({"messages": Messages(controls)}))

    @operation(_shows("queues"))
    def get(self, call: Call) -> dict[str, Any]:
        """List the queues."""
        return {"queues": self.controls.queues()}


class ImageCaches(_Lever):
    """``/simulated/v1/image_caches``."""

    @operation(_shows("image_caches"))
    def get(self, call: Call) -> dict[str, Any]:
        """List the images on hosts."""
        return {"image_caches": self.controls.image_caches()}

    @operation(_ends("image_caches"))
    def delete(self, call: Call) -> None:
        """Take all images from all hosts."""
        self.controls.clear_image_caches()


class Counters(_Lever):
    """``/simulated/v1/counters``."""

    @operation(_shows("counters"))
    def get(self, call: Call) -> dict[str, Any]:
        """Show how often each method was called, by outcome."""
        return {"counters": self.controls.counters()}

    @operation(_ends("counters"))
    def delete(self, call: Call) -> None:
        """Set all counters to 0."""
        self.controls.reset_counters()


class Problems(_Lever):
    """``/simulated/v1/problems``."""

    @operation(_shows("problems"))
    def get(self, call: Call) -> dict[str, Any]:
        """List leaks and doubles."""
        return {"problems": self.controls.problems()}


class Member(_Lever):
    """``/simulated/v1/members/{member_id}``."""

    @operation(_shows("members", _FREE))
    def patch(self, call: Call) -> dict[str, Any]:
        """Let a member have an operating status; null: that of its server again."""
        status = _inside(call, "member").get("operating_status")
        asked = None if status is None else str(status)
        return {"member": self.controls.set_member(call.identity, asked)}


class Members(_Lever):
    """``/simulated/v1/members``."""

    parameter = "member_id"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls, Member(controls))

    @operation(_shows("members"))
    def get(self, call: Call) -> dict[str, Any]:
        """List the members of all load balancers."""
        found = [one["members"] for one in self.controls.load_balancers()]
        return {"members": [member for members in found for member in members]}


LEVERS: Mapping[str, type[_Lever]] = {
    "settings": Settings,
    "faults": Faults,
    "servers": Servers,
    "containers": Containers,
    "hosts": Hosts,
    "image_caches": ImageCaches,
    "load_balancers": LoadBalancers,
    "members": Members,
    "server_groups": ServerGroups,
    "queues": Queues,
    "counters": Counters,
    "problems": Problems,
}


def make(controls: Controls) -> Place:
    """Make the tree below ``/simulated``."""
    levers = {name: lever(controls) for name, lever in LEVERS.items()}
    return Place({"v1": Place(levers)})


def _inside(call: Call, key: str) -> dict[str, Any]:
    """Take the map out of its wrapper.

    :raises InvalidBody: when it isn't there.
    """
    if call.body is None:
        raise bodies.missing()
    inside = call.body.get(key)
    if not isinstance(inside, dict):
        raise exceptions.InvalidBody(f"Request body missing '{key}' key.")
    return inside
