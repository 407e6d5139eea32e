"""What the torture can be told on its command line."""

import argparse

from tests.torture import databases, wardrobe

GRACE_S = 5.0


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
    parser.add_argument("--database", choices=sorted(databases.SERVERS), required=True)
    parser.add_argument("--url", help="an empty database to use instead of a new one")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", type=int, default=3)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--lease", type=int, default=3)
    parser.add_argument(
        "--watch",
        type=int,
        default=15,
        help="seconds in which engines look for what a lost one makes (%(default)s)",
    )
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
    parser.add_argument("--broker", choices=["rabbit", "none"], default="none")
    parser.add_argument("--directory", help="where logs and configurations stay")
    return parser.parse_args(arguments)
