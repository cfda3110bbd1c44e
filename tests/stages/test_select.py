import json
from pathlib import Path

import pytest

from densevsconv.errors import DataError, UnableError
from densevsconv.results.trials import Candidate, TrialRow
from densevsconv.stages import select
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv
from tests.support.generated_study import (
    POINTS,
    TRAINING,
    case_plan,
    record,
    search_records,
    search_row,
    write_study,
)
from tests.support.generated_study import write_search as write_search_shards
from tests.support.plans import run_stage


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return write_study(tmp_path / "toy_study")


def rows(**scores: list[tuple[float, float]]) -> list[dict]:
    """Return trials of conv_a: ``p0=[(accuracy, loss) a seed]``."""
    found = []
    for name, values in scores.items():
        for repetition, (accuracy, loss) in enumerate(values):
            row = search_row(record("conv_a", "search", int(name[1:]), repetition), "conv_a")
            found.append(row | {"validation_accuracy": accuracy, "validation_loss": loss})
    return found


def chosen(trials: list[dict], **changes: object) -> dict:
    plan = case_plan("convolutional") | changes
    kept = {key: plan[key] for key in ("training", "points", "method")}
    case = select.SelectedCase(**kept, validation_images=400)
    rows = [TrialRow.model_validate(trial) for trial in trials]
    return select.select_case("conv_a", case, rows).model_dump()


def test_highest_mean_accuracy_wins() -> None:
    # point 0 has the best single seed and the lower loss, point 1 the better mean
    result = chosen(rows(p0=[(0.99, 0.1), (0.80, 0.1)], p1=[(0.92, 0.5), (0.91, 0.5)]))
    assert result["point"] == 1
    assert result["settings"] == POINTS[1]
    assert result["training"]["learning_rate"] == POINTS[1]["learning_rate"]
    assert result["training"]["optimizer"] == "adam"
    assert result["validation_accuracy_mean"] == pytest.approx(0.915)
    assert result["ties"] == [1]
    assert [c["diverged"] for c in result["candidates"]] == [0, 0]
    assert "0.9150" in result["reason"]


def test_equal_accuracy_is_decided_by_the_loss() -> None:
    # equal up to rounding: 0.1 + 0.7 and 0.2 + 0.6 differ in the last bit
    result = chosen(rows(p0=[(0.1, 0.5), (0.7, 0.5)], p1=[(0.2, 0.4), (0.6, 0.4)]))
    assert result["point"] == 1
    assert result["ties"] == [0, 1]
    assert "lowest mean validation loss" in result["reason"]


def test_equal_loss_too_is_decided_by_the_order() -> None:
    result = chosen(rows(p0=[(0.8, 0.4), (0.8, 0.4)], p1=[(0.8, 0.4), (0.8, 0.4)]))
    assert result["point"] == 0
    assert "earliest" in result["reason"]


def test_one_image_of_a_large_set_is_not_a_tie() -> None:
    result = chosen(rows(p0=[(0.5, 0.1), (0.5, 0.1)], p1=[(0.500001, 0.9), (0.5, 0.9)]))
    assert result["point"] == 1


@pytest.mark.parametrize(
    ("second", "method", "near", "edge"),
    [
        ([0.765, 0.765], "grid", [1], ["learning_rate"]),
        ([0.755, 0.755], "list", [], ["learning_rate"]),
        ([0.765, 0.765], "random", [1], []),  # draws have no edge
    ],
)
def test_what_is_within_a_standard_error_and_what_is_on_an_edge_is_said(
    second: list[float], method: str, near: list[int], edge: list[str]
) -> None:
    # 0.8 with a standard deviation of 0.04 sqrt 2 over two seeds: 0.04
    result = chosen(rows(p0=[(0.76, 1), (0.84, 1)], p1=[(a, 1) for a in second]), method=method)
    assert result["standard_error"] == pytest.approx(0.04)
    assert (result["point"], result["near"], result["edge"]) == (0, near, edge)


@pytest.mark.parametrize("seeds", [1, 2])
def test_the_standard_error_is_that_of_the_images_at_least(seeds: int) -> None:
    result = chosen(rows(p0=[(0.8, 1)] * seeds, p1=[(0.785, 1)] * seeds))
    assert result["standard_error"] == pytest.approx((0.8 * 0.2 / 400) ** 0.5)
    assert result["near"] == [1]


def test_a_point_with_a_diverged_seed_is_not_eligible() -> None:
    trials = rows(p0=[(0.99, 0.1), (0.99, 0.1)], p1=[(0.5, 1.0), (0.5, 1.0)])
    trials[1] |= {"status": "diverged", "validation_accuracy": None, "validation_loss": None}
    result = chosen(trials)
    assert result["point"] == 1
    assert result["candidates"][0] | {"diverged": 1, "seeds": 2} == result["candidates"][0]
    assert "diverged: 1" in result["reason"]
    # what goes by scores, such as tables of what a search buys, does not take it for the better one
    kept = [Candidate.model_validate(each) for each in result["candidates"]]
    assert [each.score for each in kept] == [0.0, kept[1].validation_accuracy_mean]


def test_where_every_point_diverged_the_one_with_the_fewest_is_kept() -> None:
    trials = rows(p0=[(0.9, 0.1), (0.9, 0.1)], p1=[(0.9, 0.1), (0.9, 0.1)])
    for trial in trials[:3]:
        trial |= {"status": "diverged", "validation_accuracy": None, "validation_loss": None}
    result = chosen(trials)
    assert result["point"] == 1
    assert "None of the 2 points is eligible" in result["reason"]
    assert "1 of 2 seeds diverged" in result["reason"]


def test_a_point_with_a_failed_seed_is_never_chosen() -> None:
    trials = rows(p0=[(0.99, 0.1), (0.99, 0.1)], p1=[(0.5, 1.0), (0.5, 1.0)])
    trials[1] |= {"status": "failed", "validation_accuracy": None, "reason": "no memory"}
    trials[2] |= {"status": "diverged", "validation_accuracy": None}
    result = chosen(trials)
    assert (result["point"], result["candidates"][0]["failed"]) == (1, 1)
    assert "each has a diverged or failed seed" in result["reason"]
    trials[2] |= {"status": "failed", "reason": "none"}
    with pytest.raises(UnableError, match=r"2 points has .* for: no memory"):
        chosen(trials)


def test_the_only_point_is_kept_without_a_trial() -> None:
    result = chosen([], points=[{"learning_rate": 1e9}])
    assert result["settings"] == {"learning_rate": 1e9}
    assert result["training"] == TRAINING | {"learning_rate": 1e9}
    assert result["validation_accuracy_mean"] is result["validation_loss_mean"] is None
    assert "no trial" in result["reason"]


@pytest.mark.parametrize("missing", [slice(0, 1), slice(2, 4)])
def test_missing_trials_are_an_error(missing: slice) -> None:
    trials = search_rows()
    del trials[missing]
    with pytest.raises(DataError, match="search stage again"):
        chosen(trials)


def search_rows() -> list[dict]:
    return [search_row(entry, "conv_a") for entry in search_records("conv_a")]


def test_settings_other_than_planned_are_an_error() -> None:
    trials = search_rows()
    trials[0]["settings"] = json.dumps({"learning_rate": 0.5})
    with pytest.raises(DataError, match="other settings"):
        chosen(trials)


def test_stage_writes_every_trial_in_order_and_every_case(layout: Layout) -> None:
    run_stage("select", layout)
    table = read_csv(layout.trials)
    assert list(table[0]) == TrialRow.columns()
    order = [(row["case"], int(row["point"]), int(row["repetition"])) for row in table]
    assert order == sorted(order)
    assert len(order) == 8
    for case in ("conv_a", "dense_b"):
        assert read_json(layout.selection(case))["point"] == 0


def test_tables_are_the_same_bytes_again_and_floats_come_back_exactly(layout: Layout) -> None:
    exact = 0.1 + 0.2
    write_search_shards(layout, {"search-conv_a-0-0": {"validation_loss": exact}})
    run_stage("select", layout)
    first = layout.trials.read_bytes()
    assert float(read_csv(layout.trials)[0]["validation_loss"]) == exact
    run_stage("select", layout)
    assert layout.trials.read_bytes() == first


def test_needs_no_test_data(layout: Layout) -> None:
    layout.test_data("toy").unlink()
    run_stage("select", layout)
    assert layout.trials.exists()


def test_damaged_shard_is_named(layout: Layout) -> None:
    layout.search_shard(1).write_bytes(b"PAR1 half a file")
    with pytest.raises(DataError, match=r"shard1\.parquet: damaged"):
        run_stage("select", layout)
