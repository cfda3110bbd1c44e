"""Which cases the report puts in front, and what it says of the edges of a search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from densevsconv.report.limits import limits
from densevsconv.report.study import Study
from densevsconv.store.files import write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import write_csv

GRID = [{"learning_rate": rate, "l2": l2} for rate in (0.001, 0.01) for l2 in (0.0, 0.1)]


def study_with(
    root: Path, scores: dict[str, tuple[float, float | None]], **chosen: dict[str, Any]
) -> Study:
    """Return a study of cases conv..., dense...; -numpy or -tensorflow at the end, if anything."""
    layout = Layout(root / "s")
    cases = {
        case: {
            "dataset": "d", "architecture": {"parameters": 1}, "points": GRID, "method": "grid",
            "family": "convolutional" if case.startswith("conv") else "dense",
            "engine": case.partition("-")[2] or "tensorflow",
        }
        for case in scores
    }  # fmt: skip
    plan = {"cases": cases, "datasets": {"d": {}}, "highlights": [], "confidence": 0.95}
    write_json(layout.plan("report"), plan)
    write_json(layout.data_info("d"), {"counts": {"test": 10}})
    for case in scores:
        write_json(layout.evaluation(case), {})
        write_json(layout.selection(case), {"settings": chosen.get(case, GRID[0])})
    columns = ("case", "validation_accuracy_mean", "validation_loss_mean")
    rows = [dict(zip(columns, (case, *means), strict=True)) for case, means in scores.items()]
    write_csv(layout.summary, columns, rows)
    return Study(layout)


def test_among_equal_accuracies_the_lowest_loss_stands_for_the_family(tmp_path: Path) -> None:
    scores = {"conv_a": (0.99, 0.06), "conv_b": (0.99, 0.02), "conv_c": (0.98, 0.01),
              "conv_d": (0.99, None), "dense": (0.9, 0.3)}  # fmt: skip
    study = study_with(tmp_path, scores)
    assert study.best("d", "convolutional") == "conv_b"
    assert study.best("d", "dense") == "dense"


def test_both_families_are_represented_on_the_best_cases_engine(tmp_path: Path) -> None:
    scores = {"conv-numpy": (0.99, 0.1), "conv-tensorflow": (0.98, 0.1),
              "dense-numpy": (0.95, 0.1), "dense-tensorflow": (0.96, 0.1)}  # fmt: skip
    study = study_with(tmp_path, scores)
    assert study.best("d", "convolutional") == "conv-numpy"
    assert study.best("d", "dense") == "dense-numpy"


def test_settings_chosen_at_an_edge_of_the_grid_are_named(tmp_path: Path) -> None:
    study = study_with(
        tmp_path,
        {"conv": (0.99, 0.1), "dense": (0.9, 0.1)},
        conv={"learning_rate": 0.01, "l2": 0.0},  # no l2 lies below none
        dense={"learning_rate": 0.001, "l2": 0.1},
    )
    text = "".join(character for character in limits(study)[-1] if character.isascii())
    sentences = [part for part in text.split(". ") if part.startswith("The chosen")]
    assert sentences == [
        "The chosen namel2 of casedense is the largest tried",
        "The chosen namelearning rate of caseconv is the largest tried",
        "The chosen namelearning rate of casedense is the smallest tried",
    ]
