"""Every item of the trust table passes on a sound study, and fails where a fault is planted."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from densevsconv.images.load import content_hash
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import make_plans
from densevsconv.results.searches import BudgetRow
from densevsconv.results.tables import ComparisonRow
from densevsconv.results.trust import ITEMS, TrustRow, in_a_line
from densevsconv.stages import report, select
from densevsconv.stages.evaluate import UNTRAINED
from densevsconv.store.files import read_json, read_npz, write_json, write_npz
from densevsconv.store.layout import Layout
from densevsconv.store.machine import Others
from densevsconv.store.seeds import training_seeds
from tests.support.config_copy import copy_config
from tests.support.generated_study import CLASSES, write_study
from tests.support.plans import run_stage, write_rerun
from tests.support.reported import changed, edited


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    layout = write_study(tmp_path_factory.mktemp("sound") / "toy_study")
    write_json(layout.plan("measure"), {"seed": 1, "datasets": ["toy"]})
    changed(layout.plan("trust"), shards=2, readers=["refit"], label_errors={"toy": 0.0001})
    run_stage("measure", layout, "toy")
    run_stage("evaluate", layout)
    run_stage("summarise", layout)
    write_rerun(layout, "dense_b")
    return layout


@pytest.fixture
def layout(sound: Layout, tmp_path: Path) -> Layout:
    shutil.copytree(sound.root, tmp_path / sound.study)
    return Layout(tmp_path / sound.study)


def table(layout: Layout) -> dict[str, TrustRow]:
    run_stage("trust", layout)
    return {row.item: row for row in TrustRow.read_table(layout.trust)}


def test_a_sound_study_passes_every_item(layout: Layout) -> None:
    rows = table(layout)
    assert list(rows) == list(ITEMS)
    assert {item: row.says for item, row in rows.items() if row.status != "passed"} == {}
    assert in_a_line([*rows.values()]) == f"{len(ITEMS)} passed, 0 failed, 0 not applicable"


def training_images_in_the_test(layout: Layout) -> None:
    train, test = read_npz(layout.train_data("toy")), read_npz(layout.test_data("toy"))
    test["images"][:2] = train["validation_images"][:2]
    write_npz(layout.test_data("toy"), test)
    changed(layout.data_info("toy"), test_hash=content_hash(test, 16, CLASSES))
    run_stage("measure", layout, "toy")


def seeds_of_the_search_scored(layout: Layout) -> None:
    runs = read_json(layout.runs("conv_a"))
    runs["runs"][3]["seeds"] = training_seeds(1, "search", 1)
    write_json(layout.runs("conv_a"), runs)


def few_seeds(layout: Layout) -> None:
    changed(layout.evaluation("conv_a"), seeds=4)


def plan(**changes: Any) -> Callable[[Layout], None]:
    return lambda layout: changed(layout.plan("trust"), **changes)


def compared(**changes: Any) -> Callable[[Layout], None]:
    return lambda layout: edited(ComparisonRow, layout.comparisons, lambda row: changes)


def budgets(change: Callable[[Any], dict[str, Any]]) -> Callable[[Layout], None]:
    return lambda layout: edited(BudgetRow, layout.budgets, change)


def evaluated(**changes: Any) -> Callable[[Layout], None]:
    return lambda layout: changed(layout.evaluation("dense_b"), **changes)


FAULTS: list[tuple[str, float, Callable[[Layout], None]]] = [
    ("test images", 1, plan(before_choice=["select"])),
    ("test images", 1, plan(readers=["refit", "time"])),
    ("equal budgets", 1, budgets(lambda row: {"trials": len(row.family)})),
    ("equal budgets", 1, budgets(lambda row: {"unit": "epochs", "share": 1.1})),
    ("seeds", 4, few_seeds),
    ("fresh seeds", 1, seeds_of_the_search_scored),
    ("intervals", 1, compared(interval="every run by its images")),
    ("intervals", 1, evaluated(accuracy__low=None)),
    ("corrections", 1, compared(p_adjusted=None)),
    ("overlap", 2, training_images_in_the_test),
    ("label noise", 0.9, plan(label_errors={"toy": 0.9})),
    ("timing alone", 2.0, lambda layout: changed(layout.timing("conv_a"), others=[1.0, 0.0, 1.0])),
    ("same bits again", 1, lambda layout: write_rerun(layout, "dense_b", differ=1)),
    ("untrained runs", 1, evaluated(not_tested=UNTRAINED, starts__seeds=[False] * 5)),
    ("untrained runs", 1, evaluated(starts__seeds=[True] * 4 + [False])),
    ("sources", 1, plan(unpublished=["growth.csv"])),
]  # fmt: skip


@pytest.mark.parametrize(("item", "number", "plant"), FAULTS)
def test_a_planted_fault_fails_its_item(
    layout: Layout, item: str, number: float, plant: Callable[[Layout], None]
) -> None:
    plant(layout)
    rows = table(layout)
    assert (rows[item].status, rows[item].number) == ("failed", number)
    assert f"1 failed ({item}: {rows[item].says})" in in_a_line([*rows.values()])


def test_every_item_has_a_fault() -> None:
    assert {item for item, *_ in FAULTS} == set(ITEMS)


UNTOLD: list[tuple[str, Callable[[Layout], None]]] = [
    ("fresh seeds", plan(shards=0)),
    ("equal budgets", budgets(lambda row: {"trials": 0})),
    ("corrections", compared(p_value=None)),
    ("label noise", plan(label_errors={})),
    ("timing alone", lambda layout: changed(layout.timing("conv_a"), others=None)),
    ("same bits again", lambda layout: changed(layout.rerun, elsewhere="on another machine")),
]  # fmt: skip


@pytest.mark.parametrize(("item", "change"), UNTOLD)
def test_what_cannot_be_told_is_not_applicable(
    layout: Layout, item: str, change: Callable[[Layout], None]
) -> None:
    change(layout)
    row = table(layout)[item]
    assert (row.status, row.number) == ("not applicable", None)
    assert row.says


@pytest.fixture
def planned(tmp_path: Path) -> Callable[[], Any]:
    config = copy_config(tmp_path) / "config.yaml"
    at = Layout(tmp_path / "results" / "tiny")
    return lambda: make_plans(load_study(config, {"study": "tiny"}), at)["trust"]


def test_the_files_that_stages_declare_tell_who_reads_the_test_images(
    planned: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (planned().before_choice, planned().unpublished) == ([], [])
    assert set(planned().readers) == {"measure", "refit", "evaluate", "figures"}
    declared = {module: module.inputs for module in (select, report)}
    for module, file in ((select, "measures"), (report, "predictions")):
        monkeypatch.setattr(
            module,
            "inputs",
            lambda plan, at, module=module, file=file: (
                declared[module](plan, at) | {"more": [getattr(at, file)("digits")]}
            ),
        )
    found = planned()
    # what measure makes is made of test images too
    assert found.before_choice == ["select"]
    assert found.unpublished == ["refit/digits/predictions.parquet"]


def test_own_work_is_not_that_of_others() -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # on which only others' work is beside this
    try:
        others, began, used = Others(), time.perf_counter(), time.process_time()
        while time.perf_counter() < began + 0.5:
            pass
        share = others.share()
        used, elapsed = time.process_time() - used, time.perf_counter() - began
    finally:
        os.sched_setaffinity(0, cores)
    assert share is None or 0 <= share <= 1 - used / elapsed + 0.05
