import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from densevsconv.results.study import merit
from densevsconv.results.tables import RunRow
from densevsconv.results.trials import CURVES
from densevsconv.stages.evaluate import UNTRAINED
from densevsconv.statistics import crossed
from densevsconv.statistics.hypotheses import mcnemar
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv
from tests.support.generated_study import (
    CASES,
    IMAGES,
    SEEDS,
    dataset_plan,
    write_refit,
    write_study,
)
from tests.support.plans import SPLIT, run_stage


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = write_study(tmp_path / "toy_study")
    run_stage("evaluate", layout)
    run_stage("summarise", layout)
    return layout


def accuracies(layout: Layout, case: str) -> list[float]:
    return read_json(layout.evaluation(case))["accuracy"]["per_seed"]


def test_summary_has_a_row_a_case(layout: Layout) -> None:
    table = read_csv(layout.summary)
    assert list(table[0])[:21] == [
        "dataset", "case", "family", "architecture", "engine", "parameters", "macs", "trials",
        "seeds", "test_accuracy_mean", "test_accuracy_low", "test_accuracy_high",
        "test_accuracy_lowest", "test_accuracy_highest",
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
    # one falls back, two begin there, one never gets there
    accuracies = [[0.5, 0.7, 0.6, 0.95], [0.9, 0.1], [0.6], [0.7], [0.1, 0.1, 0.7]]
    rows = [
        dict.fromkeys(CURVES, 0.5) | {"repetition": seed, "epoch": epoch, CURVES[-1]: value}
        for seed, values in enumerate(accuracies)
        for epoch, value in enumerate(values, start=1)
    ]
    pd.DataFrame(rows).to_parquet(layout.history("conv_a"))
    run_stage("summarise", layout)
    conv, _ = read_csv(layout.summary)
    assert (conv["target_seeds"], len(accuracies)) == ("4", SEEDS)
    seconds = 2 * float(conv["seconds_per_epoch_median"])  # of epochs 1, 1, 2, 3 and none
    assert float(conv["seconds_to_target_median"]) == pytest.approx(seconds)


def test_what_a_search_cost_and_what_a_smaller_one_would_have_found(layout: Layout) -> None:
    plan = read_json(layout.plan("summarise"))
    write_json(layout.plan("summarise"), plan | {"budget": {"epochs": 32}})
    run_stage("summarise", layout)
    conv, dense = read_csv(layout.budgets)
    # 2 points with 2 seeds, 4 epochs, 30 images in batches of 32: no step fits
    assert [conv[key] for key in ("points", "trials", "epochs", "updates")] == ["2", "4", "16", "0"]
    assert (conv["seconds"], conv["unit"], conv["budget"], conv["share"]) == (
        "6.0", "epochs", "32.0", "0.5",
    )  # fmt: skip
    assert dense["case"] == "dense_b"
    first, second = read_csv(layout.search_budget)[:2]
    means = [0.805, 0.705]  # of the points
    assert [float(row["best_accuracy"]) for row in (first, second)] == pytest.approx(
        [np.mean(means), 0.75 * means[0] + 0.25 * means[1]]
    )
    assert [row["trials"] for row in (first, second)] == ["2", "4"]
    assert read_csv(layout.importance) == []  # one setting alone


def test_runs_have_a_row_a_seed(layout: Layout) -> None:
    table = read_csv(layout.run_table)
    assert list(table[0]) == RunRow.columns()
    conv = [row for row in table if row["case"] == "conv_a"]
    assert [row["repetition"] for row in conv] == [str(r) for r in range(SEEDS)]
    assert [float(row["test_accuracy"]) for row in conv] == accuracies(layout, "conv_a")
    assert conv[0]["trial"] == "refit-conv_a-0-0"
    seeds = read_json(layout.runs("conv_a"))["runs"][0]["seeds"]
    assert int(conv[0]["seed_batch_order"]) == seeds["batch_order"]


def right(layout: Layout, case: str) -> np.ndarray:
    table = pd.read_parquet(layout.predictions(case))
    answers = table[["p0", "p1", "p2"]].to_numpy().argmax(axis=1) == table["label"].to_numpy()
    return answers.reshape(table["repetition"].nunique(), -1)


def test_two_cases_are_compared_over_seeds_and_images(layout: Layout) -> None:
    (row,) = read_csv(layout.comparisons)
    assert (row["case_a"], row["case_b"], row["ahead"]) == ("conv_a", "dense_b", "a")
    conv, dense = right(layout, "conv_a"), right(layout, "dense_b")
    expected = crossed.difference(conv, dense, 0.95)
    assert numbers(row) == [expected.mean, expected.low, expected.high]
    assert (row["interval"], row["not_tested"]) == ("seeds and images", "")
    # one comparison: nothing to correct
    assert float(row["p_value"]) == float(row["p_adjusted"]) == expected.p_value()
    votes = [answers.mean(axis=0) > 0.5 for answers in (conv, dense)]
    beside = mcnemar(*votes)
    assert (int(row["only_a"]), int(row["only_b"])) == (beside.only_a, beside.only_b)
    assert beside.only_a > beside.only_b
    ahead = np.mean(conv.mean(axis=1)[:, None] > dense.mean(axis=1))
    assert float(row["probability_low"]) <= ahead <= float(row["probability_a_ahead"]) + 1e-12


def planned_like(layout: Layout, plan: dict[str, Any], answers: dict[str, np.ndarray]) -> None:
    """Put dense cases into the study that give these answers, (seeds, images)."""
    for name, classes in answers.items():
        add(layout, plan, name, "dense_b")
        rewrite(layout, name, classes)
    for stage in ("summarise", "evaluate"):
        own = read_json(layout.plan(stage))
        for name in answers:
            own["cases"][name] = plan["cases"][name] if stage == "summarise" else {"dataset": "toy"}
        write_json(layout.plan(stage), own)
    run_stage("evaluate", layout)
    run_stage("summarise", layout)


def rewrite(layout: Layout, name: str, classes: np.ndarray) -> None:
    table = pd.read_parquet(layout.predictions(name))
    table[["p0", "p1", "p2"]] = np.eye(3, dtype=np.float32)[classes.ravel()]
    table.to_parquet(layout.predictions(name))


def test_a_dead_network_is_compared_with_nothing_and_stands_for_no_family(layout: Layout) -> None:
    plan = read_json(layout.plan("summarise"))
    labels = np.tile(np.arange(IMAGES) % 3, (SEEDS, 1))
    some = labels.copy()
    some[:2] = 0
    planned_like(layout, plan, {"dense_dead": np.zeros_like(labels), "dense_some": some})
    rows = {row["case_b"]: row for row in read_csv(layout.comparisons)}
    assert (rows["dense_dead"]["ahead"], rows["dense_dead"]["p_adjusted"]) == ("not tested", "")
    assert rows["dense_dead"]["not_tested"] == f"dense_dead: {UNTRAINED}"
    # Holm over the two that say something
    told = [float(rows[case]["p_value"]) for case in ("dense_b", "dense_some")]
    adjusted = [float(rows[case]["p_adjusted"]) for case in ("dense_b", "dense_some")]
    assert min(adjusted) == pytest.approx(2 * min(told))
    summary = {row["case"]: row for row in read_csv(layout.summary)}
    assert (summary["dense_dead"]["trained_seeds"], summary["dense_some"]["trained_seeds"]) == (
        "0", str(SEEDS - 2),
    )  # fmt: skip
    assert summary["dense_some"]["trained_lowest"] == "1.0"
    # the better one by validation, were it to count
    runs = read_json(layout.runs("dense_dead"))
    for run in runs["runs"]:
        run["validation_accuracy"] = 1.0
    write_json(layout.runs("dense_dead"), runs)
    run_stage("summarise", layout)
    best = {row["family"]: row["case"] for row in read_csv(layout.families)}
    assert best["dense"] != "dense_dead"
    for case in CASES:
        rewrite(layout, case, np.zeros_like(labels))
    rewrite(layout, "dense_some", np.zeros_like(labels))
    run_stage("evaluate", layout)
    run_stage("summarise", layout)
    assert read_csv(layout.families) == []


def test_two_seeds_have_no_interval_over_seeds(layout: Layout) -> None:
    for case in CASES:
        for path in (layout.predictions(case), layout.history(case)):
            table = pd.read_parquet(path)
            table[table["repetition"] < 2].to_parquet(path)
        runs = read_json(layout.runs(case))
        write_json(layout.runs(case), runs | {"runs": runs["runs"][:2]})
    run_stage("evaluate", layout)
    run_stage("summarise", layout)
    (row,) = read_csv(layout.comparisons)
    assert (row["interval"], row["p_value"]) == ("every run by its images", "")
    conv, dense = right(layout, "conv_a").mean(axis=1), right(layout, "dense_b").mean(axis=1)
    assert float(row["difference_low"]) < min(conv) - max(dense)
    assert row["ahead"] == "neither"  # of 30 images
    summary = read_csv(layout.summary)[0]
    assert (summary["test_accuracy_low"], summary["test_accuracy_high"]) == ("", "")
    assert float(summary["test_accuracy_highest"]) == max(conv)


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
    differ = right(layout, "conv_a") != right(layout, "dense_b")
    assert float(row["answers_differ"]) == differ.mean() > 0
    assert float(row["time_ratio"]) == pytest.approx(
        float(row["train_seconds_a"]) / float(row["train_seconds_b"])
    )
    other = {**chosen, "learning_rate": 0.5}
    write_json(layout.selection("dense_b"), selection | {"training": other})
    run_stage("summarise", layout)
    assert read_csv(layout.engine_comparisons) == []


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
        labels = np.tile(np.arange(IMAGES) % 3, (SEEDS, 1))
        # on the changed form a third of the images, and more of them by the convolutional network
        wrong = (np.arange(IMAGES) % 4 == 0) | ((CASES[case] != "dense") & (np.arange(IMAGES) < 15))
        rewrite(layout, f"{case}_turned", np.where(wrong, (labels + 1) % 3, labels))
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
        assert (row["kind"], row["family"]) == ("network", CASES[case])
        assert (row["case_a"], row["case_b"]) == (f"{case}_turned", case)
        assert (row["minus_a"], row["minus_b"]) == ("", "")
        on_both = right(layout, f"{case}_turned"), right(layout, case)
        expected = crossed.difference(*on_both, 0.95)  # the same images in both forms
        assert numbers(row) == [expected.mean, expected.low, expected.high]
        assert float(row["p_value"]) == expected.p_value()


def test_the_lead_of_convolution_on_a_changed_form_minus_on_the_reference(layout: Layout) -> None:
    lead = with_second_form(layout)[-1]
    assert (lead["kind"], lead["engine"]) == ("lead", "tensorflow")
    names = ["conv_a_turned", "dense_b_turned", "conv_a", "dense_b"]
    assert [lead[key] for key in ("case_a", "minus_a", "case_b", "minus_b")] == names
    rights = [right(layout, name) for name in names]
    assert rights[2].mean() > rights[3].mean()  # ahead, then behind
    assert rights[0].mean() < rights[1].mean()
    expected = crossed.combination(rights, [1, -1, -1, 1], 0.95)
    assert numbers(lead) == [expected.mean, expected.low, expected.high]
    assert (lead["ahead"], float(lead["p_value"])) == ("b", expected.p_value())


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


OVER = [0.9, 0.93, 0.92, 0.88, 0.91]
"""Accuracies of one network on five splits; of the other they are 0.01 times draw squared less."""


@pytest.mark.parametrize("kind", ["draw", "fold"])
def test_several_splits_are_averaged_with_an_interval_that_counts_them(
    layout: Layout, kind: str
) -> None:
    assert not layout.splits.exists()
    plan = read_json(layout.plan("summarise"))
    for draw, accuracy in enumerate(OVER):
        on = f"toy-{'split' if kind == 'draw' else kind}{draw}"
        plan["datasets"][on] = dataset_plan(split=SPLIT | {kind: draw})
        write_json(layout.data_info(on), read_json(layout.data_info("toy")))
        for case, lower in (("conv_a", 0.0), ("dense_b", 0.01 * draw**2)):
            name = f"{case}-{on}"
            add(layout, plan, name, case, dataset=on)
            evaluation = read_json(layout.evaluation(name))
            evaluation["accuracy"] |= {"mean": accuracy - lower}
            write_json(layout.evaluation(name), evaluation)
    write_json(layout.plan("summarise"), plan)
    run_stage("summarise", layout)
    dense, conv, lead = read_csv(layout.splits)
    assert {row["dataset"] for row in (dense, conv, lead)} == {"toy"}
    assert (conv["splits"], conv["network_b"]) == ("5", "")
    assert (lead["network_a"], lead["network_b"]) == ("convolutional", "dense")
    counts = read_json(layout.data_info("toy"))["counts"]
    values = [0.01 * draw**2 for draw in range(5)]
    expected = crossed.over_splits(values, counts["train"], counts["test"], 0.95)
    found = [float(lead[key]) for key in ("mean", "low", "high", "lowest", "highest")]
    assert found == pytest.approx([0.06, expected.low, expected.high, 0.0, 0.16])
    assert float(conv["mean"]) == pytest.approx(np.mean(OVER))


def test_same_bytes_again(layout: Layout) -> None:
    with_second_form(layout)
    paths = (layout.summary, layout.run_table, layout.comparisons, layout.difficulty,
             layout.families)  # fmt: skip
    before = [path.read_bytes() for path in paths]
    run_stage("summarise", layout)
    assert [path.read_bytes() for path in paths] == before
