"""Access rule of the simulated cloud's controls."""

from senlin_like.rbac import base

CONTROL = "simulated:control"

RULES = (
    base.rule(
        CONTROL,
        base.ADMIN,
        "See and change the simulated cloud: settings, faults, servers, "
        "containers, load balancers and their members, hosts and the images on them.",
        ("GET", "/simulated/v1/{what}"),
        ("PUT", "/simulated/v1/settings"),
        ("POST", "/simulated/v1/faults"),
        ("DELETE", "/simulated/v1/faults/{fault_id}"),
        ("PATCH", "/simulated/v1/servers/{server_id}"),
        ("DELETE", "/simulated/v1/servers/{server_id}"),
        ("DELETE", "/simulated/v1/containers/{container_id}"),
        ("PATCH", "/simulated/v1/hosts/{host}"),
        ("DELETE", "/simulated/v1/image_caches"),
        ("PATCH", "/simulated/v1/load_balancers/{load_balancer_id}"),
        ("DELETE", "/simulated/v1/load_balancers/{load_balancer_id}"),
        ("PATCH", "/simulated/v1/members/{member_id}"),
        ("GET", "/simulated/v1/queues/{queue}/messages"),
        ("POST", "/simulated/v1/queues/{queue}/messages"),
    ),
)
