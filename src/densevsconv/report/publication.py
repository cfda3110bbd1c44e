"""The section "Published and found": a publication's figures beside those of this study.

Reads ``published`` in the plan, summary.csv and, for what counts as near, claims.json. There is
nothing to say where no case has a published figure and no counterpart is asked for.
"""

from __future__ import annotations

from typing import Any

from densevsconv.report import gradients, rich
from densevsconv.report.claims import bound, records
from densevsconv.report.contents import Counterpart, Drawing, counterparts
from densevsconv.report.formats import MISSING
from densevsconv.report.layout import study_plan
from densevsconv.report.pointers import csv_pointer, json_pointer, quotient
from densevsconv.report.study import PLAN, Study
from densevsconv.report.table import Column, Table
from densevsconv.report.versions import Model, models

NEAR = "near"
CODED = "coded"
FOUND_NEAR = {"holds": "yes", "fails": "no"}


def all_models(study: Study) -> list[Model]:
    """Return the published networks of every data set."""
    return [model for dataset in study.datasets for model in models(study.plan["cases"], dataset)]


def text(study: Study) -> list[str]:
    """Return the section's paragraphs: how to read its tables, and what the code explains."""
    paragraphs = []
    if counterparts(study_plan(study.plan)):
        paragraphs.append(
            f"{rich.table('counterparts')} says where each figure and table of the publication is "
            "found again in this report."
        )
    if all_models(study):
        paragraphs.append(
            f"{rich.table('published')} sets what was published over what is found here, version "
            "by version. What was published is as the publication has it; accuracies found are "
            "means over seeds. Times are those of the publication's machine and of this one, so "
            "that their ratios to the first network of the same data set are what can be compared."
        )
    return [*paragraphs, _reconstructions(study), gradients.text(study)]


def _reconstructions(study: Study) -> str:
    """Return which pixel scalings of the code give the published accuracies, by the claims."""
    coded = {
        case
        for model in all_models(study)
        for (version, _, _), case in model.versions.items()
        if version == CODED
    }
    by_verdict: dict[str, list[str]] = {}
    for name, claim in study.claims.items():
        tests = claim["tests"]
        if all(test["kind"] == NEAR and set(test["cases"]) <= coded for test in tests):
            words = " and ".join(_found(study, name, place) for place in range(len(tests)))
            by_verdict.setdefault(claim["verdict"], []).append(
                f"{_scalings(study, [test['cases'][0] for test in tests])}: {words}"
            )
    if not by_verdict:
        return ""
    openings = {
        "holds": "What was published fits the code with",
        "fails": "It cannot come from the code with",
        "cannot be told": "It cannot be told for",
    }
    sentences = [
        f"{openings[verdict]} {'; with '.join(by_verdict[verdict])}."
        for verdict in openings
        if verdict in by_verdict
    ]
    return (
        "The publication's code is rebuilt with each way of scaling pixels that its numbers may "
        f"come from. {' '.join(sentences)} A scaling fits where the "
        "whole interval of every network lies within that distance, and cannot where that of one "
        "lies outside."
    )


def _scalings(study: Study, cases: list[str]) -> str:
    """Return how the pixels of some cases are scaled."""
    found = {repr(_scaling(study, case)): case for case in cases}
    return " and ".join(_scaling_words(study, case) for case in found.values())


def _scaling(study: Study, case: str) -> Any:
    return study.document(case, "select")["training"]["scaling"]


def _scaling_words(study: Study, case: str) -> str:
    value = _scaling(study, case)
    dataset = study.plan["cases"][case]["dataset"]
    if value == "none":
        return f"pixels undivided{study.in_dataset(dataset)}"
    if isinstance(value, str):
        return f"{rich.name(value)} scaling{study.in_dataset(dataset)}"
    number = study.selection(case, "training", "scaling", form="setting")
    return f"pixels divided by {number}{study.in_dataset(dataset)}"


def _found(study: Study, claim: str, place: int) -> str:
    """Return what one `near` test of a claim found."""

    def number(key: str) -> str:
        return study.claim_number(claim, "tests", place, key, form="percent")

    (case,) = study.claims[claim]["tests"][place]["cases"]
    return (
        f"{rich.case(case)} reaches {number('estimate')}% ({number('low')} to {number('high')}), "
        f"published {number('published')}%, near is {bound(study, claim, place)}%"
    )


def table(study: Study) -> Table:
    """Each published network: what was published, and what each version of it gives here."""
    level = study.planned("confidence", form="percent_whole")
    columns = [
        Column("version", "grow"),
        Column("test accuracy\n(%)"),
        Column(f"{level}% interval\n(%)"),
        Column("seeds"),
        Column("near the\npublished", "left"),
        Column("training\n(s)"),
        Column("training over\nthe first's"),
    ]
    made = Table("published", None, "page", columns)
    for dataset in study.datasets:
        of_dataset = models(study.plan["cases"], dataset)
        for model in of_dataset:
            first = of_dataset[0]
            family = study.family(model.case)
            made.add_group(f"{rich.name(_name(study, model))}, {study.title(dataset)}", family)
            made.add(_published_row(study, model, first))
            for key, case in model.versions.items():
                made.add(_found_row(study, case, first.like(key), _label(study, model, case)))
    return made


def _name(study: Study, model: Model) -> str:
    return str(study.plan["cases"][model.case]["published"].get("name") or model.stem)


def _label(study: Study, model: Model, case: str) -> str:
    """Return a case's title without the network's name, which stands above it; else its id."""
    title = str(study.plan["cases"][case]["title"])
    version = title.removeprefix(f"{_name(study, model)}, ")
    return rich.name(version) if version != title else rich.case(case)


def _published_row(study: Study, model: Model, first: Model) -> list[str]:
    def number(key: str, form: str) -> str:
        return study.planned("cases", model.case, "published", key, form=form)

    own, others = (
        json_pointer("cases", each.case, "published", "seconds") for each in (model, first)
    )
    source = study.plan["cases"][model.case]["published"].get("source")
    return [
        rich.emph("published") + (f" ({rich.name(source)})" if source else ""),
        number("accuracy", "percent"),
        "",
        "",
        "",
        number("seconds", "significant"),
        study.facts.number(PLAN, quotient(own, others), "significant"),
    ]


def _found_row(study: Study, case: str, first: str | None, label: str) -> list[str]:
    seconds = "train_seconds_median"
    ratio = MISSING
    if first is not None:
        pointer = quotient(csv_pointer(seconds, case=case), csv_pointer(seconds, case=first))
        ratio = study.facts.number("summary.csv", pointer, "significant")
    ends = MISSING
    if study.summary_value(case, "test_accuracy_low") is not None:
        low = study.summary(case, "test_accuracy_low", "percent")
        ends = f"{low} to {study.summary(case, 'test_accuracy_high', 'percent')}"
    return [
        label,
        study.summary(case, "test_accuracy_mean", "percent"),
        ends,
        study.planned("cases", case, "seeds"),
        _near(study, case),
        study.summary(case, seconds, "significant"),
        ratio,
    ]


def _near(study: Study, case: str) -> str:
    """Return whether a case's accuracy is near the published one; a dash where nobody asked."""
    found = {
        record["verdict"]
        for record in records(study)
        if record["kind"] == NEAR and record["cases"] == [case]
    }
    return FOUND_NEAR.get(found.pop(), "cannot be told") if len(found) == 1 else MISSING


def where(study: Study, drawings: list[Drawing]) -> Table:
    """Each figure and table of the publication, and where it is here."""
    columns = [
        Column("in the publication", "left"),
        Column("here", "left"),
        Column("data set", "left"),
        Column("cases", "grow"),
    ]
    made = Table("counterparts", None, "page", columns)
    for asked in counterparts(study_plan(study.plan)):
        made.add(
            [
                rich.name(asked.of),
                _reference(asked, drawings),
                study.title(asked.dataset) if asked.dataset else MISSING,
                ", ".join(map(rich.case, asked.cases)) or MISSING,
            ]
        )
    return made


def _reference(asked: Counterpart, drawings: list[Drawing]) -> str:
    """Return a reference to our figures or table; of a figure's files, those with the cases."""
    if asked.kind == "table":
        suffix = f"-{asked.dataset}" if asked.dataset else ""
        return rich.table(f"{asked.name}{suffix}")
    own = [drawing for drawing in drawings if drawing.counterpart == asked.of]
    same = own or [
        drawing
        for drawing in drawings
        if drawing.figure.name == asked.name
        and drawing.dataset == asked.dataset
        and not drawing.counterpart
        and (not asked.cases or set(asked.cases) & set(drawing.cases))
    ]
    return ", ".join(rich.figure(drawing.stem) for drawing in same) or MISSING
