"""Options of the group ``[docker]``."""

from oslo_config import cfg

GROUP = cfg.OptGroup("docker", title="Docker engines")

OPTS = [
    cfg.StrOpt(
        "host",
        default="unix:///var/run/docker.sock",
        help="Where the engine listens that containers are put on with the cloud "
        "driver 'docker': unix:///PATH or tcp://ADDRESS:PORT.",
    ),
    cfg.BoolOpt("tls", default=False, help="Speak TLS with that engine."),
    cfg.BoolOpt(
        "tls_verify", default=True, help="Check the certificates of Docker engines."
    ),
    cfg.StrOpt(
        "tls_ca_file",
        help="File of the certificates that are trusted; without it, those that "
        "the system trusts.",
    ),
    cfg.StrOpt("tls_cert_file", help="File of this service's own certificate."),
    cfg.StrOpt("tls_key_file", help="File of the key of that certificate."),
    cfg.BoolOpt(
        "tls_on_nodes",
        default=False,
        help="Speak TLS also with the engines on nodes, by the same files.",
    ),
    cfg.FloatOpt(
        "connect_timeout_s",
        default=5.0,
        min=0.1,
        help="Seconds to wait for a connection to an engine; "
        "[engine] cloud_call_timeout_s is how long an answer may take.",
    ),
    cfg.FloatOpt(
        "look_timeout_s",
        default=5.0,
        min=0.1,
        help="Seconds that the engine on a node may take to answer who only looks. "
        "Whoever waits for other containers waits meanwhile.",
    ),
    cfg.BoolOpt(
        "pull_images",
        default=True,
        help="Let an engine fetch the image of a container that it doesn't have.",
    ),
]
