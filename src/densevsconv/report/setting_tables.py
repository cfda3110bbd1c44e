"""The report's tables of settings: what the search chose, what every case was refitted with."""

from __future__ import annotations

from typing import Any

from densevsconv.report import rich
from densevsconv.report.formats import MISSING
from densevsconv.report.study import Study
from densevsconv.report.table import CASE, Column, Table

LETTERS_IN_A_COLUMN = 12
"""Of a case's id, in a table as wide as a column of the paper."""


def chosen(study: Study, dataset: str) -> Table:
    """What the search tried and chose."""
    keys = _searched_keys(study, dataset)
    columns = [CASE, Column("points"), Column("trials"), Column("diverged"),
               *[Column(_setting_name(key)) for key in keys],
               Column("validation\n(%)")]  # fmt: skip
    long = any(len(case) > LETTERS_IN_A_COLUMN for case in study.searched(dataset))
    table = Table("chosen", dataset, "page" if long or len(keys) > 1 else "column", columns)
    for case in study.searched(dataset):
        settings = study.document(case, "select")["settings"]
        table.add(
            [
                rich.case(case),
                study.selection(case, "candidates", "#", form="integer"),
                study.count("trials.csv", case=case),
                study.count("trials.csv", case=case, status="diverged"),
                *[
                    study.selection(case, "settings", key, form="setting")
                    if key in settings
                    else MISSING
                    for key in keys
                ],
                study.selection(case, "validation_accuracy_mean", form="percent"),
            ],
            study.family(case),
        )
    return table


def settings(study: Study, dataset: str) -> Table:
    """Training settings of every case, chosen ones included."""
    keys = ["optimizer", "learning_rate", "l2", "batch_size", "epochs", "scaling", "initializer"]
    words = ("optimizer", "initializer")
    columns = [
        CASE,
        *[Column(_setting_name(key), "left" if key in words else "right") for key in keys],
        Column("schedule", "left"),
    ]
    stopped = any(_stopping(study, case) for case in study.cases(dataset))
    if stopped:
        columns.append(Column("patience"))
    table = Table("settings", dataset, "page", columns)
    for case in study.cases(dataset):
        training = study.document(case, "select")["training"]
        plain = ["learning_rate", "l2", "batch_size", "epochs", "scaling"]
        cells = {key: study.selection(case, "training", key, form="setting") for key in plain}
        cells["optimizer"] = rich.name(str(training["optimizer"]))
        cells["initializer"] = "architecture's"
        if training["initializer"] is not None:
            cells["initializer"] = study.selection(case, "training", "initializer", form="setting")
        row = [rich.case(case), *[cells[key] for key in keys]]
        row.append(rich.name(str(training["schedule"]["name"])))
        if stopped:
            patience = ("training", "early_stopping", "patience")
            stops = _stopping(study, case)
            row.append(study.selection(case, *patience, form="integer") if stops else MISSING)
        table.add(row, study.family(case))
    return table


def further(study: Study, dataset: str) -> Table:
    """Settings that few cases have; no row for a case without any."""
    table = Table("further", dataset, "page", [CASE, Column("further settings", "grow")])
    for case in study.cases(dataset):
        if words := _further(study, case):
            table.add([rich.case(case), words], study.family(case))
    return table


def _further(study: Study, case: str) -> str:
    """Return the settings that few cases have, in words; nothing where all are as usual."""
    training = study.document(case, "select")["training"]

    def written(key: str) -> str:
        return study.selection(case, "training", key, form="setting")

    words = []
    if any((training.get("augmentation") or {}).values()):
        words.append(f"augmentation: {written('augmentation')}")
    if training.get("batches") == "independent":
        words.append("every batch drawn anew from all images")
    if training.get("gradient") == "sum":
        words.append("gradients summed over the batch")
    if training.get("l2_biases"):
        words.append(f"{rich.name('l2')} on biases too")
    if training.get("frozen"):
        words.append(f"weights left at their start: {written('frozen')}")
    return "; ".join(words)


def _stopping(study: Study, case: str) -> Any:
    return study.document(case, "select")["training"]["early_stopping"]


def _searched_keys(study: Study, dataset: str) -> list[str]:
    keys: list[str] = []
    for case in study.searched(dataset):
        for point in study.plan["cases"][case]["points"]:
            keys += [key for key in point if key not in keys]
    first = [key for key in ("learning_rate", "l2") if key in keys]
    return first + [key for key in keys if key not in first]


def _setting_name(key: str) -> str:
    return rich.name(key.replace("_", " "))
