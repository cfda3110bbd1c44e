"""The report's tables of results: architectures, accuracy, comparisons, cost, runs, machine."""

from __future__ import annotations

from typing import Any

from densevsconv.report import rich
from densevsconv.report.formats import MISSING
from densevsconv.report.layers import layer_line
from densevsconv.report.pointers import csv_pointer
from densevsconv.report.study import Study
from densevsconv.report.table import CASE, Column, Table
from densevsconv.report.verdicts import outcome

ROWS = 14
"""Of the table of architectures on a page of the paper: layers take several lines."""


def architectures(study: Study, dataset: str) -> Table:
    """Layers, parameters and multiply-accumulates of every case."""
    columns = [CASE, Column("title", "grow"), Column("layers", "grow"),
               Column("parameters"), Column("MACs")]  # fmt: skip
    table = Table("architectures", dataset, "page", columns, part=ROWS)
    for case in study.cases(dataset):
        table.add(
            [
                rich.case(case),
                rich.name(study.plan["cases"][case]["title"]),
                layer_line(study, case),
                study.summary(case, "parameters", "integer"),
                study.summary(case, "macs", "integer"),
            ],
            study.family(case),
        )
    return table


def results(study: Study, dataset: str) -> Table:
    """Accuracy, its interval, training time and size of every case."""
    level = study.planned("confidence", form="percent_whole")
    columns = [
        CASE,
        Column("test accuracy\n(%)"),
        Column(f"{level}%\ninterval"),
        Column("log\nloss"),
        Column("calibration\nerror (%)"),
        Column("training\n(s)"),
        Column("time\nratio"),
        Column("parameters"),
        Column("MACs"),
    ]
    table = Table("results", dataset, "page", columns)
    for case in study.cases(dataset):
        table.add(
            [
                rich.case(case),
                study.summary(case, "test_accuracy_mean", "percent"),
                _interval(study, case),
                study.summary(case, "log_loss_mean", "decimal"),
                study.summary(case, "calibration_error_mean", "percent"),
                study.summary(case, "train_seconds_median", "significant"),
                study.summary(case, "time_ratio", "significant"),
                study.summary(case, "parameters", "integer"),
                study.summary(case, "macs", "integer"),
            ],
            study.family(case),
        )
    return table


def _interval(study: Study, case: str) -> str:
    low = study.summary(case, "test_accuracy_low", "percent")
    return f"{low} to {study.summary(case, 'test_accuracy_high', 'percent')}"


def comparisons(study: Study, dataset: str) -> Table:
    """Every convolutional case minus every dense one."""
    level = study.planned("confidence", form="percent_whole")
    columns = [Column("convolutional", "left"), Column("dense", "left"), Column("points"),
               Column(f"{level}% interval"), Column("p"), Column("ahead", "left")]  # fmt: skip
    table = Table("comparisons", dataset, "page", columns, long=True)
    for pair in study.pairs(dataset):
        low = study.comparison(*pair, "difference_low", "points")
        high = study.comparison(*pair, "difference_high", "points")
        result = outcome(study, *pair)
        table.add(
            [
                *map(rich.case, pair),
                study.comparison(*pair, "difference_mean", "points"),
                f"{low} to {high}",
                study.comparison(*pair, "p_value", "p_value"),
                {"level": "neither", "unknown": MISSING}.get(result, result),
            ],
        )
    return table


QUARTILES = Column("quartiles\n(s)")


def cost(study: Study, dataset: str) -> Table:
    """What training and inference take."""
    sizes = [str(size) for size in _batch_sizes(study, dataset)]
    columns = [CASE, Column("mode", "left"), Column("compile\n(s)"), Column("training\n(s)"),
               QUARTILES, Column("epoch\n(ms)"), Column("to target\n(s)"),
               *[Column(f"batch {rich.name(size)}\n(ms)") for size in sizes],
               Column("memory\n(MiB)")]  # fmt: skip
    bounded = study.plan["timed_seconds"] is not None
    if bounded:
        columns.insert(columns.index(QUARTILES) + 1, Column("timed\n(epochs)"))
    table = Table("cost", dataset, "page", columns)
    for case in study.cases(dataset):
        quartiles = [study.timing(case, "train_seconds", key) for key in ("low", "high")]
        table.add(
            [
                rich.case(case),
                rich.name(study.document(case, "time")["execution"]),
                study.timing(case, "compile_seconds"),
                study.timing(case, "train_seconds", "median"),
                f"{quartiles[0]} to {quartiles[1]}",
                *([_timed(study, case)] if bounded else []),
                study.timing(case, "seconds_per_epoch", "median", form="milliseconds"),
                _to_target(study, case),
                *[
                    study.timing(case, "inference", size, "median_seconds", form="milliseconds")
                    for size in sizes
                ],
                study.timing(case, "peak_memory_bytes", form="mebibytes"),
            ],
            study.family(case),
        )
    return table


def _timed(study: Study, case: str) -> str:
    """Return how many epochs of a case's first timed training there are, of how many."""
    timed = study.timing(case, "epochs_timed", 0, form="integer")
    return f"{timed} of {study.timing(case, 'epochs', form='integer')}"


def _batch_sizes(study: Study, dataset: str) -> list[int]:
    first = study.document(study.cases(dataset)[0], "time")
    return sorted(int(size) for size in first["inference"])


def _to_target(study: Study, case: str) -> str:
    text = study.summary(case, "seconds_to_target_median", "significant")
    if 0 < study.summary_value(case, "target_seeds") < study.summary_value(case, "seeds"):
        text += f" ({study.summary(case, 'target_seeds', 'integer')} of "
        text += f"{study.summary(case, 'seeds', 'integer')})"
    return text


def runs(study: Study, dataset: str) -> Table:
    """Every refitted seed."""
    columns = [Column("seed"), Column("status", "left"), Column("epochs"), Column("best"),
               Column("validation\n(%)"), Column("test\n(%)"), Column("log\nloss")]  # fmt: skip
    table = Table("runs", dataset, "column", columns, long=True)
    rows = study.files.document("runs.csv")
    for case in study.cases(dataset):
        table.add_group(rich.case(case), study.family(case))
        for row in rows:
            if row["case"] != case:
                continue

            def cell(column: str, form: str, row: dict[str, str] = row) -> str:
                pointer = csv_pointer(column, case=row["case"], repetition=row["repetition"])
                return study.facts.number("runs.csv", pointer, form)

            table.add(
                [
                    cell("repetition", "integer"),
                    rich.name(row["status"]),
                    cell("epochs_run", "integer"),
                    cell("best_epoch", "integer"),
                    cell("validation_accuracy", "percent"),
                    cell("test_accuracy", "percent"),
                    cell("test_log_loss", "decimal"),
                ]
            )
    return table


_MACHINE = {
    "processor": ("processor", "text"),
    "cores": ("cores used at most", "integer"),
    "memory_bytes": ("memory (GiB)", "gibibytes"),
    "platform": ("system", "text"),
    "python": ("Python", "text"),
    "tensorflow": ("TensorFlow", "text"),
    "keras": ("Keras", "text"),
    "numpy": ("NumPy", "text"),
    "scikit-learn": ("scikit-learn", "text"),
}


def machine(study: Study) -> Table:
    """The machine and the versions of the timings."""
    table = Table("machine", None, "column", [Column("", "left"), Column("", "left")])
    case = study.cases(study.datasets[0])[0]
    timing = study.document(case, "time")
    table.add(["device", study.timing(case, "device", form="text")])
    table.add(["threads of a training", study.timing(case, "threads", form="integer")])
    known: dict[str, Any] = timing["machine"]
    for key in [*[key for key in _MACHINE if key in known], *sorted(set(known) - set(_MACHINE))]:
        title, form = _MACHINE.get(key, (key, "text"))
        table.add([title, study.timing(case, "machine", key, form=form)])
    return table
