"""Sentences on differences follow the sign and the interval: verdicts, forms of images, engines."""

from typing import Any

import pytest

from densevsconv.report.readings import MOST_CAVEATS, caveats
from densevsconv.results.tables import ComparisonRow, DifficultyRow, EngineRow, SummaryRow
from densevsconv.store.layout import Layout
from tests.support.reported import (
    by_title,
    cells,
    changed,
    document,
    edited,
    interval,
    reported,
    said,
    section,
)

Interval = tuple[float, float | None, float | None]


# -- two families


def called(layout: Layout, family: str) -> str:
    study = reported(layout)
    return study.called(study.best("digits", family)).value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "verdict", "ends"),
    [
        ((0.02, 0.01, 0.031), "more accurate than", "+1.00 to +3.10"),
        ((-0.02, -0.031, -0.01), "less accurate than", "\u22123.10 to \u22121.00"),
        # an interval that touches zero tells nothing apart
        ((0.005, 0.0, 0.011), "not measurably better or worse than", "0.00 to +1.10"),
        ((0.1, None, None), "not measurably better or worse than", "\u2013"),
    ],
)
def test_the_answer_has_verdict_number_and_interval(
    copy: Layout, numbers: Interval, verdict: str, ends: str
) -> None:
    edited(ComparisonRow, copy.comparisons, lambda row: interval(*numbers))
    mean = f"{100 * numbers[0]:+.2f}".replace("-", "\u2212")
    sentence = (
        f"{called(copy, 'convolutional')} is {verdict} {called(copy, 'dense')} on Optical digits, "
        f"8x8: {mean} percentage points of test accuracy (95% interval {ends})"
    )
    assert sentence in said(reported(copy), "answer")[0]
    assert sentence in said(reported(copy), "conclusion")[0]


def test_few_seeds_are_said_to_be_no_interval_over_seeds(copy: Layout) -> None:
    few = interval(0.02, 0.01, 0.031) | {"interval": "every run by its images"}
    edited(ComparisonRow, copy.comparisons, lambda row: few)
    assert (
        "(all pairs of runs, by their images, +1.00 to +3.10)" in said(reported(copy), "answer")[0]
    )


def test_networks_that_did_not_train_are_left_out_and_named(copy: Layout) -> None:
    dead = {"ahead": "not tested", "not_tested": "no start trained"}
    edited(ComparisonRow, copy.comparisons, lambda row: dead)
    edited(
        SummaryRow, copy.summary,
        lambda row: {"not_tested": "no start trained"} if row.case == "conv_small"
        else {"trained_seeds": 3} if row.case == "dense_1" else {},
    )  # fmt: skip
    study = reported(copy)
    text = " ".join(said(study, "results"))
    assert "No verdict rests on conv_small: no start trained." in text
    assert "Of dense_1 3 of 10 starts trained (" in text
    assert said(study, "answer")[0].startswith("Answer. No pair of")
    assert "But: 1 of 10 cases did not train here" in said(study, "price")[0]


@pytest.mark.parametrize(
    ("file", "rows", "caveat"),
    [
        ("plan", {"datasets__digits__other_data": "a sample"}, "other data"),
        ("summary", {"test_accuracy_low": None}, "few seeds"),
        ("selection", {"edge": ["l2"], "settings": {"l2": 1e-3}}, "edge"),
    ],
)
def test_what_the_reader_of_the_answer_must_know(
    copy: Layout, file: str, rows: dict[str, Any], caveat: str
) -> None:
    assert caveat not in caveats(reported(copy)) or file == "selection"
    if file == "summary":
        edited(SummaryRow, copy.summary, lambda row: rows)
    else:
        changed(copy.plan("report") if file == "plan" else copy.selection("dense_1"), **rows)
    assert caveat in caveats(reported(copy))
    assert len(said(reported(copy), "price")) <= 2 + MOST_CAVEATS


# -- forms of the same images


def test_one_seed_has_no_interval(copy: Layout) -> None:
    edited(DifficultyRow, copy.difficulty, lambda row: interval(-0.01, None, None))
    assert cells(reported(copy), "difficulty", "digits")[1][3:5] == ["\u22121.00", "\u2013"]


def test_the_section_on_forms_stands_behind_the_results(layout: Layout) -> None:
    made = document(layout)
    titles = [each["title"] for each in made["sections"]]
    assert titles[titles.index("The same images, changed") - 1] == "Results"
    kinds = [block["kind"] for block in section(made, "The same images, changed")["blocks"]]
    assert kinds == ["paragraph", "table", "figure"]
    rows = cells(reported(layout), "difficulty", "digits")
    assert [row[0] for row in rows] == [
        "Optical digits, turned, 6x6", "dense_1", "lenet5_8", "convolutional minus dense",
    ]  # fmt: skip
    study = reported(layout).results
    before, after = (study.summary(case).test_accuracy_mean for case in
                     ("dense_1", "dense_1_turned"))  # fmt: skip
    assert rows[1][1:3] == [f"{100 * before:.2f}", f"{100 * after:.2f}"]


# -- engines


def test_the_largest_difference_of_engines_and_the_range_of_times_are_said(copy: Layout) -> None:
    by_case = {"convNet1_3-numpy": (-0.004, 4.0), "dense_2-numpy": (0.001, 0.5)}

    def alike(row: EngineRow) -> dict[str, Any]:
        mean, ratio = by_case[row.case_a]
        return interval(mean, mean - 0.001, mean + 0.001) | {"time_ratio": ratio}

    edited(EngineRow, copy.engine_comparisons, alike)
    assert said(reported(copy), "engines", "digits")[0].endswith(
        "NumPy and TensorFlow differ most for convNet1_3, by \u22120.40 points, and training takes "
        "0.500 to 4.00 times as long in NumPy as in TensorFlow."
    )


def test_the_section_on_engines_is_there_where_two_train_alike(copy: Layout) -> None:
    made = document(copy)
    titles = [each["title"] for each in made["sections"]]
    place = titles.index("Architecture or implementation?")
    assert titles[place - 1 : place + 2] == ["The same images, changed", titles[place], "Cost"]
    kinds = [block["kind"] for block in made["sections"][place]["blocks"]]
    assert kinds == ["paragraph", "table", "figure"]
    table = made["sections"][place]["blocks"][1]
    assert [row["family"] for row in table["rows"]] == ["dense", "convolutional"]
    row = by_title(reported(copy), "engines", "digits", "dense_2")
    assert row["training NumPy (s)"] != row["training TensorFlow (s)"]
    # searches may choose different settings for the engines: then no network is comparable
    edited(EngineRow, copy.engine_comparisons, lambda row: None)
    assert "implementation?" not in str([each["title"] for each in document(copy)["sections"]])
