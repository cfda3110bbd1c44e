"""The section "Architecture or implementation?": the same network trained alike by two engines.

Reads engines.csv, a row a network and a pair of engines; where it has no row for a data set there
is nothing to say, and the text is empty.
"""

from __future__ import annotations

from typing import Any

from densevsconv.report import rich
from densevsconv.report.pointers import csv_pointer
from densevsconv.report.rich import figure
from densevsconv.report.study import Study
from densevsconv.report.table import Column, Table
from densevsconv.training.engines.titles import engine_title

SOURCE = "engines.csv"
ZERO = 0
HOLDS_ZERO: dict[str, Any] = {"difference_low": ("<=", ZERO), "difference_high": (">=", ZERO)}
IS_ZERO: dict[str, Any] = {"difference_low": (">=", ZERO), "difference_high": ("<=", ZERO)}
FASTER: dict[str, Any] = {"time_ratio": ("<", 1)}

Row = dict[str, str]
Pair = tuple[str, str]


def network(row: dict[str, str]) -> str:
    """Return what to call the network of a row of engines.csv: its case without the engine.

    Cases that do not end in their engine's name have only the architecture in common.
    """
    names = {row[f"case_{side}"].removesuffix(f"-{row[f'engine_{side}']}") for side in "ab"}
    return names.pop() if len(names) == 1 else row["architecture"]


def rows(study: Study, dataset: str) -> list[Row]:
    """Return a data set's rows of engines.csv, in the report's order of cases."""
    order = study.cases(dataset)
    found = [row for row in study.files.document(SOURCE) if row["dataset"] == dataset]
    return sorted(found, key=lambda row: order.index(row["case_a"]))


def engine_pairs(study: Study, dataset: str) -> list[Pair]:
    """Return the pairs of engines (a, b) that a data set's networks were trained by alike."""
    return sorted({(row["engine_a"], row["engine_b"]) for row in rows(study, dataset)})


def text(study: Study, dataset: str) -> list[str]:
    """Return the section's paragraphs: what was held equal, and what differs all the same."""
    pairs = engine_pairs(study, dataset)
    if not pairs:
        return []
    shown = f"{rich.table(f'engines-{dataset}')} and {figure(f'engines-{dataset}')}"
    return [
        "A difference between two networks can come from their architectures or from the programs "
        f"that train them. {shown} set the same network{study.in_dataset(dataset)}, trained alike "
        "by two engines, side by side: the same layers and settings and, seed by seed, the same "
        "start weights, the same batches in the same order and the same dropout masks. What then "
        "differs is the implementation: the order in which sums are taken, and so their rounding, "
        "which training magnifies; and the time.",
        *[_reading(study, dataset, pair) for pair in pairs],
        *[_sizes(study, dataset, pair) for pair in pairs],
    ]


def headline(study: Study, dataset: str) -> str:
    """Return the sentences of the abstract."""
    return " ".join(
        f"Trained alike by {_named(pair[0])} and by {_named(pair[1])}, one and the same network "
        f"differs in test accuracy by at most "
        f"{_cell(study, _widest(study, dataset, pair), 'difference_mean', 'points_size')} "
        f"percentage points{study.in_dataset(dataset)}, and takes {_ratios(study, dataset, pair)} "
        f"as long in {_named(pair[0])} as in {_named(pair[1])}."
        for pair in engine_pairs(study, dataset)
    )


def _reading(study: Study, dataset: str, pair: Pair) -> str:
    """Return in how many networks the engines agree, and how their times compare."""
    a, b = map(_named, pair)
    level = study.planned("confidence", form="percent_whole")
    widest, several = _widest(study, dataset, pair), _counted(study, dataset, pair) > 1
    sentences = [
        f"The {level}% interval of the difference in test accuracy, {a} minus {b}, holds zero for "
        f"{_share(study, dataset, pair, **HOLDS_ZERO)} networks."
    ]
    if _counted(study, dataset, pair, **IS_ZERO):
        sentences.append(
            f"For {_count(study, dataset, pair, **IS_ZERO)} of them the engines score exactly the "
            "same, seed by seed."
        )
    if several:
        sentences.append(
            f"The largest difference, of {rich.case(network(widest))}, is "
            f"{_cell(study, widest, 'difference_mean', 'points')} percentage points."
        )
    sentences.append(
        f"Training in {a} takes {_ratios(study, dataset, pair)} as long as in {b}; {a} is the "
        f"faster one for {_share(study, dataset, pair, **FASTER)}."
    )
    return " ".join(sentences)


def _sizes(study: Study, dataset: str, pair: Pair) -> str:
    """Return how the engines' largest difference compares with those of the architectures."""
    compared = [cases for cases in study.pairs(dataset) if {*map(study.engine, cases)} <= set(pair)]
    if not compared:
        return ""

    def size(cases: tuple[str, str]) -> float:
        return abs(float(study.comparison_value(*cases, "difference_mean")))

    def printed(cases: tuple[str, str]) -> str:
        return study.comparison(*cases, "difference_mean", "points_size")

    least, most = min(compared, key=size), max(compared, key=size)
    row = _widest(study, dataset, pair)
    engines, largest = (
        abs(float(row["difference_mean"])),
        _cell(study, row, "difference_mean", "points_size"),
    )
    architectures = (
        f"Between a convolutional and a dense network on the same engine the difference is "
        f"{printed(least)} to {printed(most)} percentage points"
        if len(compared) > 1
        else "Between the convolutional and the dense network the difference is "
        f"{printed(most)} percentage points"
    )
    if engines < size(least):
        verdict = (
            f"more in every pair than the {largest} by which the engines differ at most: the "
            "network and its training decide how accurate it is, not the implementation"
        )
    elif engines < size(most):
        verdict = (
            f"the engines differ by {largest} at most: less than the architectures can differ, "
            "but not less than every pair of them does"
        )
    else:
        verdict = (
            f"the engines differ by up to {largest}: no less than the architectures, so that "
            "here a difference between architectures can be the implementation's"
        )
    return f"{architectures}, {verdict}."


def table(study: Study, dataset: str) -> Table:
    """Accuracy and training time of each network on both engines."""
    pairs = engine_pairs(study, dataset)
    level = study.planned("confidence", form="percent_whole")
    a, b = map(_named, pairs[0]) if len(pairs) == 1 else ("first", "second")
    columns = [
        Column("network", "left"),
        Column(f"accuracy\n{a} (%)"),
        Column(f"accuracy\n{b} (%)"),
        Column("difference\n(points)"),
        Column(f"{level}%\ninterval"),
        Column("p"),
        Column(f"training\n{a} (s)"),
        Column(f"training\n{b} (s)"),
        Column("time\nratio"),
    ]
    made = Table("engines", dataset, "page", columns)
    for pair in pairs:
        if len(pairs) > 1:
            made.add_group(f"{_named(pair[0])} and {_named(pair[1])}", "")
        for row in _of(study, dataset, pair):
            low, high = (
                _cell(study, row, f"difference_{end}", "points") for end in ("low", "high")
            )
            made.add(
                [
                    rich.case(network(row)),
                    study.summary(row["case_a"], "test_accuracy_mean", "percent"),
                    study.summary(row["case_b"], "test_accuracy_mean", "percent"),
                    _cell(study, row, "difference_mean", "points"),
                    f"{low} to {high}",
                    _cell(study, row, "p_value", "p_value"),
                    _cell(study, row, "train_seconds_a", "significant"),
                    _cell(study, row, "train_seconds_b", "significant"),
                    _cell(study, row, "time_ratio", "significant"),
                ],
                study.family(row["case_a"]),
            )
    return made


def _named(engine: str) -> str:
    return rich.name(engine_title(engine))


def _of(study: Study, dataset: str, pair: Pair) -> list[Row]:
    return [row for row in rows(study, dataset) if (row["engine_a"], row["engine_b"]) == pair]


def _widest(study: Study, dataset: str, pair: Pair) -> Row:
    """Return the row with the largest difference in accuracy, of either sign."""
    return max(_of(study, dataset, pair), key=lambda row: abs(float(row["difference_mean"])))


def _ratios(study: Study, dataset: str, pair: Pair) -> str:
    """Return the least and the largest time ratio in words: "x to y times"."""
    ordered = sorted(_of(study, dataset, pair), key=lambda row: float(row["time_ratio"]))
    least, most = (_cell(study, row, "time_ratio", "significant") for row in
                   (ordered[0], ordered[-1]))  # fmt: skip
    return f"{least} times" if len(ordered) == 1 else f"{least} to {most} times"


def _cell(study: Study, row: Row, column: str, form: str) -> str:
    pointer = csv_pointer(column, case_a=row["case_a"], case_b=row["case_b"])
    return study.facts.number(SOURCE, pointer, form)


def _conditions(dataset: str, pair: Pair, more: dict[str, Any]) -> dict[str, Any]:
    return {"dataset": dataset, "engine_a": pair[0], "engine_b": pair[1], **more}


def _count(study: Study, dataset: str, pair: Pair, **more: Any) -> str:
    return study.count(SOURCE, **_conditions(dataset, pair, more))


def _share(study: Study, dataset: str, pair: Pair, **more: Any) -> str:
    """Return how many of a pair's networks fulfil the conditions: all n, none of n, k of n."""
    found, networks = _counted(study, dataset, pair, **more), _counted(study, dataset, pair)
    of = _count(study, dataset, pair)
    if found == 0:
        return f"none of {of}"
    return (
        f"all {of}" if found == networks > 1 else f"{_count(study, dataset, pair, **more)} of {of}"
    )


def _counted(study: Study, dataset: str, pair: Pair, **more: Any) -> int:
    """Return how many rows fulfil the conditions, to decide by."""
    pointer = csv_pointer("#", **_conditions(dataset, pair, more))
    return int(study.facts.value(SOURCE, pointer))
