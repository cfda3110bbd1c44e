"""Two cases that are the same network share its trainings and its timing."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.results.timing import Timing
from densevsconv.results.trials import TrialRow
from densevsconv.stages.plan import run_stage
from densevsconv.store.layout import Layout
from densevsconv.trials.groups import GroupTrainer
from tests.faults.damage import STUDY
from tests.support.config_copy import copy_config


def test_what_two_cases_share_is_trained_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []
    train = GroupTrainer.train

    def counted(self: GroupTrainer, trials: Any, **options: Any) -> Any:
        trained.extend(trial.id for trial in trials)
        return train(self, trials, **options)

    monkeypatch.setattr(GroupTrainer, "train", counted)
    monkeypatch.chdir(tmp_path)
    config, case = copy_config(tmp_path), STUDY["cases"]["dense_1"]
    content = STUDY | {
        "cases": {"aa": case, "bb": case},
        "gradients": {},
        "claims": {},
        "shards": 1,
    }
    (config / "studies" / "twice.yaml").write_text(yaml.safe_dump(content))
    at = Layout(Path("results/twice"))
    write_plans(load_study(config / "config.yaml", {"study": "twice"}), at)
    for stage in ("prepare", "search", "select", "refit"):
        run_stage(stage, at)
    assert len(trained) == len(set(trained)) == 2 * 2 + 2  # points, seeds; refitted seeds
    run_stage("time", at)
    assert [Timing.read(at.timing(name)).case for name in ("aa", "bb")] == ["aa", "bb"]
    rows = TrialRow.read_table(at.trials)
    assert {row.trial for row in rows if row.case == "aa"} == {
        row.trial for row in rows if row.case == "bb"
    }
