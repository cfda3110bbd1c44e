import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from densevsconv.results.study import merit
from densevsconv.results.tables import RunRow
from densevsconv.results.trials import CURVES
from densevsconv.statistics.comparison import compare
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv
from tests.support.generated_study import CASES, SEEDS, dataset_plan, write_refit, write_study
from tests.support.plans import run_stage


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = write_study(tmp_path / "toy_study")
    run_stage("select", layout)
    run_stage("evaluate", layout)
    run_stage("summarise", layout)
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


def test_a_cases_validation_scores_are_those_of_its_refits(layout: Layout) -> None:
    conv, _ = read_csv(layout.summary)
    runs = [row for row in read_csv(layout.run_table) if row["case"] == "conv_a"]
    for score in ("accuracy", "loss"):
        mean = np.mean([float(run[f"validation_{score}"]) for run in runs])
        assert float(conv[f"validation_{score}_mean"]) == pytest.approx(mean, rel=1e-12)


def test_a_case_with_a_diverged_seed_has_no_validation_scores_and_ranks_last(
    layout: Layout,
) -> None:
    write_refit(layout, "conv_a", diverged=1)
    run_stage("evaluate", layout)
    run_stage("summarise", layout)
    conv, dense = read_csv(layout.summary)
    assert conv["validation_accuracy_mean"] == conv["validation_loss_mean"] == ""
    assert dense["validation_accuracy_mean"] != ""
    assert merit(None, None) < merit(0.1, 2.3) < merit(0.1, 2.2) < merit(0.2, 9.0)


def test_time_to_a_target_is_first_epochs_of_the_refits_at_the_timed_epochs_seconds(
    layout: Layout,
) -> None:
    # one falls back, one begins there, one never gets there
    accuracies = [[0.5, 0.7, 0.6, 0.95], [0.9, 0.1], [0.6]]
    rows = [
        dict.fromkeys(CURVES, 0.5) | {"repetition": seed, "epoch": epoch, CURVES[-1]: value}
        for seed, values in enumerate(accuracies)
        for epoch, value in enumerate(values, start=1)
    ]
    pd.DataFrame(rows).to_parquet(layout.history("conv_a"))
    run_stage("summarise", layout)
    conv, _ = read_csv(layout.summary)
    assert conv["target_seeds"] == "2"
    seconds = 1.5 * float(conv["seconds_per_epoch_median"])
    assert float(conv["seconds_to_target_median"]) == pytest.approx(seconds)


def test_runs_have_a_row_a_seed(layout: Layout) -> None:
    table = read_csv(layout.run_table)
    assert list(table[0]) == RunRow.columns()
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
    run_stage("summarise", layout)
    (row,) = read_csv(layout.comparisons)
    expected = stats.ttest_ind(
        accuracies(layout, "conv_a"), accuracies(layout, "dense_b"), equal_var=False
    )
    assert row["test"] == "Welch t"
    assert float(row["p_value"]) == pytest.approx(expected.pvalue)


def test_pairs_of_one_family_or_of_two_data_sets_are_not_compared(layout: Layout) -> None:
    plan = read_json(layout.plan("summarise"))
    plan["cases"]["dense_b"]["dataset"] = "other"
    write_json(layout.data_info("other"), read_json(layout.data_info("toy")))
    write_json(layout.plan("summarise"), plan)
    run_stage("summarise", layout)
    assert read_csv(layout.comparisons) == []
    convolutional = plan["cases"]["conv_a"]["architecture"]
    plan["cases"]["dense_b"] |= {"dataset": "toy", "architecture": convolutional}
    write_json(layout.plan("summarise"), plan)
    run_stage("summarise", layout)
    assert read_csv(layout.comparisons) == []


def test_engines_are_compared_where_only_they_differ(layout: Layout) -> None:
    assert read_csv(layout.engine_comparisons) == []
    plan = read_json(layout.plan("summarise"))
    convolutional = plan["cases"]["conv_a"]["architecture"]
    plan["cases"]["dense_b"] |= {"architecture": convolutional, "engine": "numpy"}
    write_json(layout.plan("summarise"), plan)
    selection = read_json(layout.selection("dense_b"))
    chosen = read_json(layout.selection("conv_a"))["training"]
    write_json(layout.selection("dense_b"), selection | {"training": chosen})
    run_stage("summarise", layout)
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
    run_stage("summarise", layout)
    assert read_csv(layout.engine_comparisons) == []


ON_REFERENCE = {"conv_a": [0.9, 0.93, 0.92], "dense_b": [0.88, 0.87, 0.9]}
ON_CHANGED = {"conv_a_turned": [0.6, 0.66, 0.61], "dense_b_turned": [0.8, 0.83, 0.82]}
PERMUTED = [{"permute_pixels": True}]


def add(
    layout: Layout, plan: dict[str, Any], other: str, like: str, gain: float = 0.0, **own: object
) -> None:
    """Put a case like another into a plan; its refits gain validation accuracy."""
    plan["cases"][other] = plan["cases"][like] | own
    for file in (layout.selection, layout.evaluation, layout.timing):
        write_json(file(other), read_json(file(like)))
    shutil.copytree(layout.runs(like).parent, layout.runs(other).parent)
    runs = read_json(layout.runs(like))
    for run in runs["runs"]:
        run["validation_accuracy"] += gain
    write_json(layout.runs(other), runs)


def with_second_form(layout: Layout, **changed_plan: object) -> list[dict[str, str]]:
    """Let both networks be tested on a changed form too; return the rows of difficulty.csv."""
    plan = read_json(layout.plan("summarise"))
    turned = dataset_plan(transform=PERMUTED)
    plan["datasets"]["turned"] = turned | changed_plan
    write_json(layout.data_info("turned"), read_json(layout.data_info("toy")))
    for case in CASES:
        add(layout, plan, f"{case}_turned", case, dataset="turned")
    for case, values in (ON_REFERENCE | ON_CHANGED).items():
        evaluation = read_json(layout.evaluation(case))
        evaluation["accuracy"] |= {"per_seed": values, "mean": float(np.mean(values))}
        write_json(layout.evaluation(case), evaluation)
    write_json(layout.plan("summarise"), plan)
    run_stage("summarise", layout)
    return read_csv(layout.difficulty)


def numbers(row: dict[str, str]) -> list[float]:
    return [float(row[f"difference_{part}"]) for part in ("mean", "low", "high")]


def test_each_network_on_a_changed_form_minus_on_the_reference(layout: Layout) -> None:
    assert read_csv(layout.difficulty) == []
    conv, dense, _ = with_second_form(layout)
    for row, case in ((conv, "conv_a"), (dense, "dense_b")):
        assert (row["base"], row["dataset_a"], row["dataset_b"]) == ("toy", "turned", "toy")
        assert (row["kind"], row["family"], row["test"]) == ("network", CASES[case], "paired t")
        assert (row["case_a"], row["case_b"]) == (f"{case}_turned", case)
        assert (row["minus_a"], row["minus_b"]) == ("", "")
        expected = stats.ttest_rel(ON_CHANGED[f"{case}_turned"], ON_REFERENCE[case])
        interval = expected.confidence_interval(0.95)
        mean = np.mean(ON_CHANGED[f"{case}_turned"]) - np.mean(ON_REFERENCE[case])
        assert mean < 0  # both lose: a is the changed form
        assert numbers(row) == pytest.approx([mean, interval.low, interval.high])
        assert float(row["p_value"]) == pytest.approx(expected.pvalue)


def test_the_lead_of_convolution_on_a_changed_form_minus_on_the_reference(layout: Layout) -> None:
    lead = with_second_form(layout)[-1]
    assert (lead["kind"], lead["engine"], lead["test"]) == ("lead", "tensorflow", "paired t")
    assert (lead["case_a"], lead["minus_a"]) == ("conv_a_turned", "dense_b_turned")
    assert (lead["case_b"], lead["minus_b"]) == ("conv_a", "dense_b")
    reference = np.subtract(ON_REFERENCE["conv_a"], ON_REFERENCE["dense_b"])
    changed = np.subtract(ON_CHANGED["conv_a_turned"], ON_CHANGED["dense_b_turned"])
    assert reference.mean() > 0 > changed.mean()  # ahead, then behind
    expected = stats.ttest_1samp(changed - reference, 0)
    interval = expected.confidence_interval(0.95)
    mean = (changed - reference).mean()
    assert numbers(lead) == pytest.approx([mean, interval.low, interval.high])
    assert float(lead["p_value"]) == pytest.approx(expected.pvalue)


def test_the_best_of_a_family_are_chosen_on_validation_images(layout: Layout) -> None:
    with_second_form(layout)
    plan = read_json(layout.plan("summarise"))
    for suffix in ("", "_turned"):  # a better dense network by validation, and a worse one by test
        case, gain = f"dense_b{suffix}", -0.1 if suffix else 0.1
        named = plan["cases"][case]["architecture"] | {"name": "other_net"}
        add(layout, plan, f"dense_c{suffix}", case, gain, architecture=named)
    write_json(layout.plan("summarise"), plan)
    run_stage("summarise", layout)
    *_, lead = read_csv(layout.difficulty)
    assert (lead["minus_a"], lead["minus_b"]) == ("dense_b_turned", "dense_c")


def test_the_case_that_stands_for_a_family_is_recorded(layout: Layout) -> None:
    best = {(row["dataset"], row["family"]): row["case"] for row in read_csv(layout.families)}
    assert best == {("toy", "convolutional"): "conv_a", ("toy", "dense"): "dense_b"}
    # another dense case, better by validation, worse on the test images
    plan = read_json(layout.plan("summarise"))
    add(layout, plan, "dense_c", "dense_b", 0.1)
    write_json(layout.plan("summarise"), plan)
    run_stage("summarise", layout)
    assert read_csv(layout.families)[1]["case"] == "dense_c"
    # on another engine than the best of all it stands for none
    runs = read_json(layout.runs("conv_a"))
    for run in runs["runs"]:
        run["validation_accuracy"] = 1.0
    write_json(layout.runs("conv_a"), runs)
    plan["cases"]["dense_c"]["engine"] = "numpy"
    write_json(layout.plan("summarise"), plan)
    run_stage("summarise", layout)
    assert read_csv(layout.families)[1]["case"] == "dense_b"


def test_same_bytes_again(layout: Layout) -> None:
    with_second_form(layout)
    paths = (layout.summary, layout.run_table, layout.comparisons, layout.difficulty,
             layout.families)  # fmt: skip
    before = [path.read_bytes() for path in paths]
    run_stage("summarise", layout)
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("paired", [True, False])
def test_no_spread_gives_no_p_value(paired: bool) -> None:
    result = compare([0.9, 0.9, 0.9], [0.8, 0.8, 0.8], 0.95, paired=paired)
    assert result.difference_mean == pytest.approx(0.1)
    assert result.difference_low == result.difference_high == result.difference_mean
    assert result.p_value is None
    single = compare([0.9], [0.8], 0.95, paired=paired)
    assert single.difference_low is None
