"""What refit writes of an epoch is of training and validation images, never of test images."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from densevsconv.images.load import content_hash, load_training_data
from densevsconv.images.prepared import TrainingData
from densevsconv.results.trials import CURVES
from densevsconv.stages import refit
from densevsconv.store.files import read_json, read_npz, write_json, write_npz
from densevsconv.store.layout import Layout
from densevsconv.training.engine import FinishedTrial
from densevsconv.trials.groups import GroupTrainer
from tests.support.plans import run_stage
from tests.support.synthetic import make_study


def test_training_cannot_see_the_test_images() -> None:
    names = {field.name for field in dataclasses.fields(TrainingData)}
    assert not [name for name in names if "test" in name]
    parts = [(part, what) for part in ("train", "validation") for what in ("accuracy", "loss")]
    assert set(CURVES) == {f"{part}_{what}" for part, what in parts}
    assert not [field.name for field in dataclasses.fields(FinishedTrial) if "test" in field.name]


def refitted(root: Path, *, other_test_images: bool) -> Layout:
    """Return a study whose only network was trained by the stage itself."""
    short = {"epochs": 3, "early_stopping": None}
    layout = make_study(root, "s", {"net-numpy": ("dense_1", 0.9, "list", "digits", short)})
    plan = read_json(layout.plan("refit"))
    (shard,) = plan["shards"]
    shard["net-numpy"] |= {"seeds": 1}
    write_json(layout.plan("refit"), plan)
    if other_test_images:
        test = read_npz(layout.test_data("digits"))
        changed = {"images": 16 - test["images"], "labels": (test["labels"] + 3) % 10}
        write_npz(layout.test_data("digits"), test | changed)
        info = read_json(layout.data_info("digits"))
        info["test_hash"] = content_hash(test | changed, info["max_value"], info["classes"])
        write_json(layout.data_info("digits"), info)
    run_stage("refit", layout)
    return layout


def test_curves_are_those_of_the_validation_images_and_know_nothing_of_the_test(
    tmp_path: Path,
) -> None:
    first, second = (
        refitted(tmp_path / name, other_test_images=other)
        for name, other in (("first", False), ("second", True))
    )
    # other test images, other labels: other predictions, the same curves
    tables = [pd.read_parquet(layout.history("net-numpy")) for layout in (first, second)]
    assert tables[0].equals(tables[1])
    guesses = [pd.read_parquet(layout.predictions("net-numpy")) for layout in (first, second)]
    assert not guesses[0].equals(guesses[1])
    # the kept weights give on the validation images what the curve has at their epoch
    data = load_training_data(first, "digits")
    plan = refit.RefitPlan.read(first.plan("refit"))
    (trial,) = refit.planned_runs(plan, plan.cases, first)
    weights = {name.partition("/")[2]: array
               for name, array in read_npz(first.weights("net-numpy")).items()}  # fmt: skip
    group = GroupTrainer(first).group([trial])
    probabilities = trial.engine.predictor(group, weights)(data.validation_images)
    accuracy = float((probabilities.argmax(axis=1) == data.validation_labels).mean())
    (run,) = read_json(first.runs("net-numpy"))["runs"]
    drawn = tables[0].set_index("epoch")["validation_accuracy"]
    assert drawn[run["best_epoch"]] == pytest.approx(accuracy)
