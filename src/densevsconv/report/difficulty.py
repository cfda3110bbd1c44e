"""The section "Difficulty": the same networks on several forms of the same images.

Reads difficulty.csv; where a study has every data set in one form there is nothing to say.
"""

from __future__ import annotations

from typing import Any

from densevsconv.report import rich
from densevsconv.report.formats import MISSING
from densevsconv.report.pointers import csv_pointer
from densevsconv.report.rich import figure
from densevsconv.report.study import Study
from densevsconv.report.table import Column, Table
from densevsconv.statistics.forms import counterparts, forms

SOURCE = "difficulty.csv"
ZERO = 0
FALLS: dict[str, Any] = {"difference_high": ("<", ZERO)}
RISES: dict[str, Any] = {"difference_low": (">", ZERO)}

Row = dict[str, str]


def references(study: Study) -> list[str]:
    """Return the reference forms of which networks are compared with other forms."""
    rows = study.files.document(SOURCE)
    compared = {row["dataset_b"] for row in rows}
    return [name for name in forms(study.plan["datasets"]) if name in compared]


def text(study: Study, reference: str) -> list[str]:
    """Return the section's paragraphs: what was held equal, and what each change did."""
    shown = f"{rich.table(f'difficulty-{reference}')} and {figure(f'difficulty-{reference}')}"
    alike = "the same layers and the same settings"
    if study.searched(reference):
        alike += (
            " before the search and the same budget of the search, which was done anew on each form"
        )
    return [
        f"The study has {study.title(reference)} in other forms too. {shown} set the networks that "
        f"were trained on several forms side by side: {alike}; the same "
        "images are in the test part of each. A difference is the accuracy on the changed form "
        "minus that on the reference, so that what a change costs is below zero.",
        *[_reading(study, reference, form) for form in _compared(study, reference)],
    ]


def _reading(study: Study, reference: str, form: str) -> str:
    """Return what a change did to the networks, and to the lead of convolution."""
    leads = _rows(study, reference, form, "lead")
    networks = _rows(study, reference, form, "network")
    sentences = [_tally(study, reference, form)]
    shown = _best_of(leads, networks) if leads else networks if len(networks) < 3 else []
    sentences += [_network(study, row) for row in shown]
    sentences += [_lead(study, row) for row in leads]
    return " ".join(sentences)


def _best_of(leads: list[Row], networks: list[Row]) -> list[Row]:
    """Return the rows of the networks that are the best of their family on the changed form."""
    best = [lead[key] for lead in leads for key in ("minus_a", "case_a")]
    return [row for case in best for row in networks if row["case_a"] == case]


def headline(study: Study, reference: str) -> str:
    """Return the sentences of the abstract."""
    return " ".join(
        sentence
        for form in _compared(study, reference)
        for sentence in (
            _tally(study, reference, form),
            *(_short_lead(study, row) for row in _rows(study, reference, form, "lead")),
        )
    )


def changed_forms(study: Study) -> dict[str, str]:
    """Return the reference of every changed form that networks were trained on too."""
    return {
        form: reference for reference in references(study) for form in _compared(study, reference)
    }


def _tally(study: Study, reference: str, form: str) -> str:
    """Return for how many networks of each family accuracy falls, and rises, by the interval."""
    networks = _rows(study, reference, form, "network")
    families = [
        family
        for family in ("dense", "convolutional")
        if any(row["family"] == family for row in networks)
    ]
    fall, rise = (
        " and for ".join(_share(study, reference, form, family, **which) for family in families)
        for which in (FALLS, RISES)
    )
    text = f"On {study.title(form)}, accuracy falls beyond the interval for {fall}"
    risen = any(row["difference_low"] and float(row["difference_low"]) > ZERO for row in networks)
    return f"{text}; it rises for {rise}." if risen else f"{text}."


def _share(study: Study, reference: str, form: str, family: str, **which: Any) -> str:
    """Return for how many networks of a family a condition holds: "none of 3 dense networks"."""
    conditions = {"dataset_a": form, "dataset_b": reference, "kind": "network", "family": family}

    def count(**more: Any) -> tuple[int, str]:
        pointer = csv_pointer("#", **conditions, **more)
        value = int(study.facts.value(SOURCE, pointer))
        return value, study.facts.number(SOURCE, pointer, "integer") if value else "none"

    noun = "network" if count()[0] == 1 else "networks"
    return f"{count(**which)[1]} of {count()[1]} {family} {noun}"


def _network(study: Study, row: Row) -> str:
    """Return the verdict on one network."""
    return f"{rich.case(row['case_b'])} {_verdict(study, row, 'loses', 'gains')}."


def _verdict(study: Study, row: Row, falls: str, rises: str) -> str:
    """Return what became of an accuracy or of a lead, by its interval."""
    level = study.planned("confidence", form="percent_whole")
    if row["difference_low"] == "" or row["difference_high"] == "":
        return f"differs by {_cell(study, row, 'mean', 'points')} percentage points, of one seed"
    if float(row["difference_high"]) < ZERO:
        return (
            f"{falls} {_cell(study, row, 'mean', 'points_negated')} percentage points ({level}% "
            f"interval {_cell(study, row, 'high', 'points_negated')} to "
            f"{_cell(study, row, 'low', 'points_negated')})"
        )
    ends = f"{_cell(study, row, 'low', 'points')} to {_cell(study, row, 'high', 'points')}"
    if float(row["difference_low"]) > ZERO:
        mean = _cell(study, row, "mean", "points_plain")
        return f"{rises} {mean} percentage points ({level}% interval {ends})"
    mean = _cell(study, row, "mean", "points")
    return f"is unchanged within its interval ({mean} percentage points, {level}% interval {ends})"


def _lead(study: Study, row: Row) -> str:
    """Return what became of the distance between the families, and between which networks."""
    before, after = _leads(study, row)
    return (
        f"Convolutional minus dense, the best of each by validation, goes from {before} points on "
        f"the reference ({rich.case(row['case_b'])}, {rich.case(row['minus_b'])}) to {after} "
        f"({rich.case(row['case_a'])}, {rich.case(row['minus_a'])}): this distance "
        f"{_verdict(study, row, 'falls by', 'rises by')}."
    )


def _short_lead(study: Study, row: Row) -> str:
    before, after = _leads(study, row)
    return (
        f"Convolutional minus dense goes from {before} to {after} points: this distance "
        f"{_verdict(study, row, 'falls by', 'rises by')}."
    )


def _leads(study: Study, row: Row) -> list[str]:
    """Return the best convolutional minus the best dense network, on the reference and changed."""
    return [
        study.comparison(row[f"case_{side}"], row[f"minus_{side}"], "difference_mean", "points")
        for side in "ba"
    ]


def table(study: Study, reference: str) -> Table:
    """Every network on the reference and on each changed form."""
    level = study.planned("confidence", form="percent_whole")
    columns = [
        Column("network", "left"),
        Column("reference\n(%)"),
        Column("changed\n(%)"),
        Column("difference\n(points)"),
        Column(f"{level}%\ninterval"),
        Column("p"),
    ]
    made = Table("difficulty", reference, "page", columns)
    for form in _compared(study, reference):
        made.add_group(study.title(form), "")
        for row in _rows(study, reference, form, "network"):
            accuracies = [
                study.summary(row[f"case_{side}"], "test_accuracy_mean", "percent") for side in "ba"
            ]
            cells = [rich.case(row["case_b"]), *accuracies, *_differences(study, row)]
            made.add(cells, row["family"])
        for row in _rows(study, reference, form, "lead"):
            made.add(["convolutional minus dense", *_leads(study, row), *_differences(study, row)])
    return made


def _differences(study: Study, row: Row) -> list[str]:
    ends = f"{_cell(study, row, 'low', 'points')} to {_cell(study, row, 'high', 'points')}"
    return [
        _cell(study, row, "mean", "points"),
        MISSING if row["difference_low"] == "" else ends,
        study.facts.number(SOURCE, _pointer(row, "p_value"), "p_value"),
    ]


def _compared(study: Study, reference: str) -> list[str]:
    """Return the other forms that any network was trained on too."""
    return [
        form
        for form in forms(study.plan["datasets"])[reference]
        if counterparts(study.plan["cases"], form, reference)
    ]


def _rows(study: Study, reference: str, form: str, kind: str) -> list[Row]:
    """Return the rows of one change, in the report's order of cases."""
    order = study.cases(reference)
    found = [
        row
        for row in study.files.document(SOURCE)
        if (row["dataset_a"], row["dataset_b"], row["kind"]) == (form, reference, kind)
    ]
    return sorted(found, key=lambda row: order.index(row["case_b"]))


def _cell(study: Study, row: Row, end: str, form: str) -> str:
    return study.facts.number(SOURCE, _pointer(row, f"difference_{end}"), form)


def _pointer(row: Row, column: str) -> str:
    keys = ("dataset_a", "dataset_b", "kind", "case_a", "case_b")
    return csv_pointer(column, **{key: row[key] for key in keys})
