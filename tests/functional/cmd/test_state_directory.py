"""The state directory of ``senlin-like-standalone``: whose cloud it belongs to."""

import pytest

from senlin_like import exceptions
from senlin_like.cmd import standalone


@pytest.fixture
def prepare(tmp_path):
    def prepared(*words):
        asked, rest = standalone.parse(["--state-dir", str(tmp_path / "s"), *words])
        return standalone.prepare(asked, rest)

    return prepared


def test_a_new_directory_belongs_to_the_simulated_cloud(prepare):
    assert prepare().cloud_backend == "simulated"


def test_a_directory_goes_on_with_its_cloud(prepare):
    prepare("--cloud", "docker")

    assert prepare().cloud_backend == "docker"
    assert prepare("--cloud", "docker").cloud_backend == "docker"


@pytest.mark.parametrize(
    ("first", "second"),
    [([], ["--cloud", "docker"]), (["--cloud", "docker"], ["--cloud", "simulated"])],
)
def test_nodes_are_not_looked_for_in_another_cloud(prepare, first, second):
    prepare(*first)

    with pytest.raises(exceptions.Invalid, match="belongs to the cloud"):
        prepare(*second)
