"""Sentences on differences follow the sign and the interval: verdicts, forms of images, engines."""

from typing import Any

import pytest

from densevsconv.results.tables import ComparisonRow, DifficultyRow, EngineRow, SummaryRow
from densevsconv.store.layout import Layout
from tests.support.reported import (
    by_title,
    cells,
    document,
    edited,
    interval,
    reported,
    said,
    section,
)

Interval = tuple[float, float | None, float | None]
FALLEN: Interval = (-0.08, -0.09, -0.07)
RISEN: Interval = (0.02, 0.01, 0.03)
UNCHANGED: Interval = (0.001, -0.002, 0.004)


# -- two families


def compared(layout: Layout, numbers: Interval) -> None:
    edited(ComparisonRow, layout.comparisons, lambda row: interval(*numbers))


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((0.02, 0.01, 0.031),
         "{conv} beats {dense} by 2.00 percentage points (95% interval 1.00 to 3.10)."),
        ((-0.02, -0.031, -0.01),
         "{dense} beats {conv} by 2.00 percentage points (95% interval 1.00 to 3.10)."),
        ((0.005, -0.001, 0.011),
         "{conv} and {dense} cannot be told apart: the difference, convolutional minus dense, is "
         "+0.50 percentage points (95% interval \u22120.10 to +1.10)."),
        # an interval that touches zero tells nothing apart
        ((0.005, 0.0, 0.01), "{conv} and {dense} cannot be told apart: the difference,"),
        ((0.1, None, None), "{conv} and {dense} could not be compared, for want of finished"),
    ],
)  # fmt: skip
def test_the_verdict(copy: Layout, numbers: Interval, sentence: str) -> None:
    compared(copy, numbers)
    study = reported(copy)
    best = {"conv": study.best("digits", "convolutional"), "dense": study.best("digits", "dense")}
    for section_ in (said(study, "results", "digits")[1], said(study, "abstract")[0]):
        assert sentence.format(**best) in section_


def test_few_seeds_are_said_to_be_no_interval_over_seeds(copy: Layout) -> None:
    few = interval(0.02, 0.01, 0.031) | {"interval": "every run by its images"}
    edited(ComparisonRow, copy.comparisons, lambda row: few)
    assert (
        "(all pairs of runs, by their images, 1.00 to 3.10)"
        in said(reported(copy), "results", "digits")[1]
    )


@pytest.mark.parametrize(
    ("numbers", "start"),
    [
        (RISEN, "Every convolutional case beats every dense one of the same engine beyond"),
        (FALLEN, "Every dense case beats every convolutional one of the same engine beyond"),
        (UNCHANGED, "Neither family wins everywhere: the order depends on the pair."),
    ],
)
def test_the_tally(copy: Layout, numbers: Interval, start: str) -> None:
    compared(copy, numbers)
    assert start in said(reported(copy), "results", "digits")[1]


def test_who_wins_or_loses_against_the_whole_other_family_is_named(copy: Layout) -> None:
    def change(row: ComparisonRow) -> dict[str, Any]:
        by_case = {"conv_small": RISEN, "lenet5_8": FALLEN}
        return interval(*by_case.get(row.case_a, UNCHANGED))

    edited(ComparisonRow, copy.comparisons, change)
    assert (
        "conv_small beats every dense case of the same engine beyond the interval; every dense "
        "case beats lenet5_8 of the same engine beyond the interval."
    ) in said(reported(copy), "results", "digits")[1]


@pytest.mark.parametrize("tested", [2, 1, 0])
def test_networks_that_did_not_train_are_left_out_and_named(copy: Layout, tested: int) -> None:
    reason = "no start trained"
    pairs = reported(copy).results.pairs("digits")
    own = [pair for pair in pairs if pair[0] == pairs[-1][0]]
    kept = own[: {0: 0, 1: 1, 2: len(own)}[tested]]

    def change(row: ComparisonRow) -> dict[str, Any]:
        told = interval(*RISEN)
        dead = (row.case_a, row.case_b) not in kept
        return told | {"ahead": "not tested", "not_tested": reason} if dead else told

    edited(ComparisonRow, copy.comparisons, change)
    edited(
        SummaryRow, copy.summary,
        lambda row: {"not_tested": reason} if row.case == "conv_small"
        else {"trained_seeds": 3} if row.case == "dense_1" else {},
    )  # fmt: skip
    text = " ".join(said(reported(copy), "results", "digits"))
    beats = f"{own[0][0]} beats every dense case of the same engine beyond the interval."
    assert (beats in text) == (tested == 2)
    assert ("very" in text.split("compares all pairs")[1].split("refitted")[0]) == (tested == 2)
    assert f"No verdict rests on conv_small: {reason}." in text
    assert "Of dense_1 3 of 10 starts trained (" in text
    abstract = said(reported(copy), "abstract")[0]
    cases = len(reported(copy).cases("digits"))
    assert f"1 of {cases} cases on Optical digits, 8x8 did not train and is left out." in abstract


# -- forms of the same images


def difficult(layout: Layout, dense: Interval, conv: Interval, lead: Interval) -> str:
    by_family = {"dense": dense, "convolutional": conv, None: lead}
    edited(DifficultyRow, layout.difficulty, lambda row: interval(*by_family[row.family]))
    leads = {("lenet5_8", "dense_1"): 0.02, ("lenet5_8_turned", "dense_1_turned"): -0.03}

    def comparison(row: ComparisonRow) -> dict[str, Any]:
        return {"difference_mean": leads.get((row.case_a, row.case_b), 0.5)}

    edited(ComparisonRow, layout.comparisons, comparison)
    return said(reported(layout), "difficulty", "digits")[1]


def test_what_falls_what_stays_and_what_becomes_of_the_lead(copy: Layout) -> None:
    assert difficult(copy, UNCHANGED, FALLEN, (-0.05, -0.06, -0.04)) == (
        "On Optical digits, turned, 6x6, accuracy falls beyond the interval for none of 1 dense "
        "network and for 1 of 1 convolutional network. dense_1 is unchanged within its interval "
        "(+0.10 percentage points, 95% interval \u22120.20 to +0.40). lenet5_8 loses 8.00 "
        "percentage points (95% interval 7.00 to 9.00). Convolutional minus dense, the best of "
        "each by validation, goes from +2.00 points on the reference (lenet5_8, dense_1) to "
        "\u22123.00 (lenet5_8_turned, dense_1_turned): this distance falls by 5.00 percentage "
        "points (95% interval 4.00 to 6.00)."
    )
    told = said(reported(copy), "abstract")[0]
    assert "in other forms too: Optical digits, turned, 6x6 (1,294 training images, rot" in told
    assert "On Optical digits, turned, 6x6, accuracy falls beyond" in told
    assert "goes from +2.00 to \u22123.00 points: this distance falls by 5.00" in told


def test_what_rises_is_said_to_rise(copy: Layout) -> None:
    text = difficult(copy, RISEN, UNCHANGED, (0.05, 0.04, 0.06))
    assert "; it rises for 1 of 1 dense network and for none of 1 convolutional network." in text
    assert "dense_1 gains 2.00 percentage points (95% interval +1.00 to +3.00)." in text
    assert "this distance rises by 5.00 percentage points (95% interval +4.00 to +6.00)." in text


@pytest.mark.parametrize("numbers", [(-0.01, -0.02, 0.0), (0.01, 0.0, 0.02)])
def test_an_interval_that_touches_zero_says_unchanged(copy: Layout, numbers: Interval) -> None:
    text = difficult(copy, numbers, UNCHANGED, UNCHANGED)
    assert "falls beyond the interval for none of 1 dense network" in text
    assert "dense_1 is unchanged within its interval" in text
    assert "this distance is unchanged within its interval" in text


def test_one_seed_has_no_interval(copy: Layout) -> None:
    single = (-0.01, None, None)
    text = difficult(copy, single, single, single)
    assert (
        "dense_1 differs by \u22121.00 percentage points, of too few seeds for an interval." in text
    )
    assert cells(reported(copy), "difficulty", "digits")[1][3:5] == ["\u22121.00", "\u2013"]


def test_the_section_on_forms_stands_behind_the_results(layout: Layout) -> None:
    made = document(layout)
    titles = [each["title"] for each in made["sections"]]
    assert titles[titles.index("Difficulty") - 1] == "Results"
    kinds = [block["kind"] for block in section(made, "Difficulty")["blocks"]]
    assert kinds == ["paragraph", "paragraph", "table", "figure"]
    rows = cells(reported(layout), "difficulty", "digits")
    assert [row[0] for row in rows] == [
        "Optical digits, turned, 6x6", "dense_1", "lenet5_8", "convolutional minus dense",
    ]  # fmt: skip
    study = reported(layout).results
    before, after = (study.summary(case).test_accuracy_mean for case in
                     ("dense_1", "dense_1_turned"))  # fmt: skip
    assert rows[1][1:3] == [f"{100 * before:.2f}", f"{100 * after:.2f}"]


# -- engines

EQUAL: Interval = (0.0, 0.0, 0.0)


def engines(
    layout: Layout, conv: tuple[Interval, float] | None, dense: tuple[Interval, float] | None,
    families: tuple[float, float] = (0.02, 0.03),
) -> list[str]:  # fmt: skip
    """Return the section; ``families``: convolutional minus dense on NumPy, and on TensorFlow."""
    by_case = {"convNet1_3-numpy": conv, "dense_2-numpy": dense}

    def alike(row: EngineRow) -> dict[str, Any] | None:
        if (found := by_case[row.case_a]) is None:
            return None
        differ = 0.0 if found[0] == EQUAL else 0.1
        return interval(*found[0]) | {"time_ratio": found[1], "answers_differ": differ}

    def family(row: ComparisonRow) -> dict[str, Any]:
        alike = row.case_a.endswith("-numpy") and row.case_b.endswith("-numpy")
        across = row.case_a.endswith("-numpy") != row.case_b.endswith("-numpy")
        # across engines: never compared
        return {"difference_mean": families[not alike] if not across else 0.9}

    edited(EngineRow, layout.engine_comparisons, alike)
    edited(ComparisonRow, layout.comparisons, family)
    return said(reported(layout), "engines", "digits")


def test_the_reading_counts_and_ranges(copy: Layout) -> None:
    reading = engines(copy, ((-0.004, -0.006, -0.002), 4.0), (EQUAL, 0.5))[1]
    assert reading == (
        "The 95% interval of the difference in test accuracy, NumPy minus TensorFlow, holds zero "
        "for 1 of 2 networks. For 1 of them the engines score exactly the same, seed by seed. The "
        "largest difference, of convNet1_3, is \u22120.40 percentage points. Training in NumPy "
        "takes 0.500 to 4.00 times as long as in TensorFlow; NumPy is the faster one for 1 of 2."
    )
    assert (
        "Trained alike by NumPy and by TensorFlow, one and the same network differs in test "
        "accuracy by at most 0.40 percentage points on Optical digits, 8x8, and takes 0.500 to "
        "4.00 times as long in NumPy as in TensorFlow."
    ) in said(reported(copy), "abstract")[0]


def test_an_interval_that_could_not_be_estimated_holds_nothing(copy: Layout) -> None:
    text = engines(copy, ((0.0, None, None), 1.5), (EQUAL, 2.0))[1]
    assert "holds zero for 1 of 2 networks" in text


def test_all_networks_are_called_all(copy: Layout) -> None:
    reading = engines(copy, (UNCHANGED, 1.5), (EQUAL, 2.0))[1]
    assert "holds zero for all 2 networks" in reading
    assert "NumPy is the faster one for none of 2." in reading


@pytest.mark.parametrize(
    ("difference", "end"),
    [
        (0.019, "more in every pair than the 1.90 by which the engines differ at most: the network "
                "and its training decide how accurate it is, not the implementation."),
        (-0.025, "the engines differ by 2.50 at most: less than the architectures can differ, but "
                 "not less than every pair of them does."),
        (0.04, "the engines differ by up to 4.00: no less than the architectures, so that here a "
               "difference between architectures can be the implementation's."),
    ],
)  # fmt: skip
def test_the_size_against_that_of_the_architectures(
    copy: Layout, difference: float, end: str
) -> None:
    text = engines(copy, ((difference,) * 3, 1.0), None, families=(-0.02, 0.03))[2]
    assert text == (
        "Between a convolutional and a dense network on the same engine the difference is 2.00 to "
        f"3.00 percentage points, {end}"
    )


def test_the_section_on_engines_is_there_where_two_train_alike(copy: Layout) -> None:
    made = document(copy)
    titles = [each["title"] for each in made["sections"]]
    place = titles.index("Architecture or implementation?")
    assert titles[place - 1 : place + 2] == ["Cost", titles[place], "Limits"]
    kinds = [block["kind"] for block in made["sections"][place]["blocks"]]
    assert kinds == ["paragraph", "paragraph", "paragraph", "table", "figure"]
    table = made["sections"][place]["blocks"][3]
    assert [row["family"] for row in table["rows"]] == ["dense", "convolutional"]
    row = by_title(reported(copy), "engines", "digits", "dense_2")
    assert row["training NumPy (s)"] != row["training TensorFlow (s)"]
    # searches may choose different settings for the engines: then no network is comparable
    edited(EngineRow, copy.engine_comparisons, lambda row: None)
    assert "implementation?" not in str([each["title"] for each in document(copy)["sections"]])
    assert "Trained alike" not in said(reported(copy), "abstract")[0]
