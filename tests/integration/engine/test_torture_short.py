"""A short torture of real engine processes, on both databases."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]


@pytest.mark.timeout(280)
@pytest.mark.parametrize(
    "server",
    [
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def test_killed_and_paused_engines_lose_nothing(server, request) -> None:
    url = request.getfixturevalue(f"{server}_url")

    ended = subprocess.run(
        [
            *(sys.executable, "-m", "tests.torture", "--database", server),
            *("--url", url, "--seconds", "25", "--seed", "7"),
            # How long it takes is for the torture on a quiet machine to say.
            *("--engines", "2", "--clients", "2", "--grace", "60"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=270,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
