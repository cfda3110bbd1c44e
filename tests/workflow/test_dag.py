"""Which jobs a study has, and which of them may see the test images."""

from __future__ import annotations

import re

import pytest

STUDIES = ["tiny", "quickstart"]
ONCE = (
    "fetch", "prepare", "measure", "select", "refit0", "refit1", "evaluate", "time", "judge",
    "summarise", "figures", "report", "track", "all",
)  # fmt: skip


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_has_one_job_a_stage_and_shard(clone, study):
    jobs = clone.jobs(config=(f"study={study}",))
    assert jobs == {"search": 2, **dict.fromkeys(ONCE, 1)}


def inputs_of_rules(clone, study):
    """Return the input files of every rule of a study, from Snakemake's own graph of files."""
    done = clone.snakemake("--filegraph", config=(f"study={study}",))
    assert done.returncode == 0, done.stdout
    inputs = {}
    for table in done.stdout.split('<font point-size="18">')[1:]:
        rule, rest = table.split("</font>", 1)
        # a section a direction: input, then output
        section = rest.split("input</font>", 1)[-1].split("output", 1)[0]
        inputs[rule] = set(re.findall(r'face="monospace">([^<]*)<', section))
    return inputs


@pytest.mark.parametrize("study", STUDIES)
def test_only_refit_and_what_follows_evaluation_sees_test_images(clone, study):
    inputs = inputs_of_rules(clone, study)
    assert set(inputs) == {"search", *ONCE}
    seeing = {rule for rule, files in inputs.items() if any("test.npz" in file for file in files)}
    assert seeing == {"refit0", "refit1", "evaluate", "figures", "measure"}
    # what is measured of the images is shown, and reaches nothing that trains or chooses
    measured = ("measures.json", "means.npz")
    reading = {
        rule for rule, files in inputs.items() if any(m in f for f in files for m in measured)
    }
    assert reading <= {"figures", "report", "track"}
    # pictures of test images are drawn after the evaluation, and nothing is chosen after it
    evaluations = {file for file in inputs["figures"] if "/evaluate/" in file}
    assert evaluations
    for rule in ("search", "select", "time"):
        assert not {file for file in inputs[rule] if "/evaluate/" in file or "/refit/" in file}


def test_a_dry_run_writes_nothing_but_the_plans(clone):
    clone.jobs()
    written = {path.name for path in clone.results.iterdir()}
    assert written == {"plan"}
    assert not clone.reports.exists()


def test_more_shards_than_cases_leave_no_empty_job(clone):
    clone.edit("config/studies/tiny.yaml", "shards: 2", "shards: 3")
    jobs = clone.jobs()
    assert jobs["search"] == 3
    assert {rule for rule in jobs if rule.startswith("refit")} == {"refit0", "refit1"}
