"""The check of backpropagation: what the stage of this name found, as text and table.

Reads gradients.json, which is there where ``report.counterparts`` asks for it.
"""

from __future__ import annotations

from densevsconv.report import rich
from densevsconv.report.contents import GRADIENTS, counterparts
from densevsconv.report.layout import study_plan
from densevsconv.report.pointers import json_pointer
from densevsconv.report.study import Study
from densevsconv.report.table import Column, Table

SOURCE = "gradients.json"


def _asked(study: Study) -> bool:
    return any(asked.name == GRADIENTS for asked in counterparts(study_plan(study.plan)))


def text(study: Study) -> str:
    """Return what was compared, and the largest error; nothing where nothing was asked for."""
    if not _asked(study):
        return ""

    def number(key: str, form: str = "integer") -> str:
        return study.facts.number(SOURCE, json_pointer(key), form)

    found = study.files.document(SOURCE)
    side = "below" if found["worst"] < found["tolerance"] else "not below"
    return (
        f"{rich.table(GRADIENTS)} compares what backpropagation gives with central differences, in "
        "double precision, for every array of weights and biases of the NumPy networks: with their "
        f"own loss and start, on a batch of {number('images')} training images, "
        f"{number('entries')} entries of each array (all where it has fewer) and "
        f"{number('directions')} random directions over the whole of it. The largest relative "
        f"error is {number('worst', 'scientific')}, {side} the "
        f"{number('tolerance', 'scientific')} from which a gradient counts as wrong."
    )


def table(study: Study) -> Table:
    """One row an array: how far backpropagation is off finite differences."""
    columns = [
        Column("array", "left"),
        Column("values"),
        Column("entries\nchecked"),
        Column("relative\nerror"),
    ]
    made = Table(GRADIENTS, None, "column", columns, long=True)
    if _asked(study):
        for case, checks in study.files.document(SOURCE)["cases"].items():
            made.add_group(rich.case(case), study.family(case))
            for place, check in enumerate(checks["arrays"]):
                made.add([rich.name(check["array"]), *_numbers(study, case, place)])
    return made


def _numbers(study: Study, case: str, place: int) -> list[str]:
    forms = {"values": "integer", "checked": "integer", "relative_error": "scientific"}
    return [
        study.facts.number(SOURCE, json_pointer("cases", case, "arrays", place, key), form)
        for key, form in forms.items()
    ]
