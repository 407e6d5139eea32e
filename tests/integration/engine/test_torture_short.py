"""A short torture of real engine processes, on both databases."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]
SERVERS = [
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


def torture(request, server: str, *arguments: str) -> None:
    """Run it with two engines and two clients, on a database of its own."""
    url = request.getfixturevalue(f"{server}_url")

    ended = subprocess.run(
        [
            *(sys.executable, "-m", "tests.torture", "--database", server),
            *("--url", url, "--seed", "7", "--engines", "2", "--clients", "2"),
            # How long it takes is for the torture on a quiet machine to say.
            *("--grace", "60", *arguments),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=270,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.timeout(280)
@pytest.mark.parametrize("server", SERVERS)
def test_killed_and_paused_engines_lose_nothing(server, request) -> None:
    torture(request, server, "--kinds", "none", "--seconds", "25")


@pytest.mark.timeout(280)
@pytest.mark.parametrize("server", SERVERS)
def test_nor_do_they_with_policies_and_dying_servers(server, request) -> None:
    # Dead nodes wait for a silent engine's hold of checks: that takes too long here.
    torture(request, server, "--seconds", "12", "--repairs", "0", "--watch", "10")
