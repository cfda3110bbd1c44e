"""Damaged files are noticed: a few of the cases of :mod:`tests.faults.damage`."""

import pytest

from densevsconv.stages import plan
from tests.faults.damage import SLOW, Finished, campaign, make_study, shown


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as here:
        here.chdir(tmp_path_factory.mktemp("damage"))
        yield make_study(plan.STAGES[: -len(SLOW)], seeds=(7,))


def test_no_damage_goes_unnoticed(study: Finished) -> None:
    outcomes, failures = campaign(study, each=0, seed=0)
    assert not failures, shown(outcomes)
    assert sum(outcomes.values()) > 30


def test_the_campaign_sees_what_is_not_checked(
    study: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "require_whole", lambda files, at: None)
    outcomes, failures = campaign(study, each=1, seed=0, damages=["other"])
    assert sum(failure.startswith("silent") for failure in failures) > 1, shown(outcomes)
