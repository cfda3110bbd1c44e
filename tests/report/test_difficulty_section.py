"""The section "Difficulty" says what difficulty.csv says, and is absent where that has no rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from densevsconv.report import abstract, difficulty
from densevsconv.report.document import build_document
from densevsconv.report.layout import ReportLayout
from densevsconv.report.study import Study
from densevsconv.results.tables import ComparisonRow, DifficultyRow
from densevsconv.store.files import write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv, write_csv
from tests.support.synthetic import make_study, plain

SPLIT = {"test": 0.2, "training_images": None}
Interval = tuple[float | None, float | None, float | None]


def row(kind: str, family: str, cases: tuple[str, ...], interval: Interval) -> dict[str, Any]:
    ends = dict(zip(("mean", "low", "high"), interval, strict=True))
    return {
        "base": "d", "dataset_a": "turned", "dataset_b": "d", "kind": kind, "family": family,
        "architecture": "", "engine": "numpy", "p_value": 0.01, "test": "paired t",
        **dict(zip(("case_a", "case_b", "minus_a", "minus_b"), cases, strict=False)),
        **{f"difference_{end}": value for end, value in ends.items()},
    }  # fmt: skip


def study_of(root: Path, dense: Interval, conv: Interval, lead: Interval) -> Study:
    """Return a study of a dense and a convolutional network on two forms of the same images."""
    layout = Layout(root / "s")
    cases = {
        f"{name}{suffix}": {
            "dataset": "turned" if suffix else "d", "engine": "numpy", "family": family,
            "architecture": {"name": name, "parameters": 1}, "training": {}, "points": [{}],
        }
        for name, family in (("net", "convolutional"), ("mlp", "dense"))
        for suffix in ("", "_turned")
    }  # fmt: skip
    datasets = {
        name: {"dataset": "d", "title": name.title(), "split": SPLIT, "transform": transform}
        for name, transform in (("d", []), ("turned", [{"rotation": 30.0}]))
    }
    plan = {"cases": cases, "datasets": datasets, "confidence": 0.95}
    write_json(layout.plan("report"), plan)
    rows = [
        row("network", "dense", ("mlp_turned", "mlp"), dense),
        row("network", "convolutional", ("net_turned", "net"), conv),
        row("lead", "", ("net_turned", "net", "mlp_turned", "mlp"), lead),
    ]
    empty = dict.fromkeys(DifficultyRow.columns())
    write_csv(layout.difficulty, DifficultyRow.columns(), [empty | each for each in rows])
    unused = dict.fromkeys(ComparisonRow.columns())
    leads = [
        unused | {"case_a": f"net{end}", "case_b": f"mlp{end}", "difference_mean": value}
        for end, value in (("", 0.02), ("_turned", -0.03))
    ]
    write_csv(layout.comparisons, ComparisonRow.columns(), leads)
    return Study(layout)


def reading(study: Study) -> str:
    return plain(study, difficulty.text(study, "d")[1])


UNCHANGED: Interval = (0.001, -0.002, 0.004)


def test_what_falls_what_stays_and_what_becomes_of_the_lead(tmp_path: Path) -> None:
    fallen = (-0.08, -0.09, -0.07)
    assert reading(study_of(tmp_path, UNCHANGED, fallen, (-0.05, -0.06, -0.04))) == (
        "On Turned, accuracy falls beyond the interval for none of 1 dense network and for 1 of 1 "
        "convolutional network. mlp is unchanged within its interval (+0.10 percentage points, 95% "
        "interval \u22120.20 to +0.40). net loses 8.00 percentage points (95% interval 7.00 to "
        "9.00). Convolutional minus dense, the best of each by validation, goes from +2.00 points "
        "on the reference (net, mlp) to \u22123.00 (net_turned, mlp_turned): this distance falls "
        "by 5.00 percentage points (95% interval 4.00 to 6.00)."
    )


def test_what_rises_is_said_to_rise(tmp_path: Path) -> None:
    text = reading(study_of(tmp_path, (0.02, 0.01, 0.03), UNCHANGED, (0.05, 0.04, 0.06)))
    assert "; it rises for 1 of 1 dense network and for none of 1 convolutional network." in text
    assert "mlp gains 2.00 percentage points (95% interval +1.00 to +3.00)." in text
    assert "this distance rises by 5.00 percentage points (95% interval +4.00 to +6.00)." in text


@pytest.mark.parametrize("interval", [(-0.01, -0.02, 0.0), (0.01, 0.0, 0.02)])
def test_an_interval_that_touches_zero_says_unchanged(tmp_path: Path, interval: Interval) -> None:
    text = reading(study_of(tmp_path, interval, UNCHANGED, UNCHANGED))
    assert "falls beyond the interval for none of 1 dense network" in text
    assert "mlp is unchanged within its interval" in text
    assert "this distance is unchanged within its interval" in text


def test_one_seed_has_no_interval(tmp_path: Path) -> None:
    single = (-0.01, None, None)
    text = reading(study_of(tmp_path, single, single, single))
    assert "mlp differs by \u22121.00 percentage points, of one seed." in text


def test_section_table_and_abstract_of_a_whole_report(
    layout: Layout, rendered: ReportLayout
) -> None:
    document = build_document(layout, rendered)
    titles = [section["title"] for section in document["sections"]]
    section = document["sections"][titles.index("Difficulty")]
    assert titles[titles.index("Difficulty") - 1] == "Results"
    kinds = [block["kind"] for block in section["blocks"]]
    assert kinds == ["paragraph", "paragraph", "table", "figure"]
    table = section["blocks"][2]
    cells = [[cell[0]["value"] for cell in row["cells"]] for row in table["rows"]]
    assert [row[0] for row in cells] == [
        "Optical digits, turned, 6x6", "dense_1", "lenet5_8", "convolutional minus dense",
    ]  # fmt: skip
    summary = {row["case"]: row for row in read_csv(layout.summary)}
    shown = [document["facts"][cell]["value"] for cell in cells[1][1:4]]
    before, after = (float(summary[case]["test_accuracy_mean"]) for case in
                     ("dense_1", "dense_1_turned"))  # fmt: skip
    assert shown == pytest.approx([before, after, after - before])  # reference, changed, difference
    study = Study(layout)
    (text,) = abstract.abstract(study)
    told = plain(study, text)
    assert "in other forms too: Optical digits, turned, 6x6 (1,294 training images, rot" in told
    assert "On Optical digits, turned, 6x6, accuracy falls beyond" in told


def test_without_forms_there_is_no_section(tmp_path: Path, captions: Path) -> None:
    cases = {"dense_a": ("dense_1", 0.95, "list"), "conv_a": ("lenet5_8", 0.9, "list")}
    layout = make_study(tmp_path / "results", "one", cases)
    assert read_csv(layout.difficulty) == []
    names = ReportLayout(tmp_path, "one", captions)
    titles = [section["title"] for section in build_document(layout, names)["sections"]]
    assert "Difficulty" not in titles
