"""A crash at any step and any cloud call of any flow changes nothing.

Another engine goes on with the same database and the same cloud, and the end
is that of the undisturbed run.
"""

import pytest

from senlin_like.domain.enums import Kind
from senlin_like.flows import catalog
from tests.torture import checks, endings
from tests.torture.grounds import ALL
from tests.torture.stage import Stage
from tests.torture.variants import IS_THOROUGH, VARIANTS, chosen

#: Crashes of a scenario in a short run, and of a variant.
SOME, FEW = 8, 4


@pytest.mark.parametrize(
    ("ground", "scenario"), ALL, ids=[scenario.name for _ground, scenario in ALL]
)
def test_a_crash_anywhere_ends_like_no_crash(ground, scenario, play) -> None:
    calm = play(ground, scenario, None)
    expected = endings.snapshot(calm)
    moments = chosen(scenario, moments_of(calm), SOME, FEW)
    wrong = flaws(calm, is_calm=True)

    for moment in moments:
        stage = play(ground, scenario, moment)
        ended = endings.snapshot(stage)
        wrong += [f"{moment}: {flaw}" for flaw in flaws(stage)]
        if scenario.exact:
            wrong += [
                f"{moment}: {part} {ended[part]} instead of {expected[part]}"
                for part in expected
                if ended[part] != expected[part]
            ]

    print(f"{scenario.name}: {len(moments)} crashes")
    assert wrong == []


def moments_of(stage: Stage) -> list[str]:
    """Return the moments worth a crash.

    Between two of them something was written, to the database or the cloud;
    what else differs is forgotten with the engine. All, if that is asked for.
    How often the watcher looks depends on the time of day, so its first look
    stands for all.
    """
    met = stage.moments.seen if IS_THOROUGH else stage.moments.telling
    return [
        label
        for label in dict.fromkeys(met)
        if not label.startswith("engine ") or label.endswith("#1")
    ]


def flaws(stage: Stage, *, is_calm: bool = False) -> list[str]:
    """Return what is wrong at the end, but for servers taken from outside."""
    world = stage.driver.world
    if not is_calm:
        stage.sweep()
    return [
        *checks.problems(stage.deps.db, world),
        *(f"two servers of {node} for {s} s" for node, s in checks.doubles(world)),
        *(
            f"node {node} is gone and nobody chose it"
            for node in checks.unchosen(stage.deps.db, stage.everything)
        ),
        *([] if is_calm or stage.crashes else ["there was no crash"]),
    ]


def test_every_kind_of_action_is_crashed(play) -> None:
    met = {
        row.action
        for ground, scenario in ALL
        if scenario.name not in VARIANTS
        for row in play(ground, scenario, None).actions()
    }

    assert met >= {str(kind) for kind in catalog.FLOWS if kind in set(Kind)}


def test_variants_are_scenarios() -> None:
    assert {scenario.name for _ground, scenario in ALL} > VARIANTS
