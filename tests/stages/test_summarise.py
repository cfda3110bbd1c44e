from pathlib import Path

import numpy as np
import pytest
from generated_study import CASES, SEEDS, write_study
from scipy import stats

from densevsconv.files import read_json, write_json
from densevsconv.layout import Layout
from densevsconv.stages import evaluate, select, summarise
from densevsconv.statistics.comparison import compare
from densevsconv.tables import read_csv


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = write_study(tmp_path / "toy_study")
    select.run(layout)
    evaluate.run(layout)
    summarise.run(layout)
    return layout


def accuracies(layout: Layout, case: str) -> list[float]:
    return read_json(layout.evaluation(case))["accuracy"]["per_seed"]


def test_summary_has_a_row_a_case(layout: Layout) -> None:
    table = read_csv(layout.summary)
    assert list(table[0])[:19] == [
        "dataset", "case", "family", "architecture", "engine", "parameters", "macs", "trials",
        "seeds", "test_accuracy_mean", "test_accuracy_low", "test_accuracy_high",
        "train_seconds_median", "optimizer", "learning_rate", "l2", "momentum", "batch_size",
        "epochs",
    ]  # fmt: skip
    assert [row["case"] for row in table] == sorted(CASES)
    conv, dense = table
    assert (conv["trials"], conv["seeds"]) == ("4", str(SEEDS))
    assert (conv["optimizer"], conv["learning_rate"]) == ("adam", "0.1")
    assert conv["settings"] == '{"learning_rate": 0.1}'
    assert float(conv["time_ratio"]) == 4.0
    assert float(dense["time_ratio"]) == 1.0
    mean = read_json(layout.evaluation("conv_a"))["accuracy"]["mean"]
    assert float(conv["test_accuracy_mean"]) == mean  # every digit


def test_runs_have_a_row_a_seed(layout: Layout) -> None:
    table = read_csv(layout.run_table)
    assert list(table[0]) == list(summarise.RUN_COLUMNS)
    conv = [row for row in table if row["case"] == "conv_a"]
    assert [row["repetition"] for row in conv] == [str(r) for r in range(SEEDS)]
    assert [float(row["test_accuracy"]) for row in conv] == accuracies(layout, "conv_a")
    assert conv[0]["trial"] == "refit-conv_a-0-0"
    seeds = read_json(layout.runs("conv_a"))["runs"][0]["seeds"]
    assert int(conv[0]["seed_batch_order"]) == seeds["batch_order"]


def test_shared_seeds_are_compared_in_pairs(layout: Layout) -> None:
    (row,) = read_csv(layout.comparisons)
    assert (row["case_a"], row["case_b"], row["test"]) == ("conv_a", "dense_b", "paired t")
    expected = stats.ttest_rel(accuracies(layout, "conv_a"), accuracies(layout, "dense_b"))
    interval = expected.confidence_interval(0.95)
    assert float(row["p_value"]) == pytest.approx(expected.pvalue)
    assert float(row["difference_low"]) == pytest.approx(interval.low)
    assert float(row["difference_high"]) == pytest.approx(interval.high)
    assert float(row["difference_mean"]) > 0  # a minus b, and a is the better one


def test_other_seeds_are_compared_by_welch(layout: Layout) -> None:
    runs = read_json(layout.runs("dense_b"))
    for run in runs["runs"]:
        run["seeds"]["batch_order"] += 1
    write_json(layout.runs("dense_b"), runs)
    summarise.run(layout)
    (row,) = read_csv(layout.comparisons)
    expected = stats.ttest_ind(
        accuracies(layout, "conv_a"), accuracies(layout, "dense_b"), equal_var=False
    )
    assert row["test"] == "Welch t"
    assert float(row["p_value"]) == pytest.approx(expected.pvalue)


def test_pairs_of_one_family_or_of_two_data_sets_are_not_compared(layout: Layout) -> None:
    plan = read_json(layout.plan("summarise"))
    plan["cases"]["dense_b"]["dataset"] = "other"
    write_json(layout.plan("summarise"), plan)
    summarise.run(layout)
    assert read_csv(layout.comparisons) == []
    plan["cases"]["dense_b"] |= {"dataset": "toy", "family": "convolutional"}
    write_json(layout.plan("summarise"), plan)
    summarise.run(layout)
    assert read_csv(layout.comparisons) == []


def test_engines_are_compared_where_only_they_differ(layout: Layout) -> None:
    assert read_csv(layout.engine_comparisons) == []
    plan = read_json(layout.plan("summarise"))
    plan["cases"]["dense_b"] |= {
        key: plan["cases"]["conv_a"][key] for key in ("architecture", "family")
    } | {"engine": "numpy"}
    write_json(layout.plan("summarise"), plan)
    selection = read_json(layout.selection("dense_b"))
    chosen = read_json(layout.selection("conv_a"))["training"]
    write_json(layout.selection("dense_b"), selection | {"training": chosen})
    summarise.run(layout)
    (row,) = read_csv(layout.engine_comparisons)
    assert (row["case_a"], row["engine_a"]) == ("dense_b", "numpy")
    assert (row["case_b"], row["engine_b"]) == ("conv_a", "tensorflow")
    difference = np.mean(accuracies(layout, "dense_b")) - np.mean(accuracies(layout, "conv_a"))
    assert float(row["difference_mean"]) == pytest.approx(difference)
    assert float(row["time_ratio"]) == pytest.approx(
        float(row["train_seconds_a"]) / float(row["train_seconds_b"])
    )
    other = {**chosen, "learning_rate": 0.5}
    write_json(layout.selection("dense_b"), selection | {"training": other})
    summarise.run(layout)
    assert read_csv(layout.engine_comparisons) == []


def test_same_bytes_again(layout: Layout) -> None:
    paths = (layout.summary, layout.run_table, layout.comparisons)
    before = [path.read_bytes() for path in paths]
    summarise.run(layout)
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("paired", [True, False])
def test_no_spread_gives_no_p_value(paired: bool) -> None:
    result = compare([0.9, 0.9, 0.9], [0.8, 0.8, 0.8], 0.95, paired=paired)
    assert result.difference_mean == pytest.approx(0.1)
    assert result.difference_low == result.difference_high == result.difference_mean
    assert result.p_value is None
    single = compare([0.9], [0.8], 0.95, paired=paired)
    assert single.difference_low is None


@pytest.mark.parametrize(
    "columns", [summarise.SUMMARY_COLUMNS, summarise.RUN_COLUMNS, summarise.COMPARISON_COLUMNS,
                summarise.ENGINE_COLUMNS, select.COLUMNS],
)  # fmt: skip
def test_every_column_is_documented(columns: tuple[str, ...]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    named = {
        name.strip()
        for line in text.splitlines()
        if line.startswith("| ")
        for name in line.split("|")[1].split(",")
    }
    assert set(columns) <= named
