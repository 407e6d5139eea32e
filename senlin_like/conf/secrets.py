"""Options of the group ``[secrets]``: encryption at rest."""

from oslo_config import cfg

GROUP = cfg.OptGroup("secrets", title="Secrets at rest")

OPTS = [
    cfg.ListOpt(
        "fernet_keys",
        default=[],
        secret=True,
        help="Fernet keys, newest first: the first one encrypts, all of them "
        "decrypt. Make one with 'senlin-like-manage secrets new-key'.",
    ),
    cfg.StrOpt(
        "fernet_key_file",
        help="A file with such keys, one a line, instead.",
    ),
]
