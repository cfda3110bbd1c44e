"""Which jobs a study has, and which of them may see the test images."""

import re

import pytest

STUDIES = ["tiny", "quickstart"]
JOBS = {
    "prepare", "measure", "search0", "search1", "select", "refit0", "refit1", "evaluate", "rerun",
    "time", "judge", "summarise", "trust", "figures", "report", "track", "all",
}  # fmt: skip


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_has_one_job_a_stage_and_shard(clone, study):
    jobs = clone.jobs(config=(f"study={study}",))
    assert jobs == dict.fromkeys(JOBS, 1)


def test_every_data_set_and_no_other_is_fetched_and_prepared_by_a_job_of_its_own(clone):
    jobs = clone.jobs(config=("study=fossheim2022", "scale=full"))
    assert (jobs["fetch"], jobs["prepare"], jobs["measure"], jobs["gradients"]) == (2, 3, 3, 1)


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
    assert set(inputs) == JOBS
    del inputs["all"]  # whose work is to see that each file is there
    seeing = {rule for rule, files in inputs.items() if any("test.npz" in file for file in files)}
    assert seeing == {"refit0", "refit1", "evaluate", "figures", "measure"}
    # what is measured of the images is shown, and reaches nothing that trains or chooses
    measured = ("measures.json", "means.npz")
    reading = {
        rule for rule, files in inputs.items() if any(m in f for f in files for m in measured)
    }
    assert reading <= {"figures", "report", "track", "trust"}
    # pictures of test images are drawn after the evaluation, and nothing is chosen after it
    evaluations = {file for file in inputs["figures"] if "/evaluate/" in file}
    assert evaluations
    for rule in ("search0", "select", "time"):
        assert not {file for file in inputs[rule] if "/evaluate/" in file or "/refit/" in file}


LOOKS = (["--dry-run"], ["--summary"], ["--list-input-changes"], ["--list-params-changes"])


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look[0])
def test_looking_writes_nothing(clone, look):
    def tree():
        made = (".snakemake", "__pycache__")
        return {path for path in clone.root.rglob("*") if not set(path.parts) & set(made)}

    before = tree()
    done = clone.snakemake(*look)
    assert done.returncode == 0, done.stdout
    assert tree() == before


def test_more_shards_than_cases_leave_no_empty_job(clone):
    clone.edit("config/studies/tiny.yaml", "shards: 2", "shards: 3")
    shards = {rule for rule in clone.jobs() if rule.startswith(("search", "refit"))}
    assert shards == {"search0", "search1", "search2", "refit0", "refit1"}


def test_the_threads_are_the_studys_and_more_than_there_are_cores_are_not_timed(clone):
    clone.edit("config/studies/tiny.yaml", "threads: 1", "threads: 3")
    shown = clone.snakemake("--dry-run", "--printshellcmds").stdout
    training = ["search0", "search1", "refit0", "refit1", "rerun", "time"]
    assert shown.count(" --threads 3") == len(training)
    refused = clone.snakemake()
    assert refused.returncode != 0
    assert "computes with 3 threads" in refused.stdout
    assert "has 2 cores" in refused.stdout
    assert not clone.results.exists()
