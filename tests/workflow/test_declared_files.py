"""A stage reads only what it declares, and writes only what it declares."""

import shutil
from pathlib import Path

import pytest

from densevsconv.stages.plan import STAGES, job, lists, paths, read_plan, run_stage, stage
from densevsconv.store.layout import Layout

SHARED = ("journal", "mlflow", "execution")
"""Folders of what outlives a run and is no rule's output."""


def files_of(root: Path) -> dict[Path, int]:
    """Return every file but the shared ones, and when it was written."""
    found = (file for file in root.rglob("*") if file.is_file())
    return {
        file: file.stat().st_mtime_ns
        for file in found
        if not set(file.relative_to(root).parts) & set(SHARED)
    }


def at(root: Path) -> Layout:
    return Layout(root / "results" / "tiny", root / "reports", root / "workflow" / "report")


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_runs_where_nothing_is_but_what_it_declares(finished, tmp_path, name):
    whole = at(finished.root)
    plans = {each: read_plan(each, whole) for each in STAGES}
    plan, listed = plans[name], lists(plans, whole)
    for number, given in enumerate(plan.jobs):
        root = tmp_path / str(number)
        alone = at(root)
        read = paths(stage(name).inputs(plan, whole, *given))
        for file in {*read, whole.plan(name), *(listed[file] for file in read if file in listed)}:
            # the templates of the report are part of the package
            if file.is_relative_to(finished.root):
                target = root / file.relative_to(finished.root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)
        if whole.journal(name).exists():  # finished work of its own, so that nothing is trained
            shutil.copytree(whole.journal(name), alone.journal(name), dirs_exist_ok=True)
        before = files_of(root)
        run_stage(name, alone, *given)
        after = files_of(root)
        declared = {*paths(stage(name).outputs(plan, alone, *given))}
        declared.add(alone.digests(job(name, *given)))
        assert set(after) - set(before) == declared
        assert {file: after[file] for file in before} == before, "an input was changed"
