"""The sections on a publication: its numbers, its claims and its figures beside this study's."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from densevsconv.claims.kind import verdict
from densevsconv.report import claims
from densevsconv.report.publication import Model, models
from densevsconv.report.study import Reported
from densevsconv.results.claims import ClaimRecord, ClaimTestRecord
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from tests.support.pointers import value_at
from tests.support.reported import cells, changed, document, reported, said, section
from tests.support.synthetic import Form

DENSE = {"name": "denseNet2_20", "accuracy": 0.942, "seconds": 6.8, "source": "Table I"}
CONV = {"name": "convNet1_3", "accuracy": 0.889, "seconds": 72.2, "source": "Table I, Figure 7"}
PAIR = "Pixels over 16 give the published pair."


def near(case: str, value: float) -> dict[str, Any]:
    return {"near": {"case": case, "value": value}}


REPRODUCED: dict[str, Any] = {
    "publication": "A. Author (2022). A comparison. A journal 1(2), 3-4.",
    "cases": {
        "denseNet2_20_coded_16": ("denseNet2_20", 0.945, "list", "digits", {"scaling": 16.0}),
        "denseNet2_20_coded_255": ("denseNet2_20", 0.94, "list", "digits", {"scaling": 255.0}),
        "denseNet2_20_coded_1": ("denseNet2_20", 0.91, "list", "digits", {"scaling": "none"}),
        "denseNet2_20_published-numpy": ("denseNet2_20", 0.93, "list"),
        "denseNet2_20_published-tensorflow": ("denseNet2_20", 0.93, "list"),
        "denseNet2_20_corrected": ("denseNet2_20", 0.96, "grid"),
        "denseNet2_20_xavier_coded": ("denseNet2_20", 0.2, "list"),
        "convNet1_3_coded_16": ("convNet1_3", 0.89, "list", "digits", {"scaling": 16.0}),
        "convNet1_3_coded_255": ("convNet1_3", 0.57, "list", "digits", {"scaling": 255.0}),
        "convNet1_3_published-numpy": ("convNet1_3", 0.82, "list"),
        "convNet1_3_corrected": ("convNet1_3", 0.965, "grid"),
        "lenet5_8_published": ("lenet5_8", 0.82, "list", "again"),
    },
    "datasets": {"digits": Form(title="8x8 digits"), "again": Form(title="A sample", base="else")},
    "titles": {
        "denseNet2_20_coded_16": "denseNet2_20, as coded, pixels over 16",
        "denseNet2_20_coded_255": "denseNet2_20, as coded, pixels over 255",
        "denseNet2_20_published-numpy": "denseNet2_20, as published (NumPy)",
    },
    "published": {
        "denseNet2_20_published-numpy": DENSE,
        "denseNet2_20_published-tensorflow": DENSE,
        "convNet1_3_published-numpy": CONV,
        "lenet5_8_published": {
            "name": "", "accuracy": None, "seconds": None, "source": "Table I, for all images",
        },
    },
    "claims": {
        "pair_16": {
            "text": PAIR, "source": "Table I", "group": "reconstruction",
            "tests": [near("denseNet2_20_coded_16", 0.942), near("convNet1_3_coded_16", 0.889)],
        },
        "pair_255": {
            "text": "Pixels over 255 give the published pair.", "group": "reconstruction",
            "tests": [near("denseNet2_20_coded_255", 0.942), near("convNet1_3_coded_255", 0.889)],
        },
        "one_undivided": {
            "text": "Undivided pixels give what was published.", "group": "reconstruction",
            "tests": [near("denseNet2_20_coded_1", 0.942)],
        },
        "dense_beats_conv": {
            "text": "The dense network is the more accurate one.", "source": "Section VI",
            "tests": [
                {"difference": {"a": "denseNet2_20_published-numpy",
                                "b": "convNet1_3_published-numpy"}},
                {"difference": {"a": "denseNet2_20_published-tensorflow",
                                "b": "convNet1_3_published-numpy"}},
            ],
        },
        "hardest": {
            "text": "The digit 8 is the hardest.",
            "tests": [{"hardest_class": {"cases": ["lenet5_8_published"], "classes": ["8"]}}],
        },
        "ten_times": {
            "text": "Convolution takes ten times as long.",
            "tests": [{"time_ratio": {"a": "convNet1_3_published-numpy",
                                      "b": "denseNet2_20_published-numpy",
                                      "value": 10.6, "factor": 2.0}}],
        },
        "overfits": {
            "text": "Nothing overfits.",
            "tests": [{"overfits": {"others": ["convNet1_3_corrected"], "margin": 0.05}}],
        },
        "fails": {
            "text": "Both stay below 90%.",
            "tests": [{"accuracy": {"cases": ["convNet1_3_published-numpy",
                                              "convNet1_3_corrected", "denseNet2_20_corrected"],
                                    "at_most": 0.9}}],
        },
    },
    "counterparts": {
        "Figure 10": {"figure": "loss_curves", "cases": ["convNet1_3_published-numpy"]},
        "Figure 5": {"figure": "samples", "dataset": "digits"},
        "Figure 6": {"figure": "curves_and_confusion",
                     "cases": ["denseNet2_20_published-numpy", "denseNet2_20_corrected"]},
        "Figure 7": None,
        "Table I": {"table": "published"},
        "Equation 50": {"table": "gradients", "cases": ["convNet1_3_published-numpy"]},
        "Figure 9": {"figure": "search_map", "cases": ["convNet1_3_corrected"]},
        "Figure 11": {"figure": "test_images", "cases": ["convNet1_3_published-numpy"]},
        "Figure 12": {"figure": "feature_maps", "cases": ["convNet1_3_published-numpy"]},
        "Figure 13": {"figure": "predictions", "cases": ["convNet1_3_published-numpy"]},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def study(reproduced: Layout) -> Reported:
    return reported(reproduced)


@pytest.fixture(scope="module")
def made(reproduced: Layout) -> dict[str, Any]:
    return document(reproduced)


@pytest.fixture
def again(reproduced: Layout, tmp_path: Path) -> Layout:
    """A copy whose files a test may change."""
    return Layout(shutil.copytree(reproduced.root, tmp_path / "again"))


# -- published and found


def test_the_gradients_are_checked_array_by_array(again: Layout) -> None:
    rows = cells(reported(again), "gradients")
    assert rows[0] == ["convNet1_3_published-numpy"]
    assert [row[:3] for row in rows[1:]] == [
        ["0_conv/kernel", "27", "27"], ["0_conv/bias", "3", "3"],
        ["2_dense/kernel", "3,840", "32"], ["2_dense/bias", "20", "20"],
        ["3_dense/kernel", "200", "32"], ["3_dense/bias", "10", "10"],
    ]  # fmt: skip
    assert all(re.fullmatch(r"\d\.\de\u2212\d+", row[3]) for row in rows[1:])
    text = said(reported(again), "gradients")[-1]
    assert ", below the 1.0e\u22126 from which a gradient counts as wrong" in text
    changed(again.gradients, worst=1e-5)
    text = said(reported(again), "gradients")[-1]
    assert "is 1.0e\u22125, not below the 1.0e\u22126" in text


def test_versions_are_grouped_by_network_and_in_order(study: Reported) -> None:
    dense, conv = models(study, "digits")
    assert list(dense.versions.values()) == [
        "denseNet2_20_coded_1", "denseNet2_20_coded_16", "denseNet2_20_coded_255",
        "denseNet2_20_published-numpy", "denseNet2_20_published-tensorflow",
        "denseNet2_20_corrected",
    ]  # fmt: skip
    assert (conv.name, next(iter(conv.versions))) == ("convNet1_3", ("coded_16", "tensorflow"))
    # the same version, on the same engine where there is one
    assert dense.like("coded_255", "tensorflow") == "denseNet2_20_coded_255"
    assert dense.like("published", "numpy") == "denseNet2_20_published-numpy"
    assert dense.like("published", "tensorflow") == "denseNet2_20_published-tensorflow"
    assert dense.like("corrected", "numpy") == "denseNet2_20_corrected"  # another engine
    assert conv.like("coded_1", "tensorflow") == "convNet1_3_coded_16"  # nearest there is
    two = Model("net", "a", {("coded_1", "numpy"): "a", ("coded_2", "tensorflow"): "b"})
    assert two.like("coded_2", "numpy") == "b"  # the version before the engine


def test_the_table_sets_what_was_published_over_what_was_found(study: Reported) -> None:
    rows = cells(study, "published")
    place = rows.index(["convNet1_3, 8x8 digits"])
    assert rows[place + 1] == [
        "published (Table I, Figure 7)", "88.90", "", "", "", "72.2", f"{72.2 / 6.8:.1f}",
    ]  # fmt: skip
    own, first = (
        study.results.summary(f"{name}_published-numpy") for name in ("convNet1_3", "denseNet2_20")
    )
    (found,) = [row for row in rows if row[0] == "convNet1_3_published-numpy"]
    assert found[1] == f"{100 * own.test_accuracy_mean:.2f}"
    assert found[3:5] == ["10", "\u2013"]
    assert found[6] == f"{own.train_seconds_median / first.train_seconds_median:.2f}"
    near = {row[0]: row[4] for row in rows if len(row) > 1}
    assert near["as coded, pixels over 16"] == "yes"
    assert near["convNet1_3_coded_255"] == "no"
    assert near["denseNet2_20_coded_1"] == "no"


def test_a_network_of_which_no_score_is_compared_shows_none(study: Reported) -> None:
    rows = cells(study, "published")
    place = rows.index(["lenet5_8, A sample"])
    dash = "\u2013"
    assert rows[place + 1] == [
        "published (Table I, for all images)", dash, "", "", "", dash, dash,
    ]  # fmt: skip
    assert rows[place + 2][0] == "lenet5_8_published"


def test_the_table_of_accuracies_is_there_again(study: Reported) -> None:
    rows = {row[0]: row[1:] for row in cells(study, "again")}
    summary = study.results.summary
    # of several readings of the code that which comes nearest
    coded = [f"denseNet2_20_coded_{scale}" for scale in (1, 16, 255)]
    nearest = min(coded, key=lambda case: abs(summary(case).test_accuracy_mean - 0.942))
    low, high = summary(nearest).test_accuracy_lowest, summary(nearest).test_accuracy_highest
    dense = rows["denseNet2_20, 8x8 digits"]
    assert dense[:2] == ["94.2", f"{100 * low:.1f} to {100 * high:.1f}"]
    assert dense[4] == "as coded"
    assert rows["lenet5_8, A sample"][0] == "\u2013"


def test_other_data_are_said_and_not_compared(again: Layout) -> None:
    changed(again.plan("report"), datasets__digits__other_data="a part of it")
    told = {row[0]: row[5] for row in cells(reported(again), "again")}
    assert told["denseNet2_20, 8x8 digits"] == "other data"


def test_the_publication_is_cited_where_there_is_one(
    made: dict[str, Any], layout: Layout, reproduced: Layout
) -> None:
    texts = {each["key"]: each["parts"][0]["value"] for each in made["references"]}
    assert texts["publication"] == REPRODUCED["publication"]
    other = document(layout)
    assert "publication" not in {each["key"] for each in other["references"]}
    titles = {each["title"] for each in other["sections"]}
    assert not {"Published and found", "Claims", "Every test of the claims"} & titles
    # what a network's own file names as its source apart, nothing is said of any
    words = str([each for each in other["sections"] if each["title"] != "Method"])
    assert not re.search("[Pp]ublication|reproduce|Fossheim|claims tested", words)
    assert "reproduces" in " ".join(said(reported(reproduced), "method"))
    assert "reproduces" not in " ".join(said(reported(layout), "method"))


# -- claims


def claim_rows(study: Reported) -> dict[str, list[str]]:
    return {row[0]: row for row in cells(study, "claims") if len(row) > 1}


def stored(study: Reported, claim: str) -> list[ClaimTestRecord]:
    return study.results.claims.claims[claim].tests


def test_each_claim_has_its_verdict_and_the_test_that_decides(study: Reported) -> None:
    rows = claim_rows(study)
    assert len(rows) == len(study.results.claims.claims)
    # the third is outside too, the second furthest
    tests = stored(study, "fails")
    assert [test.verdict for test in tests] == ["holds", "fails", "fails"]
    estimate, low, high = (100 * (value or 0) for value in
                           (tests[1].estimate, tests[1].low, tests[1].high))  # fmt: skip
    assert rows["Both stay below 90%."] == [
        "Both stay below 90%.", "fails",
        f"{estimate:.2f}%", f"{low:.2f} to {high:.2f}", "below 90.00",
    ]  # fmt: skip
    # of tests that hold, the one that comes nearest to its bound
    weakest = min(stored(study, "dense_beats_conv"), key=lambda test: test.low or 0)
    row = rows["The dense network is the more accurate one. (Section VI)"]
    assert row[1] == "holds"
    assert row[2] == f"+{100 * (weakest.estimate or 0):.2f} points"
    assert row[4] == "above 0.00"


def test_units_and_bounds_follow_the_quantity(study: Reported) -> None:
    rows = claim_rows(study)
    assert rows["Convolution takes ten times as long."][2].endswith(" times")
    assert rows["Convolution takes ten times as long."][4] == "5.30 to 21.2"
    hardest = rows["The digit 8 is the hardest."]
    assert hardest[2].endswith(" points")
    found = stored(study, "hardest")[0].found_class
    named = f"the class of lowest recall of lenet5_8_published is 8; found: {found}"
    assert any(row[0].startswith(named) for row in cells(study, "claim_tests"))
    assert rows["Nothing overfits."][4] == "below 5.00"


@pytest.mark.parametrize(
    ("of_all", "ends", "place"),
    [
        ("fails", [(0.5, 0.6), (0.1, 0.2), (0.2, 0.25)], 1),  # claimed: above 0.3
        ("holds", [(0.5, 0.6), (0.4, 0.9)], 1),
        ("cannot be told", [(0.5, 0.6), (0.2, 0.9), (None, None)], 1),
    ],
)
def test_which_test_decides(of_all: str, ends: list[tuple[Any, Any]], place: int) -> None:
    tests = [
        ClaimTestRecord.model_construct(
            low=low, high=high, above=0.3, below=None, verdict=verdict(low, high, 0.3, None)
        )
        for low, high in ends
    ]
    assert claims.decisive(ClaimRecord.model_construct(verdict=of_all, tests=tests)) == place


def test_the_text_counts_verdicts_and_says_what_many_tests_are_worth(study: Reported) -> None:
    text, found = said(study, "claims")[0], read_json(study.at.claims)
    many = found["multiple_testing"]
    assert f"The {many['tests']} tests are not corrected for their number" in text
    wrong = many["wrong_verdicts_expected_at_most"]
    assert f"at most {wrong:.3f} of the verdicts" in text
    told = found["groups"]["conclusions"]
    counted = f"conclusions {told['holds']} hold, {told['fails']} fail"
    assert counted in said(study, "answer")[0]
    assert "The digit 8 is the hardest." in " ".join(said(study, "conclusion"))


def test_what_is_not_tested_or_depends_on_the_engine_is_said_in_its_row(again: Layout) -> None:
    content = read_json(again.claims)
    pair, beats = content["claims"]["pair_16"], content["claims"]["dense_beats_conv"]
    pair["verdict"] = pair["tests"][0]["verdict"] = "not tested here"
    pair["tests"][0]["not_tested"] = "other data: a sample"
    twin = {"engine": "tensorflow", "verdict": "fails", "tests": beats["tests"][:1]}
    twin["tests"] = [twin["tests"][0] | {"verdict": "fails", "cases": ["lenet5_8_published"]}]
    beats |= {"verdict": "depends on the implementation", "twins": [twin]}
    content["groups"]["conclusions"]["depends on the implementation"] = 1
    write_json(again.claims, content)
    study = reported(again)
    rows = claim_rows(study)
    row = rows[f"{PAIR} (Table I)"]
    assert row[1] == "not tested here"
    assert "; other data: a sample" in str(cells(study, "claim_tests"))
    beaten = "The dense network is the more accurate one. (Section VI)"
    assert rows[beaten][1] == "depends on the implementation"
    assert rows["\u2013 trained by TensorFlow"][1] == "fails"
    assert ["\u2013 trained by TensorFlow: fails"] in cells(study, "claim_tests")
    assert "1 depend on the implementation" in said(study, "answer")[0]


def test_every_test_of_every_claim_is_in_the_appendix(study: Reported) -> None:
    rows = [row for row in cells(study, "claim_tests") if len(row) > 1]
    assert len(rows) == read_json(study.at.claims)["multiple_testing"]["tests"]
    assert (
        "the published test accuracy is one that a run of convNet1_3_coded_16 may have (88.90%); "
        "prediction of one run" in [row[0] for row in rows]
    )


def test_a_claim_of_one_seed_has_no_interval(again: Layout) -> None:
    stored = read_json(again.claims)["claims"]
    test = stored["one_undivided"]["tests"][0]
    test |= {"low": None, "high": None, "verdict": "cannot be told", "left_out": 2}
    stored["one_undivided"]["verdict"] = "cannot be told"
    changed(again.claims, claims=stored)
    study = reported(again)
    row = claim_rows(study)["Undivided pixels give what was published."]
    assert (row[1], row[3]) == ("cannot be told", "\u2013")
    assert any(
        re.fullmatch(r"10, \d+ below \(2 left out\)", row[-1])
        for row in cells(study, "claim_tests")
    )


# -- the publication's figures, numbered alike


def test_the_first_table_says_where_each_figure_is(made: dict[str, Any]) -> None:
    blocks = section(made, "Published and found")["blocks"]
    tables = [block for block in blocks if block["kind"] == "table"]
    assert [table["id"] for table in tables] == ["published", "counterparts"]
    rows = [row["cells"] for row in tables[1]["rows"]]
    # tables first, then figures by number; what a scale takes out (null) is not there
    assert [(row[0][0]["value"], row[1][0]["kind"], row[1][0]["value"]) for row in rows] == [
        ("Equation 50", "table", "gradients"),
        ("Table I", "table", "published"),
        ("Figure 5", "figure", "samples-digits"),
        ("Figure 6", "figure", "curves_and_confusion-figure_6"),
        ("Figure 9", "figure", "search_map-digits"),
        ("Figure 10", "figure", "loss_curves-figure_10"),
        ("Figure 11", "figure", "test_images-figure_11"),
        ("Figure 12", "figure", "feature_maps-figure_12"),
        ("Figure 13", "figure", "predictions-figure_13"),
    ]
    # every reference has its target
    targets = {
        (block["kind"], block["id"]) for each in made["sections"] for block in each["blocks"]
        if block["kind"] != "paragraph"
    }  # fmt: skip
    assert {(row[1][0]["kind"], row[1][0]["value"]) for row in rows} <= targets
    blocks = section(made, "Figures of the publication")["blocks"]
    figure = next(block for block in blocks if block.get("id") == "curves_and_confusion-figure_6")
    words = "".join(part["value"] for part in figure["caption"])
    assert words.startswith("Figure 6 of the publication, again. ")


def test_what_is_missing_in_the_paper_is_in_the_supplement(made: dict[str, Any]) -> None:
    titles = [(each["title"], each["supplement"]) for each in made["sections"]]
    paper = [title for title, supplement in titles if not supplement]
    assert paper[:5] == ["", "", "Results", "Claims", "Published and found"]
    assert [supplement for _, supplement in titles] == sorted(each for _, each in titles)
    assert len(made["numbers"]) == len({*made["numbers"]})
    assert made["numbers"]["table:comparisons-digits"].startswith("S")
    assert made["numbers"]["table:results"] == "3"


def test_every_fact_is_what_its_file_says(reproduced: Layout, made: dict[str, Any]) -> None:
    assert any(" over " in fact["pointer"] for fact in made["facts"].values())
    for fact in made["facts"].values():
        assert value_at(reproduced.root, fact["source"], fact["pointer"]) == fact["value"], fact
