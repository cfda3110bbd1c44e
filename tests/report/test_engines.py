"""The section on the engines says what engines.csv says, and is absent where that has no rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from densevsconv.report import engines
from densevsconv.report.document import build_document
from densevsconv.report.layout import ReportLayout
from densevsconv.report.study import Study
from densevsconv.results.tables import ComparisonRow, EngineRow
from densevsconv.stages import figures
from densevsconv.store.files import write_json, write_text
from densevsconv.store.layout import Layout
from densevsconv.store.tables import write_csv
from tests.support.synthetic import plain

CASES = ("net-numpy", "net-tensorflow", "mlp-numpy", "mlp-tensorflow")
Interval = tuple[float, float | None, float | None]
EQUAL: Interval = (0.0, 0.0, 0.0)


def engine_row(name: str, interval: Interval, ratio: float) -> dict[str, object]:
    ends = dict(zip(("mean", "low", "high"), interval, strict=True))
    return {
        "dataset": "d", "architecture": name, "case_a": f"{name}-numpy", "engine_a": "numpy",
        "case_b": f"{name}-tensorflow", "engine_b": "tensorflow", "p_value": None,
        "test": "paired t", "train_seconds_a": 2 * ratio, "train_seconds_b": 2,
        "time_ratio": ratio, **{f"difference_{end}": value for end, value in ends.items()},
    }  # fmt: skip


def study_of(
    root: Path,
    rows: list[dict[str, object]],
    families: tuple[float, float] = (0.02, 0.03),
) -> Study:
    """Return a study of two networks on two engines; ``families``: conv minus dense by engine."""
    layout = Layout(root / "s")
    cases = {
        case: {
            "dataset": "d", "engine": case.partition("-")[2], "architecture": {"parameters": 1},
            "family": "convolutional" if case.startswith("net") else "dense",
        }
        for case in CASES
    }  # fmt: skip
    write_json(layout.plan("report"), {"cases": cases, "confidence": 0.95, "datasets": {"d": {}}})
    write_csv(layout.engine_comparisons, EngineRow.columns(), rows)
    unused = dict.fromkeys(ComparisonRow.columns())
    compared = [
        {**unused, "dataset": "d", "case_a": f"net-{a}", "case_b": f"mlp-{b}",
         "difference_mean": value}
        for a, b, value in (
            ("numpy", "numpy", families[0]),
            ("tensorflow", "tensorflow", families[1]),
            ("numpy", "tensorflow", 0.9),  # across engines: never compared
        )
    ]  # fmt: skip
    write_csv(layout.comparisons, ComparisonRow.columns(), compared)
    return Study(layout)


def read(study: Study) -> list[str]:
    return [plain(study, text) for text in engines.text(study, "d")]


def test_without_rows_there_is_nothing_to_say(tmp_path: Path) -> None:
    study = study_of(tmp_path, [])
    assert engines.text(study, "d") == []
    assert engines.headline(study, "d") == ""


def test_the_reading_counts_and_ranges(tmp_path: Path) -> None:
    study = study_of(
        tmp_path,
        [
            engine_row("net", (-0.004, -0.006, -0.002), 4.0),
            engine_row("mlp", EQUAL, 0.5),
        ],
    )
    reading = read(study)[1]
    assert reading == (
        "The 95% interval of the difference in test accuracy, NumPy minus TensorFlow, holds zero "
        "for 1 of 2 networks. For 1 of them the engines score exactly the same, seed by seed. The "
        "largest difference, of net, is \u22120.40 percentage points. Training in NumPy takes "
        "0.500 to 4.00 times as long as in TensorFlow; NumPy is the faster one for 1 of 2."
    )
    assert plain(study, engines.headline(study, "d")) == (
        "Trained alike by NumPy and by TensorFlow, one and the same network differs in test "
        "accuracy by at most 0.40 percentage points, and takes 0.500 to 4.00 times as long in "
        "NumPy as in TensorFlow."
    )


def test_an_interval_that_could_not_be_estimated_holds_nothing(tmp_path: Path) -> None:
    rows = [engine_row("net", (0.0, None, None), 1.5), engine_row("mlp", EQUAL, 2.0)]
    assert "holds zero for 1 of 2 networks" in read(study_of(tmp_path, rows))[1]


def test_all_networks_are_called_all(tmp_path: Path) -> None:
    rows = [engine_row("net", (0.001, -0.001, 0.003), 1.5), engine_row("mlp", EQUAL, 2.0)]
    reading = read(study_of(tmp_path, rows))[1]
    assert "holds zero for all 2 networks" in reading
    assert "NumPy is the faster one for none of 2." in reading


@pytest.mark.parametrize(
    ("difference", "end"),
    [
        (0.019, "more in every pair than the 1.90 by which the engines differ at most: the "
                "network and its training decide how accurate it is, not the implementation."),
        (-0.025, "the engines differ by 2.50 at most: less than the architectures can differ, "
                 "but not less than every pair of them does."),
        (0.04, "the engines differ by up to 4.00: no less than the architectures, so that here a "
               "difference between architectures can be the implementation's."),
    ],
)  # fmt: skip
def test_the_size_against_that_of_the_architectures(
    tmp_path: Path, difference: float, end: str
) -> None:
    rows = [engine_row("net", (difference, difference, difference), 1.0)]
    study = study_of(tmp_path, rows, families=(-0.02, 0.03))
    start = (
        "Between a convolutional and a dense network on the same engine the difference is 2.00 to "
        "3.00 percentage points, "
    )
    assert read(study)[2].replace("\u2019", "'") == start + end


def test_engines_are_compared_on_one_engine_only(tmp_path: Path) -> None:
    study = study_of(tmp_path, [])
    assert sorted(study.pairs("d")) == [
        ("net-numpy", "mlp-numpy"),
        ("net-tensorflow", "mlp-tensorflow"),
    ]


def test_the_section_of_a_whole_report(layout: Layout, rendered: ReportLayout) -> None:
    document = build_document(layout, rendered)
    titles = [section["title"] for section in document["sections"]]
    place = titles.index("Architecture or implementation?")
    assert titles[place - 1 : place + 2] == ["Cost", titles[place], "Limits"]
    kinds = [block["kind"] for block in document["sections"][place]["blocks"]]
    assert kinds == ["paragraph", "paragraph", "paragraph", "table", "figure"]
    table = document["sections"][place]["blocks"][3]
    names = [row["cells"][0][0]["value"] for row in table["rows"]]
    assert names == ["dense_2", "convNet1_3"]
    assert [row["family"] for row in table["rows"]] == ["dense", "convolutional"]
    assert "Architecture or implementation?</h2>" in rendered.page.read_text()


def test_a_figure_that_the_plan_promised_is_drawn_without_rows_too(
    layout: Layout, captions: Path, tmp_path: Path
) -> None:
    """Searches may choose different settings for the engines: then no network is comparable."""
    kept = layout.engine_comparisons.read_text()
    try:
        write_text(layout.engine_comparisons, kept.splitlines()[0] + "\n")
        figures.run(layout, reports=tmp_path)
        names = ReportLayout(tmp_path, layout.study, captions)
        assert names.figure("engines-digits", "svg").exists()
        document = build_document(layout, names)
    finally:
        write_text(layout.engine_comparisons, kept)
    assert "implementation?" not in " ".join(section["title"] for section in document["sections"])
