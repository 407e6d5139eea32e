"""What the torture can be told on its command line."""

import argparse
import pathlib

from tests.torture import databases, wardrobe
from tests.torture.given import Given

GRACE_S = 5.0
#: What a real cloud has for clusters to get, as far as a torture knows.
REAL_KINDS = ("scaling", wardrobe.HEALTH, "deletion", "batch", wardrobe.WEBHOOKS)
#: A real cloud is slower in everything.
REAL = {
    "kinds": REAL_KINDS,
    "lease": 15,
    "watch": 60,
    "patience": 600.0,
    "grace": 30.0,
    "repairs": 300.0,
    "pace": 6.0,
    "outages": 2,
}


def _kinds(given: str) -> tuple[str, ...]:
    """Read a list of kinds; ``all`` and ``none`` are words for lists."""
    if given == "all":
        return wardrobe.KINDS
    names = tuple(one for one in given.split(",") if one and one != "none")
    unknown = sorted(set(names) - set(wardrobe.KINDS))
    if unknown:
        raise argparse.ArgumentTypeError(
            f"There is no kind '{unknown[0]}'; known are: {', '.join(wardrobe.KINDS)}."
        )
    return names


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; a mistake ends the program."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    _add_service(parser)
    _add_harm(parser)
    _add_cloud(parser)
    if parser.parse_known_args(arguments)[0].clouds is not None:
        parser.set_defaults(**REAL)
    given = parser.parse_args(arguments)
    _check(parser, given)
    return given


def _add_service(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how the service is set up."""
    parser.add_argument("--database", choices=sorted(databases.SERVERS), required=True)
    parser.add_argument("--url", help="an empty database to use instead of a new one")
    parser.add_argument("--engines", type=int, default=3)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--lease", type=int, default=3)
    parser.add_argument(
        "--watch",
        type=int,
        default=15,
        help="seconds in which engines look for what a lost one makes (%(default)s)",
    )
    parser.add_argument("--broker", choices=["rabbit", "none"], default="none")
    parser.add_argument("--directory", help="where logs and configurations stay")


def _add_harm(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what happens, and what may come of it."""
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=120.0)
    parser.add_argument(
        "--grace",
        type=float,
        default=GRACE_S,
        help="seconds after its lease in which lost work goes on (%(default)s)",
    )
    parser.add_argument(
        "--kinds",
        type=_kinds,
        default=wardrobe.KINDS,
        help="what clusters get besides: all, none, or a list with commas of "
        f"{', '.join(wardrobe.KINDS)} (all)",
    )
    parser.add_argument(
        "--share",
        type=float,
        default=0.7,
        help="how many of the clusters get policies, 0 to 1 (%(default)s)",
    )
    parser.add_argument(
        "--repairs",
        type=float,
        default=90.0,
        help="seconds at the end in which dead nodes of watched clusters have to be "
        "repaired; 0 doesn't ask for it (%(default)s)",
    )
    parser.add_argument(
        "--pace",
        type=float,
        default=1.0,
        help="by how much clients and harm are slower than usual (%(default)s)",
    )


def _add_cloud(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a real cloud, as those of tests/tempest do."""
    parser.add_argument(
        "--clouds",
        type=pathlib.Path,
        metavar="FILE",
        help="clouds.yaml of a real OpenStack to use instead of the simulated cloud; "
        f"other defaults then: {', '.join(f'{k} {v}' for k, v in REAL.items())}",
    )
    for role, default, what in (
        ("admin", "lab", "who counts and strikes servers"),
        ("service", "lab-senlin", "the service's own account"),
        ("user", "lab-demo", "who the clients are"),
    ):
        parser.add_argument(
            f"--cloud-{role}", default=default, help=f"{what} in it (%(default)s)"
        )
    parser.add_argument(
        "--outages",
        type=int,
        default=0,
        help="how often Nova's API goes away: by turns it is stopped, and hangs; needs "
        "a cloud of tests/cloud (%(default)s)",
    )
    parser.add_argument(
        "--outage-seconds", type=float, default=30.0, help="for how long (%(default)s)"
    )


def _check(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """Refuse what the cloud can't do."""
    cloud = cloud_of(given)
    if cloud is None:
        if given.outages:
            parser.error("--outages needs --clouds")
        return
    if lacking := sorted(set(given.kinds) - set(REAL_KINDS)):
        parser.error(f"with --clouds there is no kind {', '.join(lacking)}")
    if given.outages and cloud.settings() is None:
        parser.error("--outages needs a cloud of tests/cloud: give --outages 0")


def cloud_of(given: argparse.Namespace) -> Given | None:
    """Return the real cloud that was given; None if it is the simulated one."""
    if given.clouds is None:
        return None
    return Given(
        file=given.clouds,
        user=given.cloud_user,
        admin=given.cloud_admin,
        service=given.cloud_service,
    )
