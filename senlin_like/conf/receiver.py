"""Options of the group ``[receiver]``: webhooks, and where they are reached."""

from oslo_config import cfg

GROUP = cfg.OptGroup("receiver", title="Receivers")

OPTS = [
    cfg.HostAddressOpt(
        "host",
        help="Host in the addresses of webhooks. Without it, the clustering "
        "endpoint in the caller's service catalogue is taken, and where there is "
        "none, the option 'host' of the group DEFAULT.",
    ),
    cfg.PortOpt(
        "port",
        default=8777,
        help="Port in the addresses of webhooks, where no catalogue tells it.",
    ),
    cfg.FloatOpt(
        "triggers_per_second",
        default=10.0,
        min=0.0,
        help="How often one webhook can be triggered, in the long run, by each API "
        "process; beyond it the answer is 429. 0 means: without limit.",
    ),
    cfg.IntOpt(
        "trigger_burst",
        default=60,
        min=1,
        help="How often one webhook can be triggered in a row before the limit counts.",
    ),
    cfg.IntOpt(
        "max_body_size",
        default=65536,
        min=1024,
        help="Largest body of a webhook's request, in bytes.",
    ),
]
