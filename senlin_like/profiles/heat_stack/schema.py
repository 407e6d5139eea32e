"""What a spec of ``os.heat.stack`` may say."""

from senlin_like.domain import spec

PROPERTIES: spec.Schema = {
    "context": spec.Map(
        is_secret=True,
        description="Settings for working on the cloud, such as the region.",
        default={},
    ),
    "template": spec.Map(
        description="Template of the stack.", default={}, updatable=True
    ),
    "template_url": spec.String(
        description="Where the template is, if it isn't given itself.",
        default="",
        updatable=True,
    ),
    "parameters": spec.Map(
        is_secret=True,
        description="Values of the template's parameters.",
        default={},
        updatable=True,
    ),
    "files": spec.Map(
        description="Contents of the files that the template names.",
        default={},
        updatable=True,
    ),
    "timeout": spec.Integer(
        description="Minutes that a change of the stack may take.", updatable=True
    ),
    "disable_rollback": spec.Boolean(
        description="Whether a failed change is left as it is.",
        default=True,
        updatable=True,
    ),
    "environment": spec.Map(
        description="Environment that the template is read in.",
        default={},
        updatable=True,
    ),
}

OPERATIONS = {
    "abandon": spec.Operation(
        description="Forget the stack, but keep what it is made of."
    )
}
