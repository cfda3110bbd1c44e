"""Settings that are no numbers (augmentations, switches, words) in tables and in the map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from densevsconv.report import rich, setting_tables
from densevsconv.report.limits import limits
from densevsconv.report.study import Study
from densevsconv.store.layout import Layout
from tests.support.synthetic import AUGMENTATION, make_study

SWITCHES = {
    "augmentation": AUGMENTATION, "gradient": "sum", "l2_biases": True, "frozen": ["conv"],
    "batches": "independent",
}  # fmt: skip


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    cases = {
        "dense_a": ("dense_1", 0.95, "augmentation"),
        "conv_a": ("lenet5_8", 0.9, "list", "digits", SWITCHES),
    }
    return make_study(tmp_path_factory.mktemp("searched") / "results", "words", cases)


def cells(study: Study, table: Any) -> list[list[str]]:
    facts = study.facts.to_dict()
    return [
        [
            "".join(
                facts[part["value"]]["text"] if part["kind"] == "number" else part["value"]
                for part in rich.segments(cell)
            )
            for cell in row
        ]
        for row in table.rows
    ]


def test_few_cases_settings_have_a_table_of_their_own(searched: Layout) -> None:
    study = Study(searched)
    table = cells(study, setting_tables.further(study, "digits"))
    (conv,) = [row for row in table if row[0] == "conv_a"]
    assert conv[1] == (
        "augmentation: shift ±0.1, rotation ±10°, zoom ±0.1, cutout 2 px; every batch drawn anew "
        "from all images; gradients summed over the batch; l2 on biases too; weights left at their "
        "start: conv"
    )


def test_usual_settings_need_no_table(tmp_path: Path) -> None:
    layout = make_study(tmp_path / "r", "usual", {"dense_a": ("dense_1", 0.95, "list")})
    assert setting_tables.further(Study(layout), "digits").rows == []


def test_a_chosen_augmentation_is_in_words(searched: Layout) -> None:
    study = Study(searched)
    chosen = study.document("dense_a", "select")["settings"]["augmentation"]
    (row,) = cells(study, setting_tables.chosen(study, "digits"))
    assert row[5] in {
        "none", "rotation ±15°", "shift ±0.1, rotation ±10°, zoom ±0.1, cutout 2 px",
    }  # fmt: skip
    assert (row[5] == "none") == (not chosen)
    assert limits(study)  # what is no number has no edge
