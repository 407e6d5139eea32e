"""Actions on nodes: name → what it does; all take a free map."""

ACTIONS: dict[str, str] = {
    "check": "See how the node is.",
    "recover": "Bring the node back to health.",
}
