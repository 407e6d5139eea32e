"""Access rule of webhooks.

Nobody who triggers a webhook is asked who he is: the rule is asked for the one
on whose behalf its receiver works, with the roles of the stored permission.
"""

from senlin_like.rbac import base

TRIGGER = "webhooks:trigger"

RULES = (
    base.rule(
        TRIGGER,
        base.MEMBER,
        "Start the action of a receiver, as the owner of its cluster.",
        ("POST", "/v1/webhooks/{webhook_id}/trigger"),
    ),
)
