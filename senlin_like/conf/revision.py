"""Options of the group ``[revision]``: what build-info tells."""

from oslo_config import cfg

GROUP = cfg.OptGroup("revision", title="Revisions")

OPTS = [
    cfg.StrOpt(
        "senlin_api_revision", default="1.0", help="Revision of the API, as told."
    ),
    cfg.StrOpt(
        "senlin_engine_revision", default="1.0", help="Revision of the engine, as told."
    ),
]
