"""The words follow the study: what was searched, timed, changed and divided, and how."""

from typing import Any

import pytest

from densevsconv.results.tables import SummaryRow
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from tests.support.reported import (
    by_title,
    cells,
    changed,
    edited,
    reported,
    said,
)
from tests.support.synthetic import AUGMENTATION, make_study


def protocol(layout: Layout) -> str:
    return "\n".join(said(reported(layout), "protocol"))


def data(layout: Layout, dataset: str = "digits") -> str:
    return "\n".join(said(reported(layout), "data", dataset))


# -- costs


def test_a_bound_on_timing_is_said_and_shown_case_by_case(copy: Layout) -> None:
    assert "only some epochs are timed" not in protocol(copy)
    assert "timed (epochs)" not in by_title(reported(copy), "cost", "digits", "dense_1")
    changed(copy.plan("report"), timed_seconds=5.0)
    changed(copy.timing("dense_1"), epochs=40, epochs_timed=[3, 3, 3])
    assert "longer than about 5 s only some epochs are timed" in protocol(copy)
    assert "one that stops early is timed whole. The tables of cost say how many" in protocol(copy)
    assert by_title(reported(copy), "cost", "digits", "dense_1")["timed (epochs)"] == "3 of 40"
    assert by_title(reported(copy), "cost", "digits", "conv_small")["timed (epochs)"] == "40 of 40"


def test_that_early_stopping_is_timed_whole_is_said_where_there_is_any(copy: Layout) -> None:
    changed(copy.plan("report"), timed_seconds=5.0)
    for case in read_json(copy.plan("report"))["cases"]:
        changed(copy.selection(case), training__early_stopping=None)
    assert "only some epochs are timed, and each is taken to cost" in protocol(copy)
    assert "timed whole" not in protocol(copy)


def test_the_seeds_that_reach_the_target_are_counted_where_not_all_do(copy: Layout) -> None:
    reached = {"dense_1": (1.5, 3), "conv_small": (2.0, 10)}

    def target(row: SummaryRow) -> dict[str, Any]:
        seconds, seeds = reached.get(row.case, (None, 0))
        return {"seconds_to_target_median": seconds, "target_seeds": seeds}

    edited(SummaryRow, copy.summary, target)
    study = reported(copy)
    for case, text in (("dense_1", "1.50 (3 of 10)"), ("conv_small", "2.00"),
                       ("denseNet2_20_published", "not reached")):  # fmt: skip
        assert by_title(study, "cost", "digits", case)["to target (s)"] == text


# -- search


@pytest.mark.parametrize(
    ("points", "refitted"),
    [
        (None, "The chosen settings, and those of the other cases, are trained afresh"),
        ([{"l2": 0.0}, {"l2": 0.1}], "The chosen settings are trained afresh"),
        ([{}], "Every case is trained from"),
    ],
    ids=["some", "all", "none"],
)  # fmt: skip
def test_only_what_was_searched_is_said_to_be(copy: Layout, points: Any, refitted: str) -> None:
    cases = read_json(copy.plan("report"))["cases"]
    if points:
        changed(copy.plan("report"), cases={name: each | {"points": points}
                                            for name, each in cases.items()})  # fmt: skip
    assert refitted in protocol(copy)
    assert ("no seed of the search" in protocol(copy)) == (points != [{}])


def test_settings_chosen_at_an_edge_of_the_grid_are_told(copy: Layout) -> None:
    def told() -> bool:
        return "Some chosen settings are the largest or smallest tried" in str(
            said(reported(copy), "limits")
        )

    for case in reported(copy).every_case:
        changed(copy.selection(case), edge=[])
    assert not told()
    changed(copy.selection("dense_1"), edge=["l2"])
    assert told()
    assert by_title(reported(copy), "chosen", "digits", "dense_1")["edge"] == "l2"


# -- data


def test_a_changed_form_says_so(layout: Layout) -> None:
    assert "beforehand" not in data(layout)
    text = data(layout, "digits_turned")
    assert "changed beforehand (rotation ±30°, then noise 0.25, then resolution 6\u00d76;" in text
    assert "how they change while networks train with augmentation" in text
    assert "Licence: CC BY 4.0" in text
    assert "Licence" not in data(layout)  # said once of the same data


def test_the_table_of_data_has_what_was_measured(layout: Layout) -> None:
    measures = read_json(layout.measures("digits"))
    named = {row[0]: row[1:] for row in cells(reported(layout), "data", "digits")}
    noise = measures["signal_to_noise"]["per_image"]
    assert noise["images"] != noise["negatives"]
    assert named["signal to noise, mean over images"] == [
        f"{noise['images']:.3f}", f"{noise['negatives']:.3f}",
    ]  # fmt: skip
    share = measures["variance"]["between_share"]
    assert named["variance between classes (% of all)"] == [f"{100 * share:.2f}", ""]
    assert named["images measured for the entropies"] == ["200", ""]
    test = read_json(layout.data_info("digits"))["counts"]["test"]
    assert named["test images"] == [str(test), ""]


def test_the_split_is_told_as_it_was_made(copy: Layout) -> None:
    def divided() -> list[str]:
        return [row[6] for row in cells(reported(copy), "datasets")]

    usual = "20% for the test, 10% of the rest for validation, by class"
    assert divided() == [usual, "as above"]
    changed(copy.plan("report"), **{
        f"datasets__digits__split__{key}": value for key, value in
        (("test", "official"), ("stratify", False), ("grouped", True))
    })  # fmt: skip
    own = "the source's test part, 10% of the rest for validation, at random, groups whole"
    assert divided() == [usual, own]


def test_data_sets_of_one_title_are_told_apart(copy: Layout) -> None:
    for dataset in ("digits", "digits_turned"):
        changed(copy.plan("report"), **{f"datasets__{dataset}__title": "Digits"})
    assert reported(copy).title("digits_turned").value == "Digits (digits_turned)"


# -- architectures and settings


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


def test_few_cases_settings_have_a_table_of_their_own(searched: Layout, layout: Layout) -> None:
    rows = dict(cells(reported(searched), "further", "digits"))
    assert rows["conv_a"] == (
        "augmentation: shift ±0.1, rotation ±10°, zoom ±0.1, cutout 2 px; every batch drawn anew "
        "from all images; gradients summed over the batch; l2 on biases too; weights left at their "
        "start: conv"
    )
    usual = [case for case, _ in cells(reported(layout), "further", "digits")]
    assert usual == ["lenet5_8"]  # the others have nothing beyond the usual


def test_a_chosen_augmentation_is_in_words(searched: Layout) -> None:
    chosen = read_json(searched.selection("dense_a"))["settings"]["augmentation"]
    (row,) = cells(reported(searched), "chosen", "digits")
    assert row[5] in {"none", "rotation ±15°", "shift ±0.1, rotation ±10°, zoom ±0.1, cutout 2 px"}
    assert (row[5] == "none") == (not chosen)
    assert said(reported(searched), "limits")  # what is no number has no edge


def test_the_settings_have_a_column_for_patience_where_any_case_stops(copy: Layout) -> None:
    row = by_title(reported(copy), "settings", "digits", "dense_1")
    assert (row["patience"], row["initializer"], row["schedule"]) == (
        "10", "architecture's", "constant",
    )  # fmt: skip
    for case in reported(copy).cases("digits"):
        changed(copy.selection(case), training__early_stopping=None)
    assert "patience" not in by_title(reported(copy), "settings", "digits", "dense_1")


def test_a_network_is_a_line_of_layers(layout: Layout) -> None:
    (row,) = [
        row
        for row in cells(reported(layout), "architectures", "digits")
        if row[1] == "convNet1_3-numpy"
    ]
    layers = "conv 3 of 3\u00d73 same sigmoid, dense 20 sigmoid, dense 10 softmax"
    assert row[2] == f"{layers} (Fossheim (2022), as published)"
    assert row[3] == "4,100"


def test_highlights_stand_in_front(copy: Layout) -> None:
    assert reported(copy).best("digits", "dense") != "dense_2-numpy"
    changed(copy.plan("report"), highlights=["dense_2-numpy", "convNet1_3-numpy"])
    study = reported(copy)
    assert study.best("digits", "dense") == "dense_2-numpy"
    assert "or the one that the study names beforehand" in said(study, "results")[0]
