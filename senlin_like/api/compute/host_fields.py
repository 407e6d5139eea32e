"""What is shown of compute hosts, with Nova's names.

What clouds don't tell of a host is shown as nothing of its type.
"""

from senlin_like.api import fields
from senlin_like.api.compute import microversions as nova
from senlin_like.api.compute import times
from senlin_like.api.fields import INTEGER, TEXT, Field, Shown

#: A number before SERVICE_UUIDS, a UUID from then on.
_ID = Shown(schema={"type": ["integer", "string"]})
_TEXT_OR_NULL = fields.nullable(TEXT)
_NUMBERS = (
    "current_workload",
    "free_disk_gb",
    "free_ram_mb",
    "hypervisor_version",
    "local_gb",
    "local_gb_used",
    "memory_mb",
    "memory_mb_used",
    "vcpus",
    "vcpus_used",
)

HYPERVISOR = fields.Resource(
    "hypervisor",
    "hypervisors",
    (
        Field(name="id", text="Number or UUID of the host.", shows=_ID),
        Field(name="hypervisor_hostname", text="Name of the host.", shows=TEXT),
        Field(name="state", text="up or down.", shows=TEXT),
        Field(name="status", text="enabled or disabled.", shows=TEXT),
        Field(
            name="service",
            text="The compute service of the host: host, id, disabled_reason.",
            shows=fields.OBJECT,
        ),
        Field(name="running_vms", text="Servers on the host.", shows=INTEGER),
        Field(
            name="cpu_info",
            text="Empty: a text of JSON, later an object.",
            shows=Shown(schema={"type": ["string", "object"]}),
        ),
        Field(name="host_ip", text="Not known.", shows=_TEXT_OR_NULL),
        Field(name="hypervisor_type", text="Not known.", shows=TEXT),
        Field(
            name="disk_available_least",
            text="Not known.",
            shows=fields.nullable(INTEGER),
        ),
        *(Field(name=name, text="Not known: 0.", shows=INTEGER) for name in _NUMBERS),
    ),
)

#: Values of what clouds don't tell of a hypervisor.
NOT_KNOWN = {
    "host_ip": None,
    "hypervisor_type": "unknown",
    "disk_available_least": None,
    **dict.fromkeys(_NUMBERS, 0),
}

COMPUTE_SERVICE = fields.Resource(
    "service",
    "services",
    (
        Field(name="id", text="Number or UUID of the service.", shows=_ID),
        Field(name="binary", text="Name of the program.", shows=TEXT),
        Field(name="host", text="Host that it runs on.", shows=TEXT),
        Field(name="zone", text="Availability zone of the host.", shows=TEXT),
        Field(name="state", text="up or down.", shows=TEXT),
        Field(name="status", text="enabled or disabled.", shows=TEXT),
        Field(name="disabled_reason", text="Why.", shows=_TEXT_OR_NULL),
        Field(
            name="updated_at",
            text="When it gave a sign of life last.",
            shows=times.TIME,
        ),
        Field(
            name="forced_down",
            text="Always false.",
            shows=fields.BOOLEAN,
            since=nova.FORCED_DOWN,
        ),
    ),
)
