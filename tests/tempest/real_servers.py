"""Try all that a profile of a server can say on a real cloud, and all operations.

``real_servers.py --admin-cloud NAME [GROUP...]`` takes an administrator from
clouds.yaml, who makes a project for it and takes it away again. Prints what each step
took and the reasons of what is to fail, and exits with 1 when a step did otherwise.
"""

import base64
import sys
from typing import Any

import trials

TEXT = "text for the server"
FILE = {"path": "/etc/motd", "contents": base64.b64encode(b"hello").decode()}


class Things:
    """What a user has made in the project, for servers to use."""

    def __init__(self, trial: trials.Trial) -> None:
        user, name = trial.user, trial.name
        self.network = user.network.create_network(name=name)
        self.subnet = user.network.create_subnet(
            name=name, network_id=self.network.id, ip_version=4, cidr="10.98.0.0/24"
        )
        self.port = user.network.create_port(name=name, network_id=self.network.id)
        trial.kept.add(self.port.id)
        self.group = user.network.create_security_group(name=name)
        self.key = user.compute.create_keypair(name=name)
        self.hints = user.compute.create_server_group(name=name, policies=["affinity"])
        public = user.network.find_network(trial.options.public_network)
        self.address = user.network.create_ip(floating_network_id=public.id)
        self.volume = user.block_storage.create_volume(name=name, size=1)
        trial.until(lambda: self.volume_status(user) == "available", "a volume")
        user.block_storage.set_volume_bootable_status(self.volume, True)

    def volume_status(self, user: Any) -> str:
        """Return the status of the volume."""
        return str(user.block_storage.get_volume(self.volume.id).status)

    def remove(self, trial: trials.Trial) -> None:
        """Take everything away again, as it was made."""
        user = trial.user
        user.block_storage.delete_volume(self.volume)
        user.network.delete_ip(self.address)
        user.compute.delete_server_group(self.hints)
        user.compute.delete_keypair(self.key)
        user.network.delete_port(self.port)
        user.network.delete_security_group(self.group)
        user.network.delete_network(self.network)


def everything(trial: trials.Trial) -> None:
    """Make a server with all that a profile can say, and delete it."""
    things = Things(trial)
    node = None
    with trial.step("make a server with everything"):
        node = trial.node(_with_everything(trial, things))
    if node is not None:
        with trial.step("it has everything"):
            _check_everything(trial, things, node)
        with trial.step("rebuild and rescue it, which has no image"):
            trial.operate(node, "rebuild", fails="it has no image")
            trial.operate(node, "rescue", fails="rescue")
        with trial.step("delete it; what the user made stays"):
            trial.delete(node)
            trial.until(
                lambda: things.volume_status(trial.user) == "available", "its volume"
            )
            port = trial.user.network.get_port(things.port.id)
            trial.expect(port.device_id, "", "device of the user's port")
            addresses = [(one.id, one.port_id) for one in trial.user.network.ips()]
            trial.expect(addresses, [(things.address.id, None)], "addresses")
    things.remove(trial)


def _with_everything(trial: trials.Trial, things: Things) -> dict[str, Any]:
    network = trial.options.network
    return trial.server(
        name=f"{trial.name}-all",
        image=None,
        admin_pass="Secret-words-1",
        config_drive=True,
        key_name=things.key.name,
        metadata={"colour": "green", "number": 3},
        personality=[FILE],
        scheduler_hints={"group": things.hints.id},
        security_groups=[things.group.name],
        user_data=TEXT,
        block_device_mapping_v2=[
            {
                "uuid": things.volume.id,
                "source_type": "volume",
                "destination_type": "volume",
                "volume_size": 1,
                "boot_index": 0,
                "delete_on_termination": False,
            }
        ],
        networks=[
            {"network": things.network.name, "fixed_ip": "10.98.0.77"},
            {"port": things.port.id},
            {"network": network, "floating_network": trial.options.public_network},
            {
                "network": network,
                "subnet": network,
                "floating_ip": things.address.floating_ip_address,
            },
        ],
    )


def _check_everything(trial: trials.Trial, things: Things, node: Any) -> None:
    user = trial.user
    server = user.compute.get_server(node.physical_id)
    trial.expect(server.name, f"{trial.name}-all", "name")
    trial.expect(server.metadata.get("colour"), "green", "metadata")
    trial.expect(server.metadata.get("number"), "3", "metadata")
    trial.expect(server.key_name, things.key.name, "key")
    trial.expect(server.has_config_drive, "True", "config drive")
    volumes = [one["id"] for one in server.attached_volumes]
    trial.expect(volumes, [things.volume.id], "volumes")
    members = user.compute.get_server_group(things.hints.id).member_ids
    trial.expect(members, [server.id], "members of the server group")
    ports = [one for one in trial.ports() if one.device_id == server.id]
    trial.expect(len(ports), 4, "ports")
    fixed = [one["ip_address"] for port in ports for one in port.fixed_ips]
    trial.expect("10.98.0.77" in fixed, True, "fixed address")
    guarded = [port for port in ports if port.security_group_ids == [things.group.id]]
    trial.expect(len(guarded), 3, "ports in the security group")
    addresses = [one for one in user.network.ips() if one.port_id]
    trial.expect(len(addresses), 2, "public addresses in use")
    told = trial.admin.compute.get(f"/servers/{server.id}", microversion="2.3").json()
    text = base64.b64encode(TEXT.encode()).decode()
    trial.expect(told["server"]["OS-EXT-SRV-ATTR:user_data"], text, "user data")


def disks(trial: trials.Trial) -> None:
    """Make a server that has a disk beside that of its image."""
    blank = {
        "source_type": "blank",
        "destination_type": "volume",
        "volume_size": 1,
        "delete_on_termination": True,
    }
    with trial.step("make a server with another disk"):
        node = trial.node(trial.server(block_device_mapping_v2=[blank]))
        server = trial.user.compute.get_server(node.physical_id)
        trial.expect(len(server.attached_volumes), 1, "volumes")
        trial.delete(node)


def updates(trial: trials.Trial) -> None:
    """Change each property of a server that may change."""
    user = trial.user
    own = user.network.create_network(name=trial.name)
    user.network.create_subnet(network_id=own.id, ip_version=4, cidr="10.97.0.0/24")
    node = trial.node(trial.server(metadata={"a": "1", "b": "2"}))
    public = {"network": own.name}
    shared = {"network": trial.options.network}
    changes = [
        ("name", {"name": f"{trial.name}-new"}),
        ("metadata", {"metadata": {"b": "3", "c": "4"}}),
        ("password", {"admin_pass": "Another-secret-2"}),
        ("flavor", {"flavor": trial.options.other_flavor}),
        ("image", {"image": trial.options.other_image}),
        ("another network", {"networks": [shared, public]}),
        ("fewer networks", {"networks": [public]}),
    ]
    whole: dict[str, Any] = {"metadata": {"a": "1", "b": "2"}}
    for what, change in changes:
        whole |= change
        with trial.step(f"update: {what}"):
            trial.update(node, profile_id=trial.profile(trial.server(**whole)))
            _check_update(trial, node, whole)
    with trial.step("update: all at once, of a stopped server"):
        trial.operate(node, "stop")
        # Nova lets no server shrink.
        larger = trial.options.other_flavor
        whole = {"name": f"{trial.name}-all", "metadata": {"z": "9"}, "flavor": larger}
        trial.update(node, profile_id=trial.profile(trial.server(**whole)))
        _check_update(trial, node, whole)
        trial.expect(_server(trial, node).status, "SHUTOFF", "status")
        trial.operate(node, "start")
    with trial.step("update: a flavor that there isn't"):
        unknown = trial.server(**{**whole, "flavor": "no-such-flavor"})
        trial.refused(unknown, "no-such-flavor")
    with trial.step("delete it"):
        trial.delete(node)
    user.network.delete_network(own)


def _server(trial: trials.Trial, node: Any) -> Any:
    known = trial.clustering.get_node(node.id)
    return trial.user.compute.get_server(known.physical_id)


def _check_update(trial: trials.Trial, node: Any, wanted: dict[str, Any]) -> None:
    server = _server(trial, node)
    options, user = trial.options, trial.user
    trial.expect(server.name, wanted.get("name") or node.name, "name")
    own = {key: value for key, value in server.metadata.items() if len(key) == 1}
    trial.expect(own, wanted["metadata"], "metadata")
    flavor = server.flavor.original_name or server.flavor.name
    trial.expect(flavor, wanted.get("flavor", options.flavor), "flavor")
    image = user.image.get_image(server.image.id).name
    trial.expect(image, wanted.get("image", options.image), "image")
    networks = wanted.get("networks") or [{"network": options.network}]
    names = sorted(one["network"] for one in networks)
    trial.expect(sorted(server.addresses), names, "networks")
    trial.expect(len(trial.ports()), len(names), "ports")


def operations(trial: trials.Trial) -> None:
    """Do each operation, and some that a server refuses."""
    node = trial.node(trial.server())
    for operation, params, status in (
        ("reboot", {"type": "SOFT"}, "ACTIVE"),
        ("reboot", {"type": "HARD"}, "ACTIVE"),
        ("pause", {}, "PAUSED"),
        ("unpause", {}, "ACTIVE"),
        ("suspend", {}, "SUSPENDED"),
        ("resume", {}, "ACTIVE"),
        ("stop", {}, "SHUTOFF"),
        ("start", {}, "ACTIVE"),
        ("rescue", {"image_ref": trial.options.other_image}, "RESCUE"),
        ("unrescue", {}, "ACTIVE"),
        ("rebuild", {}, "ACTIVE"),
        ("change_password", {"admin_pass": "Third-secret-3"}, "ACTIVE"),
        ("lock", {}, "ACTIVE"),
        ("unlock", {}, "ACTIVE"),
    ):
        with trial.step(f"{operation} {params.get('type', '')}"):
            trial.operate(node, operation, **params)
            trial.expect(_server(trial, node).status, status, "status")
    for operation in ("start", "unpause", "resume", "unrescue"):
        with trial.step(f"{operation} is refused"):
            trial.operate(node, operation, fails="vm_state active")
    with trial.step("evacuate is refused to a member"):
        trial.operate(node, "evacuate", fails="policy")
    with trial.step("delete it while it is locked"):
        trial.operate(node, "lock")
        trial.delete(node)


if __name__ == "__main__":
    sys.exit(trials.run(__doc__, (everything, disks, updates, operations)))
