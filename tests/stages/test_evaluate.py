from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from densevsconv.errors import DataError
from densevsconv.stages import evaluate
from densevsconv.store.files import read_json
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


def evaluated(seeds: list[np.ndarray], labels: np.ndarray = LABELS) -> dict:
    diverged = [False] * len(seeds)
    found = evaluate.evaluate(
        labels, np.stack(seeds), case="a", dataset="toy", diverged=diverged, confidence=0.95,
        bins=15,
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


def test_interval_over_seeds_is_student_t() -> None:
    wrong = [3, 5, 10]
    seeds = [one_hot(np.where(np.arange(IMAGES) < n, (LABELS + 1) % 3, LABELS)) for n in wrong]
    accuracy = evaluated(seeds)["accuracy"]
    values = [1 - n / IMAGES for n in wrong]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert accuracy["per_seed"] == pytest.approx(values)
    assert accuracy["mean"] == pytest.approx(np.mean(values))
    assert accuracy["std"] == pytest.approx(np.std(values, ddof=1))
    assert accuracy["low"] == pytest.approx(low)
    assert high > 1  # cut at the largest possible accuracy
    assert accuracy["high"] == 1


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
    assert result["accuracy"]["seeds"] == SEEDS
    assert result["log_loss"]["per_seed"][-1] is None
    assert result["log_loss"]["seeds"] == SEEDS - 1
    assert np.sum(result["confusion"]["counts"]) == SEEDS * IMAGES


def test_one_seed_has_no_interval() -> None:
    accuracy = evaluated([one_hot(LABELS)])["accuracy"]
    assert accuracy["mean"] == 1
    assert accuracy["low"] is None
    assert accuracy["high"] is None


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


def test_a_seed_that_names_one_class_for_all_learned_nothing() -> None:
    labels = np.array([0] * 6 + [1] * 3 + [2] * 3)
    same = np.zeros_like(labels)
    one_more = np.array([0] * 6 + [1] + [0] * 5)
    found = evaluated([one_hot(same), one_hot(one_more), one_hot(1 - same)], labels)
    assert found["chance"] == 0.5
    assert found["learned"] == [False, True, False]


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
