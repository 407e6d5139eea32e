"""What a spec of ``os.nova.server`` may say, and what may be asked of a server.

Names, types and defaults are those of Senlin's API. The keys that its later
versions added (``subnet``, ``volume_type``) are known to every version here.
"""

from senlin_like.domain import spec

BLOCK_DEVICE = spec.Map(
    description="A disk of the server.",
    schema={
        "uuid": spec.String(
            description="Id of the image, snapshot or volume that it comes from."
        ),
        "source_type": spec.String(
            description="Kind of the source: image, snapshot, volume or blank.",
            required=True,
        ),
        "destination_type": spec.String(
            description="Where the disk lives: volume or local.", required=True
        ),
        "disk_bus": spec.String(description="Bus that the disk is attached to."),
        "device_name": spec.String(description="Name of the device in the server."),
        "volume_size": spec.Integer(
            description="Size in GB, or in MB for swap space.", required=True
        ),
        "guest_format": spec.String(description="File system format, such as swap."),
        "boot_index": spec.Integer(description="Place in the order of booting."),
        "device_type": spec.String(description="Kind of the device, such as disk."),
        "delete_on_termination": spec.Boolean(
            description="Whether the disk is deleted together with the server."
        ),
        "volume_type": spec.String(description="Id or name of the volume's type."),
    },
)

NETWORK = spec.Map(
    description="A connection of the server to a network.",
    schema={
        "network": spec.String(description="Id or name of the network."),
        "port": spec.String(description="Id or name of an existing, unused port."),
        "vnic_type": spec.String(
            description="Kind of network card: normal, direct or macvtap."
        ),
        "fixed_ip": spec.String(description="Address to be used on the network."),
        "security_groups": spec.List(
            description="Ids or names of the port's security groups.",
            item=spec.String(description="Id or name of a security group."),
        ),
        "floating_network": spec.String(
            description="Id or name of the network to take a public address from."
        ),
        "floating_ip": spec.String(description="Public address to be used."),
        "subnet": spec.String(description="Id or name of a subnet of the network."),
    },
)

PERSONALITY = spec.Map(
    is_secret=True,
    description="A file that is put into the server.",
    schema={
        "path": spec.String(description="Path of the file.", required=True),
        "contents": spec.String(
            description="Content of the file.", required=True, is_secret=True
        ),
    },
)

PROPERTIES: spec.Schema = {
    "context": spec.Map(
        is_secret=True,
        description="Settings for working on the cloud, such as the region.",
    ),
    "admin_pass": spec.String(
        description="Password of the server's administrator.",
        updatable=True,
        is_secret=True,
    ),
    "auto_disk_config": spec.Boolean(
        description="Whether the root disk fills the space of the flavor.",
        default=True,
    ),
    "availability_zone": spec.String(
        description="Availability zone that the server runs in."
    ),
    "block_device_mapping_v2": spec.List(
        description="Disks of the server.", item=BLOCK_DEVICE
    ),
    "config_drive": spec.Boolean(
        description="Whether the server gets a drive with its metadata."
    ),
    "flavor": spec.String(
        description="Id or name of the flavor.", required=True, updatable=True
    ),
    "image": spec.String(
        description="Id or name of the image; none to boot from a volume.",
        updatable=True,
    ),
    "key_name": spec.String(description="Name of the key pair to log in with."),
    "metadata": spec.Map(
        description="Names and values that the server is marked with.", updatable=True
    ),
    "name": spec.String(
        description="Name of the server, if not that of the node.", updatable=True
    ),
    "networks": spec.List(
        description="Networks that the server is connected to.",
        updatable=True,
        item=NETWORK,
    ),
    "personality": spec.List(
        description="Files that are put into the server.",
        item=PERSONALITY,
        is_secret=True,
    ),
    "scheduler_hints": spec.Map(description="Hints for the choice of a host."),
    "security_groups": spec.List(
        description="Names of the server's security groups.",
        item=spec.String(description="Name of a security group."),
    ),
    "user_data": spec.String(
        description="Text that the server reads when it boots.", is_secret=True
    ),
}

OPERATIONS = {
    "reboot": spec.Operation(
        description="Restart the server.",
        parameters={
            "type": spec.String(
                description="SOFT asks the guest, HARD pulls the plug.",
                default="SOFT",
                constraints=spec.one_of("SOFT", "HARD"),
            )
        },
    ),
    "rebuild": spec.Operation(description="Set the server up anew from its image."),
    "change_password": spec.Operation(
        description="Change the administrator's password.",
        parameters={"admin_pass": spec.String(description="The new password.")},
    ),
    "pause": spec.Operation(description="Freeze the server in memory."),
    "unpause": spec.Operation(description="Go on with a paused server."),
    "suspend": spec.Operation(description="Write the server's memory to disk."),
    "resume": spec.Operation(description="Go on with a suspended server."),
    "lock": spec.Operation(description="Lock the server against changes."),
    "unlock": spec.Operation(description="Unlock the server."),
    "start": spec.Operation(description="Start the server."),
    "stop": spec.Operation(description="Stop the server."),
    "rescue": spec.Operation(
        description="Boot the server from another image to repair it.",
        parameters={
            "image_ref": spec.String(description="Id or name of the rescue image.")
        },
    ),
    "unrescue": spec.Operation(description="Boot a rescued server as before."),
    "evacuate": spec.Operation(
        description="Set the server up on another host, its own having failed.",
        parameters={
            "host": spec.String(description="Name of the host to use."),
            "force": spec.String(
                description="Whether to skip the check of the named host."
            ),
        },
    ),
}
