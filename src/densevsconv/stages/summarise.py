"""Summarise: the tables of a study, one row a case, a refitted seed, a pair of cases.

in      plan/summarise.json, trials.csv, select/<case>.json, refit/<case>/runs.json and
        history.parquet, evaluate/<case>.json, time/<case>.json
out     summary.csv, runs.csv, comparisons.csv, difficulty.csv, engines.csv

Every convolutional case is compared with every dense case of the same data set. Refits of one
study share their seeds by repetition, so the comparison is paired: repetition r of both cases saw
the images in orders drawn from the same seed. Where the seeds differ (results put together by
hand) it is Welch's test.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import permutations
from typing import Any

from densevsconv.statistics.case_results import CaseResults, comparison_columns
from densevsconv.statistics.difficulty import difficulty_rows
from densevsconv.statistics.target import epochs_to_target, seconds_to_target
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv, read_parquet, write_csv

SUMMARY_COLUMNS = (
    "dataset", "case", "family", "architecture", "engine", "parameters", "macs", "trials",
    "seeds", "test_accuracy_mean", "test_accuracy_low", "test_accuracy_high",
    "train_seconds_median", "optimizer", "learning_rate", "l2", "momentum", "batch_size",
    "epochs", "settings", "test_accuracy_std", "log_loss_mean", "calibration_error_mean",
    "validation_accuracy_mean", "validation_loss_mean", "diverged_seeds", "time_ratio",
    "seconds_per_epoch_median", "seconds_to_target_median", "target_seeds", "title",
)  # fmt: skip
"""The columns of summary.csv; docs/files.md says what they mean."""

RUN_COLUMNS = (
    "dataset", "case", "family", "architecture", "engine", "repetition", "trial", "status",
    "epochs_run", "best_epoch", "validation_accuracy", "validation_loss", "test_accuracy",
    "test_log_loss", "seconds", "seed_initialisation", "seed_batch_order", "seed_dropout",
    "seed_augmentation",
)  # fmt: skip
"""The columns of runs.csv."""

COMPARISON_COLUMNS = (
    "dataset", "case_a", "case_b", "difference_mean", "difference_low", "difference_high",
    "p_value", "test",
)  # fmt: skip
"""The columns of comparisons.csv."""

DIFFICULTY_COLUMNS = (
    "base", "dataset_a", "dataset_b", "kind", "family", "architecture", "engine",
    "case_a", "minus_a", "case_b", "minus_b", *COMPARISON_COLUMNS[3:],
)  # fmt: skip
"""The columns of difficulty.csv."""

ENGINE_COLUMNS = (
    *("dataset", "architecture", "case_a", "case_b", "engine_a", "engine_b"),
    *COMPARISON_COLUMNS[3:],
    *("train_seconds_a", "train_seconds_b", "time_ratio"),
)
"""The columns of engines.csv."""

CHOSEN = ("optimizer", "learning_rate", "l2", "momentum", "batch_size", "epochs")


def run(layout: Layout, *, threads: int = 1) -> None:
    """Write the tables of the study."""
    plan = read_json(layout.plan("summarise"))
    trials = Counter(row["case"] for row in read_csv(layout.trials))
    results = [
        CaseResults(
            case=case,
            plan=case_plan,
            selection=read_json(layout.selection(case)),
            runs=read_json(layout.runs(case))["runs"],
            evaluation=read_json(layout.evaluation(case)),
            timing=read_json(layout.timing(case)),
            trials=trials[case],
            epochs_to_target=epochs_to_target(
                read_parquet(layout.history(case)), plan["target_accuracy"]
            ),
        )
        for case, case_plan in plan["cases"].items()
    ]
    results.sort(key=lambda result: (result.plan["dataset"], result.case))
    write_csv(layout.summary, SUMMARY_COLUMNS, summary_rows(results))
    write_csv(layout.run_table, RUN_COLUMNS, run_rows(results))
    write_csv(layout.comparisons, COMPARISON_COLUMNS, comparison_rows(results, plan["confidence"]))
    write_csv(
        layout.difficulty,
        DIFFICULTY_COLUMNS,
        difficulty_rows(results, plan.get("datasets", {}), plan["confidence"]),
    )
    write_csv(layout.engine_comparisons, ENGINE_COLUMNS, engine_rows(results, plan["confidence"]))


def summary_rows(results: list[CaseResults]) -> list[dict[str, Any]]:
    """Return the rows of summary.csv."""
    fastest: dict[str, float] = {}
    for result in results:
        dataset, seconds = result.plan["dataset"], result.timing["train_seconds"]["median"]
        fastest[dataset] = min(seconds, fastest.get(dataset, seconds))
    return [_summary_row(result, fastest[result.plan["dataset"]]) for result in results]


def _summary_row(result: CaseResults, fastest: float) -> dict[str, Any]:
    evaluation, timing, selection = result.evaluation, result.timing, result.selection
    return result.labels | {
        "parameters": result.plan["architecture"]["parameters"],
        "macs": result.plan["architecture"]["macs"],
        "trials": result.trials,
        "seeds": evaluation["seeds"],
        "test_accuracy_mean": evaluation["accuracy"]["mean"],
        "test_accuracy_low": evaluation["accuracy"]["low"],
        "test_accuracy_high": evaluation["accuracy"]["high"],
        "train_seconds_median": timing["train_seconds"]["median"],
        **{key: selection["training"][key] for key in CHOSEN},
        "settings": json.dumps(selection["settings"], sort_keys=True),
        "test_accuracy_std": evaluation["accuracy"]["std"],
        "log_loss_mean": evaluation["log_loss"]["mean"],
        "calibration_error_mean": evaluation["calibration_error"]["mean"],
        "validation_accuracy_mean": result.validation_mean("accuracy"),
        "validation_loss_mean": result.validation_mean("loss"),
        "diverged_seeds": evaluation["diverged_seeds"],
        "time_ratio": timing["train_seconds"]["median"] / fastest,
        "seconds_per_epoch_median": timing["seconds_per_epoch"]["median"],
        **seconds_to_target(result.epochs_to_target, timing["seconds_per_epoch"]["median"]),
        "title": result.plan["title"],
    }


def run_rows(results: list[CaseResults]) -> list[dict[str, Any]]:
    """Return the rows of runs.csv, by case and repetition."""
    measured = ("repetition", "trial", "status", "epochs_run", "best_epoch",
                "validation_accuracy", "validation_loss", "seconds")  # fmt: skip
    return [
        result.labels
        | {key: run[key] for key in measured}
        | {f"seed_{axis}": seed for axis, seed in run["seeds"].items()}
        | {
            "test_accuracy": result.evaluation["accuracy"]["per_seed"][row],
            "test_log_loss": result.evaluation["log_loss"]["per_seed"][row],
        }
        for result in results
        for row, run in enumerate(result.runs)
    ]


def comparison_rows(results: list[CaseResults], confidence: float) -> list[dict[str, Any]]:
    """Return the rows of comparisons.csv: test accuracy of a (convolutional) minus b (dense)."""
    return [
        {"dataset": a.plan["dataset"], "case_a": a.case, "case_b": b.case}
        | comparison_columns(a, b, confidence)
        for a, b in permutations(results, 2)
        if a.plan["dataset"] == b.plan["dataset"]
        and (a.plan["family"], b.plan["family"]) == ("convolutional", "dense")
    ]


def engine_rows(results: list[CaseResults], confidence: float) -> list[dict[str, Any]]:
    """Return the rows of engines.csv: the same network trained alike by two engines.

    Alike means the same data, layers and chosen settings; whatever differs then is the
    implementation. Engine a is the first by name of those compared.
    """
    return [
        {
            "dataset": a.plan["dataset"],
            "architecture": a.plan["architecture"]["name"],
            "case_a": a.case,
            "case_b": b.case,
            "engine_a": a.plan["engine"],
            "engine_b": b.plan["engine"],
        }
        | comparison_columns(a, b, confidence)
        | {
            "train_seconds_a": a.seconds,
            "train_seconds_b": b.seconds,
            "time_ratio": a.seconds / b.seconds,
        }
        for a, b in permutations(results, 2)
        if a.plan["engine"] < b.plan["engine"] and _alike(a, b)
    ]


def _alike(a: CaseResults, b: CaseResults) -> bool:
    return (
        a.plan["dataset"] == b.plan["dataset"]
        and a.plan["architecture"] == b.plan["architecture"]
        and a.selection["training"] == b.selection["training"]
    )
