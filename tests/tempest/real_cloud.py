"""Let a cluster live and die on a real cloud, as a user of openstacksdk sees it.

``real_cloud.py --cloud NAME`` takes the user from clouds.yaml. Prints what each step
took, and exits with 1 at the first one that fails. The cloud needs nothing but a
flavor, an image and a network; what is made there is deleted again.
"""

import sys
import urllib.request

import lives


def main() -> int:
    """Go through all steps."""
    return lives.run(lives.parser(__doc__).parse_args(), go_through)


def go_through(life: lives.Life) -> None:
    """Do everything once."""
    life.begin(3)
    with life.step("resize it to 5"):
        change = {"adjustment_type": "EXACT_CAPACITY", "number": 5}
        life.clustering.resize_cluster(life.cluster.id, **change)
        life.until(lambda: life.is_whole(5))
    heal(life)
    scale_by_webhook(life)
    scale_by_message(life)
    life.end()


def heal(life: lives.Life) -> None:
    """Let a server be lost, and replaced by the health policy."""
    properties = {
        "detection": {
            "interval": 10,
            "node_update_timeout": 10,
            "detection_modes": [{"type": "NODE_STATUS_POLLING"}],
        },
        "recovery": {"actions": [{"name": "RECREATE"}]},
    }
    lost = next(iter(life.servers()))
    with (
        life.policy("senlin.policy.health", "1.1", properties),
        life.step("lose a server and have another one"),
    ):
        life.user.compute.delete_server(lost)
        life.until(lambda: lost not in life.servers())
        life.until(lambda: len(life.servers()) == 5 and life.is_whole(5))


def scale_by_webhook(life: lives.Life) -> None:
    """Trigger a webhook, without authentication."""
    with life.step("scale out by a webhook"):
        receiver = life.clustering.create_receiver(
            name=life.name,
            type="webhook",
            cluster_id=life.cluster.id,
            action="CLUSTER_SCALE_OUT",
        )
        request = urllib.request.Request(receiver.channel["alarm_url"], method="POST")
        with urllib.request.urlopen(request, timeout=60):
            pass
        life.until(lambda: life.is_whole(6))
        life.clustering.delete_receiver(receiver.id, ignore_missing=False)


def scale_by_message(life: lives.Life) -> None:
    """Post a message, of which the cloud tells the service."""
    if not life.has("messaging"):
        return
    with life.step("scale in by a message"):
        receiver = life.clustering.create_receiver(name=life.name, type="message")
        message = {"cluster": life.cluster.id, "action": "CLUSTER_SCALE_IN"}
        body = {"messages": [{"ttl": 300, "body": message}]}
        life.ask_queue("POST", receiver.channel["queue_name"], "/messages", body)
        life.until(lambda: life.is_whole(5))
        life.clustering.delete_receiver(receiver.id, ignore_missing=False)


if __name__ == "__main__":
    sys.exit(main())
