"""What a valid configuration becomes."""

from pathlib import Path

import pytest

from densevsconv.planning.load import load_study
from densevsconv.planning.resolved import ResolvedStudy
from densevsconv.training.settings import Training
from tests.support.config_copy import copy_config, edit


def tiny(folder: Path, **changes: object) -> ResolvedStudy:
    config = copy_config(folder)
    edit(config / "studies" / "tiny.yaml", **changes)
    return load_study(config / "config.yaml", {"study": "tiny"})


def test_a_case_lays_its_keys_over_the_study(tmp_path: Path) -> None:
    study = tiny(
        tmp_path,
        training={"batch_size": 20, "l2": 0.5, "schedule": {"name": "cosine", "warmup_epochs": 1}},
        cases__dense_1__training={"l2": 1, "schedule": {"name": "step"}},
    )
    dense, conv = study.cases["dense_1"].training, study.cases["lenet5_8"].training
    assert (dense.l2, conv.l2) == (1.0, 0.0001)
    assert dense.batch_size == 20
    assert dense.schedule.warmup_epochs == 0  # a schedule is replaced as a whole
    assert conv.schedule.warmup_epochs == 1
    assert dense.learning_rate == Training().learning_rate


def test_a_case_may_search_in_another_way(tmp_path: Path) -> None:
    study = tiny(
        tmp_path,
        cases__dense_1__search={"method": "list"},
        cases__lenet5_8__search={"grid": {"l2": [0.1]}},
    )
    assert study.cases["dense_1"].points == [{}]
    assert study.cases["lenet5_8"].points == [{"l2": 0.1}]
    assert {case.search.seeds for case in study.cases.values()} == {2}


def test_points_are_written_as_the_schema_has_them(tmp_path: Path) -> None:
    points = [{"l2": 1, "schedule": {"name": "cosine"}, "initializer": {"normal": {"std": 1}}}]
    study = tiny(tmp_path, search={"method": "list", "points": points})
    (point,) = study.cases["dense_1"].points
    assert point["l2"] == 1.0
    assert type(point["l2"]) is float
    assert point["schedule"] == {
        "name": "cosine", "warmup_epochs": 0, "step_epochs": 10, "factor": 0.1,
    }  # fmt: skip


def test_several_engines_make_several_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from densevsconv.planning import cases

    monkeypatch.setitem(cases.ENGINES, "other", cases.ENGINES["tensorflow"])
    study = tiny(tmp_path, cases__dense_1__engines=["tensorflow", "other"])
    assert sorted(study.cases) == ["dense_1-other", "dense_1-tensorflow", "lenet5_8"]
    assert study.cases["dense_1-other"].engine == "other"


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    file = copy_config(tmp_path) / "config.yaml"
    study = load_study(file, {"study": "tiny", "results": "elsewhere"})
    assert (study.name, study.config.results, study.config.reports) == (
        "tiny", "elsewhere", "reports",
    )  # fmt: skip


def test_a_configuration_may_be_given_as_a_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_config(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert load_study({"study": "tiny"}).name == "tiny"


def test_the_default_study_gives_every_tuned_case_the_same_budget() -> None:
    study = load_study(Path(__file__).parents[2] / "config" / "config.yaml")
    assert study.name == "quickstart"
    tuned = [case.trials for case in study.cases.values() if case.searched]
    assert len(set(tuned)) == 1
    assert sum(tuned) >= 200
    assert study.study.refit.seeds == 10
    assert {case.architecture.family for case in study.cases.values()} == {"dense", "convolutional"}
