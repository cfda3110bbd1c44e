"""The section "Claims": which conclusions of a publication hold on this study's results.

Reads claims.json; where a study lists no claims there is nothing to say.
"""

from __future__ import annotations

import re
from math import inf
from typing import Any

from densevsconv.report import rich
from densevsconv.report.formats import MISSING
from densevsconv.report.study import CLAIMS, Study
from densevsconv.report.table import Column, Table
from densevsconv.report.verdicts import listed

FORMS = {
    "test accuracy": ("percent", "%"),
    "difference of test accuracy": ("points", " points"),
    "gap of recall": ("points", " points"),
    "ratio of training times": ("significant", " times"),
    "relative rise of the validation loss": ("percent", "%"),
}
"""How an estimate is printed, and its unit, by its quantity."""
ROWS = 18
"""Of the table of claims on a page of the paper: a claim and its test take several lines."""

Record = dict[str, Any]


def records(study: Study) -> list[Record]:
    """Return the record of every test of every claim."""
    return [record for claim in study.claims.values() for record in claim["tests"]]


def ordered(study: Study) -> list[str]:
    """Return the names of the claims: by data set of their first case, then by name."""

    def place(name: str) -> tuple[int, str]:
        return study.datasets.index(_dataset(study, name)), name

    return sorted(study.claims, key=place)


def _dataset(study: Study, claim: str) -> str:
    case = study.claims[claim]["tests"][0]["cases"][0]
    dataset: str = study.plan["cases"][case]["dataset"]
    return dataset


def decisive(claim: dict[str, Any]) -> int:
    """Return the place of the test that decides a claim's verdict.

    Of those with the claim's verdict: for "fails" the one furthest beyond its bound, for "holds"
    the one that comes nearest to it, else the first.
    """
    tests = claim["tests"]
    places = [place for place, test in enumerate(tests) if test["verdict"] == claim["verdict"]]
    if claim["verdict"] == "fails":
        return max(places, key=lambda place: _beyond(tests[place]))
    if claim["verdict"] == "holds":
        return max(places, key=lambda place: _reach(tests[place]))
    return places[0]


def _beyond(test: Record) -> float:
    """Return how far the whole interval lies outside of what is claimed."""
    above, below = test["above"], test["below"]
    return max(
        -inf if above is None else above - test["high"],
        -inf if below is None else test["low"] - below,
    )


def _reach(test: Record) -> float:
    """Return how far the interval comes towards a bound: 0 at the bound, negative before it."""
    above, below = test["above"], test["below"]
    return max(
        -inf if above is None else above - test["low"],
        -inf if below is None else test["high"] - below,
    )


def headline(study: Study) -> str:
    """Return the sentence of the abstract; nothing where there are no claims."""
    return f"Of {_count_words(study)}" if study.claims else ""


def _count_words(study: Study) -> str:
    holds, fails, untold = (
        study.claim_count(verdict) for verdict in ("holds", "fails", "cannot be told")
    )
    return (
        f"the claims tested, {study.claim_total()} in all, {holds} hold, {fails} fail and {untold} "
        "cannot be told, on these data and with these versions of the publication's networks."
    )


def text(study: Study) -> list[str]:
    """Return how verdicts are reached, how many of each there are, and what that is worth."""
    if not study.claims:
        return []
    level = study.facts.number(CLAIMS, "/confidence", "percent_whole")
    tests = study.facts.number(CLAIMS, "/multiple_testing/tests", "integer")
    wrong = study.facts.number(
        CLAIMS, "/multiple_testing/wrong_verdicts_expected_at_most", "significant"
    )
    return [
        f"{rich.table('claims')} holds what the publication concludes against the results. Of "
        f"{_count_words(study)} A claim is written as one test or several, each a number and what "
        f"the claim says of it. It holds where the whole {level}% interval of every test lies "
        "inside of what is claimed, fails where that of any test lies outside, and cannot be told "
        "otherwise: an interval across a bound decides nothing, nor does a single seed. The table "
        "shows the test that decides, which is the clearest where a claim fails and the closest "
        f"where it holds; {rich.table('claim_tests')} has all of them.",
        *_learned_nothing(study),
        f"The {tests} tests are not corrected for their number, so that adding a claim changes no "
        f"other one. If every interval has its {level}%, at most {wrong} of the verdicts can be "
        "expected to be wrong.",
    ]


def _learned_nothing(study: Study) -> list[str]:
    """Return which networks of the tests are no better than one class for all images, if any."""
    tested = {case for record in records(study) for case in record["cases"]}
    dead = []
    for case in sorted(tested):
        evaluation = study.document(case, "evaluate")
        images = [entry["support"] for entry in evaluation["per_class"]]
        if evaluation["accuracy"]["mean"] <= max(images) / sum(images):
            dead.append(case)
    if not dead:
        return []
    return [
        f"On the mean of their seeds {listed(dead)} learned nothing: naming the commonest class of "
        "the test images every time is as good. A verdict that rests on such a network is one on "
        "its training, and no word on its architecture."
    ]


def table(study: Study) -> Table:
    """One row a claim: the claim, its verdict, and the test that decides."""
    columns = [
        Column("claim", "grow"),
        Column("verdict", "left"),
        Column("test that decides", "grow"),
        Column("found"),
        Column("interval"),
        Column("claimed"),
    ]
    made = Table("claims", None, "page", columns, part=ROWS)
    last = None
    for name in ordered(study):
        claim = study.claims[name]
        dataset = _dataset(study, name)
        if dataset != last and len(study.datasets) > 1:
            made.add_group(study.title(dataset), "")
        last = dataset
        place = decisive(claim)
        source = f" ({rich.name(claim['source'])})" if claim["source"] else ""
        made.add(
            [
                rich.name(claim["text"]) + source,
                claim["verdict"],
                _statement(study, claim["tests"][place]),
                *_numbers(study, name, place),
            ]
        )
    return made


def tests(study: Study) -> Table:
    """Every test of every claim."""
    columns = [
        Column("test", "grow"),
        Column("verdict", "left"),
        Column("found"),
        Column("interval"),
        Column("claimed"),
        Column("p"),
        Column("n", "left"),
    ]
    made = Table("claim_tests", None, "page", columns, long=True)
    for name in ordered(study):
        claim = study.claims[name]
        made.add_group(f"{rich.name(claim['text'])} {rich.emph(claim['verdict'])}", "")
        for place, test in enumerate(claim["tests"]):
            made.add(
                [
                    f"{_statement(study, test)}{_published(study, name, place)}; {test['method']}",
                    test["verdict"],
                    *_numbers(study, name, place),
                    study.claim_number(name, "tests", place, "p_value", form="p_value"),
                    _seeds(study, name, place),
                ]
            )
    return made


def _published(study: Study, claim: str, place: int) -> str:
    """Return the published figure behind a test's statement, where there is one."""
    test = study.claims[claim]["tests"][place]
    if test["published"] is None:
        return ""
    form, unit = FORMS.get(test["quantity"], ("significant", ""))
    return f" ({study.claim_number(claim, 'tests', place, 'published', form=form)}{unit})"


def _seeds(study: Study, claim: str, place: int) -> str:
    """Return how many seeds a test rests on, and how many were left out of it."""
    seeds = study.claim_number(claim, "tests", place, "seeds", form="integer")
    if not study.claims[claim]["tests"][place]["left_out"]:
        return seeds
    out = study.claim_number(claim, "tests", place, "left_out", form="integer")
    return f"{seeds} ({out} left out)"


def _numbers(study: Study, claim: str, place: int) -> list[str]:
    """Return a test's estimate with its unit, its interval and what is claimed."""
    test = study.claims[claim]["tests"][place]
    form, unit = FORMS.get(test["quantity"], ("significant", ""))

    def number(key: str) -> str:
        return study.claim_number(claim, "tests", place, key, form=form)

    known = test["low"] is not None and test["high"] is not None
    return [
        number("estimate") + (unit if test["estimate"] is not None else ""),
        f"{number('low')} to {number('high')}" if known else MISSING,
        bound(study, claim, place),
    ]


def bound(study: Study, claim: str, place: int) -> str:
    """Return what a test says of its number: "above a", "below b" or "a to b"."""
    test = study.claims[claim]["tests"][place]
    form, _ = FORMS.get(test["quantity"], ("significant", ""))
    ends = {
        key: study.claim_number(claim, "tests", place, key, form=form)
        for key in ("above", "below")
        if test[key] is not None
    }
    if len(ends) > 1:
        return " to ".join(ends.values())
    return " ".join(f"{key} {value}" for key, value in ends.items())


def _statement(study: Study, test: Record) -> str:
    """Return a test in words; what stands between backquotes is a case or a class."""
    pieces = re.split("`([^`]*)`", test["statement"])
    words = [
        piece
        if place % 2 == 0
        else rich.case(piece)
        if piece in study.plan["cases"]
        else rich.name(piece)
        for place, piece in enumerate(pieces)
    ]
    found = f"; found: {rich.name(test['found_class'])}" if test["found_class"] else ""
    return "".join(words) + found
