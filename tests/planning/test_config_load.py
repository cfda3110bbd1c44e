"""What a valid configuration becomes."""

from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import ConfigError
from densevsconv.images.load import WANTED
from densevsconv.images.split import split
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import make_plans
from densevsconv.planning.resolved import ResolvedStudy
from densevsconv.stages.search import planned_trials
from densevsconv.store.files import write_json
from densevsconv.store.layout import Layout
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


def test_sizes_and_lists_make_data_sets_and_cases(tmp_path: Path) -> None:
    study = tiny(
        tmp_path,
        datasets={"digits": {"training_sizes": [100, 400], "title": "Both"},
                  "curves": {"dataset": "mnist1d", "source": {"length": 30, "samples": 600},
                             "training": {"epochs": 9}}},
        cases={"dense": {"datasets": ["digits", "curves"], "architecture": "dense_1"},
               "alone": {"dataset": "digits-100", "architecture": "dense_1",
                         "training": {"updates": 100, "batch_size": 32}}},
    )  # fmt: skip
    assert {name: data.sizes.train for name, data in study.datasets.items()} == {
        "digits-100": 100, "digits-400": 400, "curves": 432,
    }  # fmt: skip
    assert study.datasets["digits-400"].used.series == {"training_images": 400}
    assert study.datasets["curves"].shape == (1, 30, 1)
    assert {name: case.dataset for name, case in study.cases.items()} == {
        "dense-digits-100": "digits-100", "dense-digits-400": "digits-400",
        "dense-curves": "curves", "alone": "digits-100",
    }  # fmt: skip
    assert {case.network for case in study.cases.values()} == {"dense", "alone"}
    assert study.cases["alone"].training.epochs == 33  # of three steps
    assert study.cases["dense-curves"].training.epochs == 9


def test_splits_make_data_sets_whose_images_differ(tmp_path: Path) -> None:
    study = tiny(
        tmp_path,
        datasets={"digits": {"splits": 3, "test": 0.3}},
        cases={"dense": {"datasets": ["digits"], "architecture": "dense_1"}},
    )
    assert {name: case.dataset for name, case in study.cases.items()} == {
        f"dense-digits-split{draw}": f"digits-split{draw}" for draw in range(3)
    }
    draws = [data.used.draw for data in study.datasets.values()]
    assert draws == [0, 1, 2]
    labels = np.arange(100) % 10
    parts = [
        split(labels, test=0.3, validation=0.1, stratify=True, training_images=None, seed=7, draw=d)
        for d in draws
    ]
    assert len({repr(part["test"]) for part in parts}) == 3


def test_folds_are_test_parts_that_are_all_images_between_them(tmp_path: Path) -> None:
    cases = {"dense": {"datasets": ["digits"], "architecture": "dense_1"}}
    study = tiny(tmp_path, datasets={"digits": {"splits": 2, "folds": 3}}, cases=cases)
    sets = study.datasets
    assert list(sets) == [f"digits-split{d}-fold{k}" for d in range(2) for k in range(3)]
    assert len(study.cases) == len(sets)
    labels, groups = np.arange(100) % 10, np.arange(100) // 4
    for grouped in (None, groups):
        parts = [
            split(
                labels, test=each.used.test or 0.0, validation=0.1, stratify=grouped is None,
                training_images=None, seed=7, draw=each.used.draw, fold=each.used.fold,
                groups=grouped,
            )
            for each in sets.values()
        ]  # fmt: skip
        for repeat in (parts[:3], parts[3:]):
            assert sorted(np.concatenate([each["test"] for each in repeat])) == list(range(100))
            for each in repeat:
                assert sorted(np.concatenate([*each.values()])) == list(range(100))
        assert repr(parts[0]) != repr(parts[3])
    with pytest.raises(ConfigError, match="folds: found it beside test; allowed: one of them"):
        tiny(tmp_path / "refused", datasets={"digits": {"test": 0.3, "folds": 3}}, cases=cases)


def test_inner_folds_are_validation_parts_that_the_seeds_of_a_search_take_in_turn(
    tmp_path: Path,
) -> None:
    search = {"method": "grid", "grid": {"learning_rate": [0.1, 0.01]}, "seeds": 4}
    parts = {
        "datasets": {"digits": {"folds": 2, "inner_folds": 2}},
        "cases": {"dense": {"datasets": ["digits"], "architecture": "dense_1"}},
    }
    study = tiny(tmp_path, **parts, search=search)
    on = ["digits-fold0", "digits-fold0-inner1", "digits-fold1", "digits-fold1-inner1"]
    assert list(study.datasets) == on
    assert {case.dataset for case in study.cases.values()} == {"digits-fold0", "digits-fold1"}
    plan = make_plans(study, at := Layout(tmp_path / "results" / "tiny"))["search"]
    for name in on:
        counts = {"train": 100, "validation": 100, "test": 100}
        write_json(at.data_info(name), dict.fromkeys(WANTED) | {
            "counts": counts, "train_hash": name, "test_hash": ""})  # fmt: skip
    trials = planned_trials(plan, at)
    assert len(trials) == 2 * 2 * 4
    of_first = [trial for trial in trials if trial.case == "dense-digits-fold0" and not trial.point]
    assert [each.dataset for each in of_first] == on[:2] * 2
    assert [each.dataset_hash for each in of_first] == on[:2] * 2
    labels = np.arange(100) % 10
    divided = [
        split(labels, test=0.5, validation=0.5, stratify=True, training_images=None, seed=7,
              validation_fold=study.datasets[name].used.validation_fold)
        for name in on[:2]
    ]  # fmt: skip
    first, second = (set(part["validation"]) for part in divided)
    assert not first & second
    assert [*divided[0]["test"]] == [*divided[1]["test"]]
    assert sorted([*divided[0]["test"], *first, *second]) == list(range(100))
    with pytest.raises(ConfigError, match="seeds: found 3; allowed: a multiple of 2"):
        tiny(tmp_path / "refused", **parts, search=search | {"seeds": 3})


@pytest.mark.parametrize("by", ["parameters", "macs"])
@pytest.mark.parametrize(("one", "other"), [("dense_2", "lenet5_8"), ("lenet5_8", "dense_1")])
def test_a_match_is_as_large_as_its_partner(by: str, one: str, other: str, tmp_path: Path) -> None:
    cases = {
        "one": {"dataset": "digits", "architecture": one, "match": {by: "other"}},
        "other": {"dataset": "digits", "architecture": other},
    }
    study = tiny(tmp_path, cases=cases)
    case, partner = study.cases["one"], study.cases["other"]
    found, wanted = (getattr(each.architecture, by) for each in (case, partner))
    assert case.matched is not None
    assert (case.matched.found, case.matched.wanted) == (found, wanted)
    # one unit more or less of a layer changes the number by less than this share
    assert abs(found - wanted) < 0.02 * wanted
    assert case.architecture.name == f"{one}-{by}-of-other"


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
