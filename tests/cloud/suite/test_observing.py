"""What a cloud does can be counted and heard."""

import time
from collections.abc import Callable
from typing import Any

import kombu

from tests.cloud import settings as cloud_settings
from tests.cloud import traffic

LISTENED_S = 60.0


def test_calls_of_a_client_are_counted(
    settings: cloud_settings.Settings, member: Any, a_server: Callable[..., Any]
) -> None:
    before = traffic.mark(settings.log_dir)

    a_server()

    found = traffic.calls(settings.log_dir, before)
    mine = [call for call in found if call.project == member.current_project_id]
    counted = traffic.count(mine)
    assert counted["nova", "POST", "/v2.1/servers"] == 1
    assert counted["nova", "GET", "/v2.1/servers/{id}"] >= 1
    made = next(call for call in mine if call.path == "/v2.1/servers")
    assert made.status == 202
    assert made.request_id is not None
    # What Nova asked of Neutron for this request says so.
    follow_ups = [call for call in found if call.caller_id == made.request_id]
    assert ("neutron", "POST") in {(call.service, call.method) for call in follow_ups}


def test_nova_and_heat_tell_what_happens(
    settings: cloud_settings.Settings, member: Any, name: str
) -> None:
    heard: set[tuple[str, str]] = set()
    wanted = {
        ("nova", "compute.instance.create.end"),
        ("nova", "instance.create.end"),
        ("heat", "orchestration.stack.create.end"),
    }

    def hear(body: Any, message: Any) -> None:
        exchange = message.delivery_info["exchange"]
        envelope = kombu.utils.json.loads(body["oslo.message"])
        heard.add((exchange, envelope["event_type"]))
        message.ack()

    queues = [
        kombu.Queue(
            f"{name}-{exchange}-{topic}",
            kombu.Exchange(exchange, "topic", durable=False),
            routing_key=f"{topic}.info",
            durable=False,
            auto_delete=True,
        )
        for exchange in ("nova", "heat")
        for topic in ("notifications", "versioned_notifications")
    ]
    address = settings.transport_url.replace("rabbit://", "amqp://")
    with (
        kombu.Connection(address) as bus,
        bus.Consumer(queues, callbacks=[hear], accept=["json"]),
    ):
        stack = make_stack_with_server(member, name)
        deadline = time.monotonic() + LISTENED_S
        while not wanted <= heard and time.monotonic() < deadline:
            try:
                bus.drain_events(timeout=1)
            except TimeoutError:
                bus.heartbeat_check()
    member.orchestration.delete_stack(stack)
    assert wanted <= heard


def make_stack_with_server(member: Any, name: str) -> Any:
    properties = {
        "image": "lab",
        "flavor": "lab.tiny",
        "networks": [{"network": "lab"}],
    }
    template = {
        "heat_template_version": "2018-08-31",
        "resources": {"s": {"type": "OS::Nova::Server", "properties": properties}},
    }
    return member.orchestration.create_stack(name=name, template=template)
