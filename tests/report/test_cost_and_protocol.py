"""What the report says of how it was timed, and of what was searched, fits the study."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from densevsconv.report import prose, tables
from densevsconv.report.abstract import abstract
from densevsconv.report.study import Study
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv, write_csv
from tests.support.synthetic import plain


@pytest.fixture
def copy(layout: Layout, tmp_path: Path) -> Layout:
    shutil.copytree(layout.root, tmp_path / layout.study)
    return Layout(tmp_path / layout.study)


def change(layout: Layout, **changes: Any) -> None:
    write_json(layout.plan("report"), read_json(layout.plan("report")) | changes)


def cost(study: Study, case: str) -> dict[str, str]:
    table = tables.cost(study, "digits")
    titles = [column.title.replace("\n", " ") for column in table.columns]
    (row,) = (
        [plain(study, cell) for cell in cells]
        for cells in table.rows
        if plain(study, cells[0]) == case
    )
    return dict(zip(titles, row, strict=True))


def protocol(study: Study) -> str:
    return "\n".join(plain(study, text) for text in prose.protocol(study))


def test_a_bound_on_timing_is_said_and_shown_case_by_case(copy: Layout) -> None:
    assert "only some epochs are timed" not in protocol(Study(copy))
    assert "timed (epochs)" not in cost(Study(copy), "dense_1")
    change(copy, timed_seconds=5.0)
    timing = read_json(copy.timing("dense_1"))
    write_json(copy.timing("dense_1"), timing | {"epochs": 40, "epochs_timed": [3, 3, 3]})
    study = Study(copy)
    assert "longer than about 5 s only some epochs are timed" in protocol(study)
    assert "The tables of cost say how many" in protocol(study)
    assert cost(study, "dense_1")["timed (epochs)"] == "3 of 40"
    assert cost(study, "conv_small")["timed (epochs)"] == "40 of 40"


def test_that_early_stopping_is_timed_whole_is_said_where_there_is_any(copy: Layout) -> None:
    cases = read_json(copy.plan("report"))["cases"]
    for case in cases.values():
        case["training"]["early_stopping"] = None
    change(copy, timed_seconds=5.0, cases=cases)
    assert "timed whole" not in protocol(Study(copy))
    cases["dense_1"]["training"]["early_stopping"] = {"patience": 3}
    change(copy, cases=cases)
    assert "one that stops early is timed whole" in protocol(Study(copy))


def test_the_seeds_that_reach_the_target_are_counted_where_not_all_do(copy: Layout) -> None:
    rows = read_csv(copy.summary)
    for row in rows:
        seconds, seeds = {"dense_1": ("1.5", "3"), "conv_small": ("2", row["seeds"])}.get(
            row["case"], ("", "0")
        )
        row |= {"seconds_to_target_median": seconds, "target_seeds": seeds}
    write_csv(copy.summary, list(rows[0]), rows)
    study = Study(copy)
    (own,) = (row for row in rows if row["case"] == "dense_1")
    assert cost(study, "dense_1")["to target (s)"] == f"1.50 (3 of {own['seeds']})"
    assert cost(study, "conv_small")["to target (s)"] == "2.00"
    assert cost(study, "denseNet2_20_published")["to target (s)"] == "\u2013"


@pytest.mark.parametrize(
    ("points", "opening", "refitted", "introduced"),
    [
        (None, "Searched settings are chosen by",
         "The chosen settings, and those of the other cases, are trained afresh",
         "fixed beforehand or searched"),
        ([{"l2": 0.0}, {"l2": 0.1}], "Settings are chosen by",
         "The chosen settings are trained afresh", "settings are searched under"),
        ([{}], "Each is trained as configured", "Every case is trained from",
         "settings are fixed beforehand,"),
    ],
    ids=["some", "all", "none"],
)  # fmt: skip
def test_only_what_was_searched_is_said_to_be(
    copy: Layout, points: Any, opening: str, refitted: str, introduced: str
) -> None:
    cases = read_json(copy.plan("report"))["cases"]
    if points:
        change(copy, cases={name: case | {"points": points} for name, case in cases.items()})
    study = Study(copy)
    assert opening in plain(study, " ".join(abstract(study)))
    assert refitted in protocol(study)
    assert introduced in " ".join(plain(study, text) for text in prose.introduction(study))
    assert ("no seed of the search" in protocol(study)) == study.searches
