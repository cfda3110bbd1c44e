from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import DataError
from densevsconv.stages import evaluate
from densevsconv.statistics import crossed
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_parquet
from tests.support.generated_study import (
    CLASSES,
    IMAGES,
    SEEDS,
    probabilities,
    write_parquet,
    write_refit,
    write_study,
)
from tests.support.plans import run_stage

LABELS = np.arange(IMAGES) % CLASSES


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return write_study(tmp_path / "toy_study")


def one_hot(classes: np.ndarray, confidence: float = 1.0) -> np.ndarray:
    rest = (1 - confidence) / (CLASSES - 1)
    return np.where(np.arange(CLASSES) == classes[:, None], confidence, rest).astype(np.float32)


def evaluated(
    seeds: list[np.ndarray], labels: np.ndarray = LABELS, finished: list[bool] | None = None
) -> dict:
    found = evaluate.evaluate(
        labels, np.stack(seeds), case="a", dataset="toy", finished=finished or [True] * len(seeds),
        eligible=True, confidence=0.95, bins=15,
    )  # fmt: skip
    return found.model_dump()


def test_confusion_rows_are_true_and_columns_predicted() -> None:
    # every image of class 0 is taken for class 2; a transposed matrix has the 10 at [2][0]
    result = evaluated([one_hot(np.where(LABELS == 0, 2, LABELS))] * 2)
    assert result["confusion"]["counts"] == [[0, 0, 20], [0, 20, 0], [0, 0, 20]]
    assert result["confusion"]["normalised"] == [[0, 0, 1], [0, 1, 0], [0, 0, 1]]
    (pair,) = result["most_confused"]
    assert (pair["true"], pair["predicted"], pair["count"], pair["rate"]) == (0, 2, 20, 1.0)
    assert pair["examples"] == [0, 3, 6, 9, 12, 15, 18, 21]
    assert result["per_class"][0]["recall"]["mean"] == 0
    assert result["per_class"][2]["precision"]["mean"] == 0.5
    assert result["per_class"][2]["recall"]["mean"] == 1


def test_rows_are_normalised_when_classes_are_unequal() -> None:
    labels = np.array([0] * 9 + [1] * 3)
    predicted = np.array([0] * 6 + [1] * 3 + [1] * 3)
    result = evaluated([one_hot(predicted)], labels)
    assert result["confusion"]["normalised"][0] == pytest.approx([2 / 3, 1 / 3, 0])
    assert result["confusion"]["normalised"][2] == [0, 0, 0]  # no image of that class


def test_the_interval_is_over_seeds_and_images_and_few_seeds_have_none() -> None:
    wrong = [3, 5, 10, 4, 8]
    seeds = [one_hot(np.where(np.arange(IMAGES) < n, (LABELS + 1) % 3, LABELS)) for n in wrong]
    accuracy = evaluated(seeds)["accuracy"]
    values = [1 - n / IMAGES for n in wrong]
    expected = crossed.accuracy(np.arange(IMAGES) >= np.array(wrong)[:, None], 0.95)
    assert accuracy["per_seed"] == pytest.approx(values)
    assert accuracy["mean"] == pytest.approx(np.mean(values))
    assert accuracy["std"] == pytest.approx(np.std(values, ddof=1))
    assert (accuracy["low"], accuracy["high"]) == (expected.low, expected.high)
    few = evaluated(seeds[:4])["accuracy"]
    assert (few["low"], few["high"]) == (None, None)
    assert (few["lowest"], few["highest"]) == pytest.approx((min(values), max(values)))


def test_log_loss_and_calibration_of_known_probabilities() -> None:
    # confidence 0.8 on every image, right on 24 of 30: perfectly calibrated
    predicted = np.where(np.arange(IMAGES) < 6, (LABELS + 1) % 3, LABELS)
    calibrated = evaluated([one_hot(predicted, 0.8)])
    assert calibrated["calibration_error"]["mean"] == pytest.approx(0, abs=1e-6)
    expected = -(24 * np.log(0.8) + 6 * np.log(0.1)) / 30
    assert calibrated["log_loss"]["mean"] == pytest.approx(expected, rel=1e-5)
    # confidence 0.8 and always right: off by 0.2
    unsure = evaluated([one_hot(LABELS, 0.8)])
    assert unsure["calibration_error"]["mean"] == pytest.approx(0.2, abs=1e-6)
    filled = [b for b in unsure["calibration"]["bins"] if b["count"]]
    assert [b["count"] for b in filled] == [IMAGES]
    assert filled[0]["low"] < float(np.float32(0.8)) <= filled[0]["high"]
    assert len(unsure["calibration"]["bins"]) == 15


def test_misclassified_images_count_the_seeds_that_miss_them() -> None:
    first = LABELS.copy()
    first[[4, 7]] = 2  # both of class 1
    second = LABELS.copy()
    second[4] = 0
    third = LABELS.copy()
    third[4] = 2
    assert evaluated([one_hot(p) for p in (first, second, third)])["misclassified"] == [
        {"index": 4, "label": 1, "predicted": 2, "times": 3},
        {"index": 7, "label": 1, "predicted": 2, "times": 1},
    ]


def test_diverged_seed_stays_in_and_is_counted(layout: Layout) -> None:
    seeds = [probabilities("conv_a", r) for r in range(SEEDS)]
    seeds[-1] = np.full_like(seeds[-1], np.nan)
    write_refit(layout, "conv_a", seeds, diverged=1)
    run_stage("evaluate", layout)
    result = read_json(layout.evaluation("conv_a"))
    assert result["diverged_seeds"] == 1
    assert result["seeds"] == SEEDS
    assert result["accuracy"]["per_seed"][-1] == pytest.approx(1 / CLASSES)  # class 0 throughout
    assert result["starts"]["seeds"] == [True] * (SEEDS - 1) + [False]
    assert result["log_loss"]["per_seed"][-1] is None
    assert result["log_loss"]["seeds"] == SEEDS - 1
    assert np.sum(result["confusion"]["counts"]) == SEEDS * IMAGES


def test_stage_is_deterministic_whatever_the_order_of_predictions(layout: Layout) -> None:
    run_stage("evaluate", layout)
    first = layout.evaluation("conv_a").read_bytes()
    path = layout.predictions("conv_a")
    write_parquet(path, read_parquet(path).sort_by([("index", "descending")]))
    run_stage("evaluate", layout)
    assert layout.evaluation("conv_a").read_bytes() == first


def test_predictions_for_other_images_are_refused(layout: Layout) -> None:
    path = layout.predictions("dense_b")
    table = read_parquet(path)
    labels = (table.column("label").to_numpy() + 1) % CLASSES
    write_parquet(path, table.set_column(2, "label", [labels]))
    with pytest.raises(DataError, match=r"dense_b/predictions\.parquet: column 'label'"):
        run_stage("evaluate", layout)


def test_predictions_of_a_missing_seed_are_refused(layout: Layout) -> None:
    path = layout.predictions("dense_b")
    table = read_parquet(path)
    write_parquet(path, table.slice(0, IMAGES * (SEEDS - 1)))
    with pytest.raises(DataError, match="refit again"):
        run_stage("evaluate", layout)


def test_starts_that_trained_are_told_from_those_that_did_not() -> None:
    dead, half = np.zeros_like(LABELS), np.where(LABELS == 1, 1, 0)
    good = np.where(np.arange(IMAGES) < 4, (LABELS + 1) % 3, LABELS)
    found = evaluated([one_hot(p) for p in (dead, good, LABELS, dead)])
    assert found["chance"] == pytest.approx(1 / 3)
    starts = found["starts"]
    assert starts["seeds"] == [False, True, True, False]
    assert (starts["lowest"], starts["highest"]) == pytest.approx((26 / 30, 1.0))
    assert 0 < starts["share_low"] < 0.5 < starts["share_high"] < 1
    assert found["not_tested"] == ""
    # two classes of three, and others do better: no start of that network
    assert evaluated([one_hot(half), one_hot(LABELS)])["starts"]["seeds"] == [False, True]
    # what diverged has not trained, whatever it got right until then
    diverged = evaluated([one_hot(LABELS)] * 2, finished=[True, False])
    assert diverged["starts"]["seeds"] == [True, False]
    never = evaluated([one_hot(dead)] * 2)
    assert (never["not_tested"], never["starts"]["highest"]) == (evaluate.UNTRAINED, None)


def test_a_case_of_which_every_point_diverged_is_none_to_conclude_from(layout: Layout) -> None:
    selection = read_json(layout.selection("conv_a"))
    for candidate in selection["candidates"]:
        candidate["diverged"] = 1
    write_json(layout.selection("conv_a"), selection)
    run_stage("evaluate", layout)
    assert read_json(layout.evaluation("conv_a"))["not_tested"] == evaluate.INELIGIBLE
    assert read_json(layout.evaluation("dense_b"))["not_tested"] == ""


def test_only_what_changed_is_evaluated_again(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_stage("evaluate", layout)
    first = layout.evaluation("conv_a").read_bytes()
    evaluated_cases = []
    original = evaluate.evaluate

    def counted(*arguments: np.ndarray, **named: object) -> object:
        evaluated_cases.append(named["case"])
        return original(*arguments, **named)

    monkeypatch.setattr(evaluate, "evaluate", counted)
    layout.evaluation("conv_a").unlink()  # as Snakemake does with outputs
    write_refit(layout, "dense_b", diverged=1)
    run_stage("evaluate", layout)
    assert evaluated_cases == ["dense_b"]
    assert layout.evaluation("conv_a").read_bytes() == first
    assert read_json(layout.evaluation("dense_b"))["diverged_seeds"] == 1
