"""Read what all benchmarks have in common from command line and environment.

Secrets come from files or the environment, never from the command line, which every
user of a machine can read.
"""

import argparse
import logging
import os
import pathlib
import ssl
from collections.abc import Mapping

from benchmarks import auth, client, errors, inventory, measure, wire

_AUTH_TYPES = {
    "none": "none",
    "token": "token",
    "v3token": "token",
    "http_basic": "http_basic",
    "password": "keystone",
    "v3password": "keystone",
    "keystone": "keystone",
}
# What is told by the rest of the result, or is nobody's business.
_UNRECORDED = frozenset(
    {
        "endpoint",
        "auth",
        "token_file",
        "password_file",
        "cacert",
        "insecure",
        "region",
        "interface",
        "output",
        "label",
        "group",
    }
)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options that every benchmark has."""
    _add_endpoint(parser)
    _add_servers(parser)
    _add_watching(parser)
    out = parser.add_argument_group("results")
    out.add_argument("--label", default="", help="name of what is measured")
    out.add_argument(
        "--output",
        type=pathlib.Path,
        help="JSON file that the results are added to",
    )
    out.add_argument(
        "--cleanup-timeout",
        type=float,
        default=1800.0,
        metavar="SECONDS",
        help="how long to remove what was made",
    )


def _add_endpoint(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("endpoint")
    group.add_argument(
        "--endpoint",
        default=os.environ.get("OS_ENDPOINT"),
        help="URL of the Clustering API; with Keystone the catalog is the default",
    )
    group.add_argument(
        "--auth",
        choices=sorted(_AUTH_TYPES),
        default=os.environ.get("OS_AUTH_TYPE"),
        help="default: token or password if the environment has them, else none",
    )
    group.add_argument("--token-file", type=pathlib.Path, help="else OS_TOKEN is read")
    group.add_argument(
        "--password-file", type=pathlib.Path, help="else OS_PASSWORD is read"
    )
    group.add_argument("--region", default=os.environ.get("OS_REGION_NAME"))
    group.add_argument("--interface", default=os.environ.get("OS_INTERFACE", "public"))
    group.add_argument(
        "--cacert", type=pathlib.Path, default=os.environ.get("OS_CACERT")
    )
    group.add_argument("--insecure", action="store_true", help="don't check TLS")
    group.add_argument("--microversion", default="1.14")
    group.add_argument(
        "--request-timeout", type=float, default=120.0, metavar="SECONDS"
    )


def _add_servers(parser: argparse.ArgumentParser) -> None:
    spec = inventory.ServerSpec()
    group = parser.add_argument_group("servers")
    group.add_argument("--flavor", default=spec.flavor)
    group.add_argument("--image", default=spec.image)
    group.add_argument("--network", default=spec.network)


def _add_watching(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what CPU and memory is counted of")
    group.add_argument(
        "--processes",
        action="append",
        default=[],
        type=measure.parse_group,
        metavar="NAME=PATTERN",
        help="a group of local processes, by a pattern of their command lines or by"
        " pid:1234,5678; repeat it for api, engine, database",
    )
    group.add_argument(
        "--database-port",
        type=int,
        help="count the TCP connections of these processes to this port",
    )


def target(arguments: argparse.Namespace) -> client.Target:
    """Build the target that the options describe.

    :raises BenchmarkError: when something is missing, or Keystone refuses.
    """
    tls = _tls(arguments)
    credentials, endpoint = _credentials(arguments, os.environ, tls)
    if not endpoint:
        raise errors.BenchmarkError("Which endpoint? Give --endpoint URL.")
    return client.Target(
        address=client.versioned(endpoint),
        credentials=credentials,
        microversion=arguments.microversion,
        timeout_s=arguments.request_timeout,
        tls=tls,
    )


def server_spec(arguments: argparse.Namespace) -> inventory.ServerSpec:
    """Build the specification of the servers that the options describe."""
    return inventory.ServerSpec(
        flavor=arguments.flavor, image=arguments.image, network=arguments.network
    )


def recorded(arguments: argparse.Namespace) -> dict[str, str | int | float | bool]:
    """Return the options that belong into the results; no secret is among them."""
    kept: dict[str, str | int | float | bool] = {}
    for name, value in vars(arguments).items():
        if name in _UNRECORDED or value is None:
            continue
        if isinstance(value, str | int | float | bool):
            kept[name] = value
        elif name == "processes":
            kept[name] = " ".join(group.name for group in value)
        else:
            kept[name] = " ".join(map(str, value))
    return kept


def log_to_stderr() -> None:
    """Show progress on standard error, so that standard output is the table alone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")


def auth_type(chosen: str | None, environment: Mapping[str, str]) -> str:
    """Return which way to authenticate: the chosen one, or what the rest tells.

    :raises BenchmarkError: when the chosen way is unknown.
    """
    if chosen:
        if chosen not in _AUTH_TYPES:
            raise errors.BenchmarkError(f"Unknown kind of authentication: '{chosen}'.")
        return _AUTH_TYPES[chosen]
    if "OS_TOKEN" in environment:
        return "token"
    if {"OS_AUTH_URL", "OS_USERNAME"} <= environment.keys():
        return "keystone"
    return "none"


def _credentials(
    arguments: argparse.Namespace,
    environment: Mapping[str, str],
    tls: ssl.SSLContext | None,
) -> tuple[auth.Credentials, str | None]:
    kind = auth_type("token" if arguments.token_file else arguments.auth, environment)
    if kind == "none":
        return auth.nobody(), arguments.endpoint
    if kind == "token":
        text = _secret(arguments.token_file, "OS_TOKEN", environment)
        return auth.token(text), arguments.endpoint
    password = _secret(arguments.password_file, "OS_PASSWORD", environment)
    user = _needed("OS_USERNAME", environment)
    if kind == "http_basic":
        return auth.http_basic(user, password), arguments.endpoint
    login = auth.PasswordLogin(
        auth_url=_needed("OS_AUTH_URL", environment),
        user=user,
        password=password,
        project=_needed("OS_PROJECT_NAME", environment),
        user_domain=environment.get("OS_USER_DOMAIN_NAME", "Default"),
        project_domain=environment.get("OS_PROJECT_DOMAIN_NAME", "Default"),
    )
    keystone = auth.KeystonePassword(login, tls)
    return keystone, arguments.endpoint or keystone.endpoint(
        "clustering", arguments.interface, arguments.region
    )


def _tls(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    auth_url = os.environ.get("OS_AUTH_URL", "")
    urls = (arguments.endpoint or "https:", auth_url)
    if not any(url.startswith("https:") for url in urls):
        return None
    return wire.tls_context(arguments.cacert, arguments.insecure)


def _secret(
    path: pathlib.Path | None, name: str, environment: Mapping[str, str]
) -> str:
    if path is None:
        return _needed(name, environment)
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise errors.BenchmarkError(f"Can't read '{path}': {error}.") from error


def _needed(name: str, environment: Mapping[str, str]) -> str:
    if not environment.get(name):
        raise errors.BenchmarkError(f"The environment variable {name} is missing.")
    return environment[name]
