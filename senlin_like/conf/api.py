"""Options of the group ``[senlin_api]``: the HTTP side."""

from oslo_config import cfg

GROUP = cfg.OptGroup("senlin_api", title="The API server")

OPTS = [
    cfg.StrOpt(
        "auth_strategy",
        default="keystone",
        choices=[
            ("keystone", "tokens, checked by keystonemiddleware"),
            ("http_basic", "an htpasswd file (bcrypt)"),
            ("none", "no check at all; loopback addresses only"),
        ],
        help="How callers are authenticated.",
    ),
    cfg.StrOpt(
        "http_basic_auth_user_file",
        help="The htpasswd file for 'http_basic'.",
    ),
    cfg.ListOpt(
        "admin_users",
        default=[],
        help="Users of 'http_basic' that are administrators.",
    ),
    cfg.HostAddressOpt(
        "bind_host",
        default="0.0.0.0",  # noqa: S104 - a service of a cloud is for its network
        help="Address of the development server.",
    ),
    cfg.PortOpt("bind_port", default=8777, help="Port of the development server."),
    cfg.IntOpt(
        "threads",
        default=16,
        min=1,
        help="Threads of the development server and of standalone.",
    ),
    cfg.IntOpt(
        "backlog",
        default=4096,
        min=1,
        help="Requests and connections that may wait for a thread.",
    ),
    cfg.IntOpt(
        "max_json_body_size",
        default=1048576,
        min=1024,
        help="Largest request body, in bytes.",
    ),
    cfg.IntOpt(
        "max_page_size",
        default=1000,
        min=1,
        help="Most items in one page of a list.",
    ),
    cfg.IntOpt(
        "max_nesting",
        default=64,
        min=8,
        help="Deepest nesting of lists and maps in a request body.",
    ),
    cfg.BoolOpt(
        "enable_proxy_headers_parsing",
        default=False,
        help="Believe the X-Forwarded-* headers of a proxy in front.",
    ),
]
