"""Trust in the tiny study: what is computed of the real thing, and what a fault of it does."""

import multiprocessing
import os
import shutil
import time

import pytest

from densevsconv.results.timing import Rerun, Timing
from densevsconv.results.trust import TrustRow
from densevsconv.stages.plan import read_plan
from densevsconv.store.files import read_npz, write_npz
from densevsconv.store.layout import Layout
from tests.support.plans import run_stage


def at(clone):
    return Layout(clone.results, clone.root / "reports", clone.root / "workflow" / "report")


def table(layout):
    return {row.item: row for row in TrustRow.read_table(layout.trust)}


def test_of_a_real_study_all_can_be_told_but_what_it_has_too_few_seeds_for(finished):
    rows = table(at(finished))
    status = {item: row.status for item, row in rows.items()}
    beside = status.pop("timing alone")  # the tests may run side by side
    assert beside in ("passed", "failed")
    failed = {item for item, each in status.items() if each == "failed"}
    assert failed == {"seeds", "intervals"}
    assert {item for item, each in status.items() if each == "not applicable"} == {
        "corrections", "label noise",
    }  # fmt: skip


def test_a_weight_that_is_another_when_trained_again_is_found(finished_copy):
    layout = at(finished_copy)
    case = read_plan("rerun", layout).case
    weights = read_npz(layout.weights(case))
    next(array for name, array in weights.items() if name.startswith("0/"))[...] += 1e-7
    first = next(name for name in weights if name.startswith("0/"))
    write_npz(layout.weights(case), weights)
    run_stage("rerun", layout)
    found = Rerun.read(layout.rerun)
    assert found.elsewhere == ""
    assert 0 < found.differ <= weights[first].size < found.values
    run_stage("trust", layout)
    assert table(layout)["same bits again"].status == "failed"


def _spin():
    while True:
        pass


@pytest.mark.slow
def test_processes_beside_a_timing_are_counted_and_said(finished_copy):
    layout = at(finished_copy)
    shutil.rmtree(layout.journal("time"))
    context = multiprocessing.get_context("spawn")
    spinning = [context.Process(target=_spin, daemon=True) for _ in range(os.cpu_count() or 1)]
    try:
        for process in spinning:
            process.start()
        time.sleep(1)
        run_stage("time", layout)
    finally:
        for process in spinning:
            process.kill()
    for case in read_plan("time", layout).cases:
        timing = Timing.read(layout.timing(case))
        # there is always somebody who wants each core, and this process has one at most
        assert timing.beside > 0.3
    run_stage("trust", layout)
    assert table(layout)["timing alone"].status == "failed"
    run_stage("report", layout)
    assert "timed alone" not in layout.page.read_text(encoding="utf-8")
