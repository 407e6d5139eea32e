"""A Keystone that can't be reached: callers are told so in the words of the API."""

import socket

from oslo_config import cfg

from senlin_like.conf import opts

OPTIONS = """
[senlin_api]
auth_strategy = keystone
[keystone_authtoken]
auth_type = password
auth_url = http://127.0.0.1:{port}/v3
www_authenticate_uri = http://127.0.0.1:{port}/v3
username = service
password = secret
project_name = service
user_domain_id = default
project_domain_id = default
http_request_max_retries = 0
"""


def options_of(path, port: int) -> cfg.ConfigOpts:
    """Make options out of a file, as keystonemiddleware reads its own."""
    path.write_text(OPTIONS.format(port=port))
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="senlin_like", default_config_files=[str(path)])
    conf.clear_override("auth_strategy", group="senlin_api")
    return conf


def test_a_keystone_that_is_away_is_told(tmp_path, serve, deps):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        conf = options_of(tmp_path / "senlin_like.conf", taken.getsockname()[1])
        client = serve(deps, conf)

        reply = client.get("/v1/clusters", http_x_auth_token="some-token")

    assert reply.status == 503, reply.raw
    assert reply.headers["retry-after"] == "5"
    assert reply.json["error"]["type"] == "ServiceUnavailable"
    assert "Keystone" in reply.json["error"]["message"]


def test_nobody_is_refused_without_asking_keystone(tmp_path, serve, deps):
    conf = options_of(tmp_path / "senlin_like.conf", 1)

    reply = serve(deps, conf).get("/v1/clusters")

    assert reply.status == 401
