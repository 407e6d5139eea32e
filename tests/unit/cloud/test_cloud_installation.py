"""What is installed is fitted in one place, or not at all."""

import pathlib

import pytest

from tests.cloud import installation

DRIVER = """
    def retry(self):
        time.sleep(0.25)

    def get(self):
        while True:
            time.sleep(0.5)
"""


@pytest.fixture
def driver(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "oslo_messaging" / "_drivers" / "amqpdriver.py"
    path.parent.mkdir(parents=True)
    path.write_text(DRIVER)
    return path


def test_the_pause_between_two_looks_is_set_and_taken_back(
    driver: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    installation.set_rpc_pause(tmp_path, "0.01")
    quick = driver.read_text()
    installation.set_rpc_pause(tmp_path, "0.5")

    assert quick == DRIVER.replace("sleep(0.5)", "sleep(0.01)")
    assert driver.read_text() == DRIVER


@pytest.mark.parametrize("text", ["", DRIVER * 2])
def test_a_driver_that_is_not_as_known_is_left_alone(
    driver: pathlib.Path, tmp_path: pathlib.Path, text: str
) -> None:
    driver.write_text(text)

    with pytest.raises(Exception, match="not at one"):
        installation.set_rpc_pause(tmp_path, "0.01")

    assert driver.read_text() == text
