"""Select: the best point of each case, by validation scores alone, with the reason in words.

in      plan/select.json, search/shardK.parquet
out     trials.csv, select/<case>.json

A case with a single point has no trials and nothing to choose: it keeps that point, with no score.
The stage is given no test data.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from typing import Any

from densevsconv.errors import DataError, UserError
from densevsconv.statistics.intervals import mean_interval
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_parquet, write_csv

RULE = (
    "Highest mean validation accuracy over seeds; among points with equal accuracy the lowest "
    "mean validation loss; among those the earliest point. A point with a diverged seed is not "
    "eligible."
)

EQUAL = 1e-7
"""Accuracies closer than this are equal: float32 rounding, far less than one image."""

COLUMNS = (
    "trial", "dataset", "case", "family", "architecture", "engine", "point", "repetition",
    "status", "validation_accuracy", "validation_loss", "train_accuracy", "train_loss",
    "epochs_run", "best_epoch", "search_seconds", "execution", "device", "threads", "settings",
    "optimizer", "learning_rate", "l2", "momentum", "weight_decay", "batch_size", "epochs",
    "initializer",
)  # fmt: skip
"""The columns of trials.csv; docs/files.md says what they mean."""


def run(layout: Layout, *, threads: int = 1) -> None:
    """Write trials.csv and the selection of every case of the study.

    Raises :class:`UserError` naming the first case that has no eligible point, :class:`DataError`
    where trials of the plan are missing.
    """
    plan = read_json(layout.plan("select"))
    trials = read_trials(layout, plan["shards"])
    selections = [
        select_case(case, case_plan, [trial for trial in trials if trial["case"] == case])
        for case, case_plan in sorted(plan["cases"].items())
    ]
    write_csv(layout.trials, COLUMNS, trials)
    for selection in selections:
        write_json(layout.selection(selection["case"]), selection)


def read_trials(layout: Layout, shards: int) -> list[dict[str, Any]]:
    """Return the trials of all shards, ordered by case, point and repetition."""
    rows: list[dict[str, Any]] = []
    for shard in range(shards):
        path = layout.search_shard(shard)
        table = read_parquet(path)
        if missing := [column for column in COLUMNS if column not in table.column_names]:
            raise DataError(f"{path}: columns {missing} are missing; delete it and search again")
        rows += table.select(list(COLUMNS)).to_pylist()
    return sorted(rows, key=lambda row: (row["case"], row["point"], row["repetition"]))


def select_case(case: str, plan: dict[str, Any], trials: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the selection of one case, as written to select/<case>.json.

    Parameters
    ----------
    case
        Its id.
    plan
        The case's part of the plan: ``training`` (all defaults) and ``points``.
    trials
        The case's rows of trials.csv.
    """
    if len(plan["points"]) == 1:
        chosen = _candidate(0, plan["points"][0], [])
        candidates = ties = [chosen]
        reason = "The only point: there is nothing to choose, and no trial was made."
    else:
        candidates = _candidates(case, plan["points"], trials)
        chosen, ties = _best(case, candidates)
        reason = _reason(chosen, ties, candidates)
    return {
        "case": case,
        "point": chosen["point"],
        "settings": chosen["settings"],
        "training": plan["training"] | chosen["settings"],
        "validation_accuracy_mean": chosen["validation_accuracy_mean"],
        "validation_loss_mean": chosen["validation_loss_mean"],
        "candidates": candidates,
        "rule": RULE,
        "reason": reason,
        "ties": [candidate["point"] for candidate in ties],
    }


def _best(
    case: str, candidates: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the point that the rule chooses, and all whose accuracy equals its own."""
    eligible = [candidate for candidate in candidates if not candidate["diverged"]]
    if not eligible:
        raise UserError(
            f"case {case}: nothing to select, all {len(candidates)} points have a diverged seed; "
            "search smaller learning rates or another optimizer"
        )
    best = max(candidate["validation_accuracy_mean"] for candidate in eligible)
    ties = [c for c in eligible if best - c["validation_accuracy_mean"] < EQUAL]
    return min(ties, key=lambda c: (c["validation_loss_mean"], c["point"])), ties


def _candidates(
    case: str, points: list[dict[str, Any]], trials: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    by_point = defaultdict(list)
    for trial in trials:
        by_point[trial["point"]].append(trial)
    seeds = {len(by_point[point]) for point in range(len(points))}
    if 0 in seeds or len(seeds) > 1 or len(by_point) != len(points):
        counts = [len(by_point[point]) for point in sorted(by_point)]
        raise DataError(
            f"case {case}: the search holds {counts} trials of the plan's {len(points)} points; "
            "run the search stage again"
        )
    return [_candidate(point, points[point], by_point[point]) for point in range(len(points))]


def _candidate(
    point: int, settings: dict[str, Any], trials: list[dict[str, Any]]
) -> dict[str, Any]:
    if any(json.loads(trial["settings"]) != settings for trial in trials):
        raise DataError(
            f"case {trials[0]['case']}, point {point}: the search used other settings than the "
            "plan; run the search stage again"
        )
    finished = [trial for trial in trials if trial["status"] == "finished"]
    accuracy = mean_interval([trial["validation_accuracy"] for trial in finished], 0.95)
    losses = [trial["validation_loss"] for trial in finished]
    return {
        "point": point,
        "settings": settings,
        # of the seeds that did not diverge; null when all did
        "validation_accuracy_mean": accuracy["mean"],
        "validation_accuracy_std": accuracy["std"],
        "validation_loss_mean": math.fsum(losses) / len(losses) if losses else None,
        "diverged": len(trials) - len(finished),
        "seeds": len(trials),
    }


def _reason(
    chosen: dict[str, Any], ties: list[dict[str, Any]], candidates: list[dict[str, Any]]
) -> str:
    accuracy = f"{chosen['validation_accuracy_mean']:.4f}"
    seeds = "1 seed" if chosen["seeds"] == 1 else f"{chosen['seeds']} seeds"
    reason = (
        f"Point {chosen['point']} of {len(candidates)} has the highest mean validation "
        f"accuracy over {seeds}, {accuracy}"
    )
    if len(ties) == 1:
        reason += "."
    else:
        equal_loss = [
            tie for tie in ties if tie["validation_loss_mean"] == chosen["validation_loss_mean"]
        ]
        reason += (
            f", equal to {len(ties) - 1} other{'s' if len(ties) > 2 else ''}; it has the "
            f"lowest mean validation loss of these, {chosen['validation_loss_mean']:.4f}"
        )
        reason += ", and is the earliest of equals." if len(equal_loss) > 1 else "."
    diverged = sum(candidate["diverged"] > 0 for candidate in candidates)
    if diverged:
        reason += f" Points left out because a seed diverged: {diverged}."
    return reason
