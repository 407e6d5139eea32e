"""Make every call of openstacksdk for host aggregates against a service.

Both layers of the SDK are used, the compute proxy and the cloud layer, once with
each root that answers as Nova does: ``/v1`` and ``/compute/v2.1``.  Nothing but
the compute endpoint is overridden.  The calls are listed by introspection, so that
none is forgotten.  Prints a table and exits with 1 if a call doesn't do what it
should or has no check here.
"""

import argparse
import functools
import secrets
import sys
from typing import Any

import sdk_calls

ROOTS = ("/v1", "/compute/v2.1")


def main() -> int:
    """Make the calls from the command line, in an environment of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    sdk_calls.add_options(parser)
    parser.add_argument(
        "--user-cloud",
        metavar="NAME",
        help="a cloud whose user is no administrator, to be refused; without it "
        "nobody is",
    )
    return sdk_calls.run_inside(parser.parse_args(), _make_calls)


def _make_calls(options: argparse.Namespace) -> int:
    """Make all calls below each root and print the table."""
    import sdk_aggregate_checks
    from openstack import version

    calls = _known_calls()
    steps = sdk_aggregate_checks.STEPS
    wrong = 0
    for root in ROOTS:
        checks = _checks(options, root)
        for step in steps:
            if step.refuses and checks.user is None:
                print(f"left out    {root} {', '.join(step.calls)}: no --user-cloud")
                continue
            complaint = sdk_calls.attempt(functools.partial(step.check, checks))
            wrong += bool(complaint)
            verdict = "FAILS" if complaint else "works"
            title = f"{root} {step.layer}: {', '.join(step.calls)}"
            print(f"{verdict:11} {title} {complaint}", flush=True)
    covered = {(step.layer, call) for step in steps for call in step.calls}
    forgotten = sorted(calls - covered)
    for layer, call in forgotten:
        print(f"FAILS       {layer}: {call}: no check here")
    print(
        f"{len(calls)} calls of openstacksdk {version.__version__}, {len(ROOTS)} "
        f"roots, {len(steps)} steps for each, {wrong + len(forgotten)} fail"
    )
    return 1 if wrong or forgotten else 0


def _known_calls() -> set[tuple[str, str]]:
    """List the SDK's calls for aggregates as layer and name."""
    from openstack.cloud import _compute
    from openstack.compute.v2 import _proxy

    layers = {"compute": _proxy.Proxy, "cloud": _compute.ComputeCloudMixin}
    return {
        (layer, call)
        for layer, kind in layers.items()
        for call in sdk_calls.proxy_calls(kind)
        if "aggregate" in call
    }


def _checks(options: argparse.Namespace, root: str) -> Any:
    """Connect the users of the checks to the service at a root."""
    import sdk_aggregate_checks

    user = options.user_cloud
    return sdk_aggregate_checks.Checks(
        cloud=_connect(options.cloud, root),
        user=_connect(user, root) if user else None,
        hosts=_connect(options.cloud, ROOTS[-1]).compute,
        name=f"sdk-{secrets.token_hex(3)}",
        root=root,
    )


def _connect(cloud: str, root: str) -> Any:
    """Return a connection whose compute endpoint is at a root of the service."""
    import openstack

    service = openstack.connect(cloud=cloud).clustering.get_endpoint()
    # The endpoint that the SDK has found has a version at its end.
    host = service.rstrip("/").removesuffix("/v1")
    return openstack.connect(
        cloud=cloud,
        api_timeout=sdk_calls.CALL_TIMEOUT_S,
        compute_endpoint_override=f"{host}{root}",
    )


if __name__ == "__main__":
    sys.exit(main())
