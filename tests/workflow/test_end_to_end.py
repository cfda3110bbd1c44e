"""The tiny study from nothing to the paper, by the real Snakemake; then what an edit costs."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from densevsconv.cli import main
from tests.support.clones import files_below, rows

TRAINING = {"search0", "search1", "refit0", "refit1", "time"}


def test_a_study_ends_in_a_report_and_tables(finished):
    assert len(rows(finished.results / "trials.csv")) == 2 * 2 * 2  # cases, points, seeds
    assert len(rows(finished.results / "runs.csv")) == 2 * 2  # cases, seeds
    cases = rows(finished.results / "summary.csv")
    assert {row["case"] for row in cases} == {"dense_1", "lenet5_8"}
    for row in cases:
        assert 0.1 < float(row["test_accuracy_mean"]) <= 1
        assert float(row["train_seconds_median"]) > 0
    assert (finished.reports / "paper.pdf").read_bytes().startswith(b"%PDF")
    assert "<html" in (finished.reports / "index.html").read_text(encoding="utf-8")
    assert json.loads((finished.reports / "facts.json").read_text(encoding="utf-8"))
    assert (finished.root / "results" / "mlflow" / "mlflow.db").exists()


def test_the_run_says_where_things_are(finished):
    said = (finished.root / "said.txt").read_text(encoding="utf-8")
    for file in ("reports/tiny/paper.pdf", "results/tiny/summary.csv", "mlflow/mlflow.db"):
        assert file in said
    assert "oneDNN" not in said, "the libraries' greetings belong in the logs"


@pytest.mark.slow
def test_a_study_without_a_search_makes_no_trial_and_shows_what_diverged(clone):
    tiny = "config/studies/tiny.yaml"
    grid = "  method: grid\n  grid:\n    learning_rate: [0.003, 0.01]\n"
    clone.edit(tiny, grid, "  method: list\n")
    clone.edit(
        tiny, "architecture: dense_1\n", "architecture: dense_1\n    training: {scaling: none, "
        "optimizer: sgd, learning_rate: 1.0e+30}\n",
    )  # fmt: skip
    assert not {job for job in clone.jobs() if job.startswith("search")}
    clone.run()
    assert rows(clone.results / "trials.csv") == []
    dense, conv = rows(clone.results / "summary.csv")
    assert (dense["diverged_seeds"], dense["validation_accuracy_mean"]) == ("2", "")
    assert (conv["diverged_seeds"], conv["trials"]) == ("0", "0")
    assert (clone.reports / "paper.pdf").read_bytes().startswith(b"%PDF")


def test_a_second_run_does_nothing(finished_copy):
    before = files_below(finished_copy.results) | files_below(finished_copy.reports)
    assert "Nothing to be done" in finished_copy.run()
    assert files_below(finished_copy.results) | files_below(finished_copy.reports) == before


def test_a_run_changes_nothing_outside_its_folders(finished):
    made = {"results", "reports", ".snakemake", "said.txt", "before.json"}
    now = {
        name: hashlib.sha256(content).hexdigest()
        for name, (_, content) in files_below(finished.root).items()
        if Path(name).parts[0] not in made and "__pycache__" not in name
    }
    assert now == json.loads((finished.root / "before.json").read_text(encoding="utf-8"))


def test_publishing_copies_a_finished_report(finished_copy):
    def densevsconv(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "densevsconv", *arguments],
            cwd=finished_copy.root,
            env=finished_copy.environment() | {"PYTHONPATH": str(finished_copy.root / "src")},
            capture_output=True,
            text=True,
        )

    published = finished_copy.root / "reports" / "published" / "tiny"
    (published / "figures").mkdir(parents=True)
    (published / "figures" / "old-digits.png").touch()
    done = densevsconv("publish", "tiny")
    assert done.returncode == 0, done.stderr
    names = {str(file.relative_to(published)) for file in published.rglob("*") if file.is_file()}
    assert {"paper.pdf", "index.html", "facts.json", "summary.csv", "trials.csv"} <= names
    assert any(name.startswith("figures/learning_curves") for name in names)
    facts = json.loads((published / "facts.json").read_text(encoding="utf-8"))
    assert {fact["source"] for fact in facts.values()} <= names
    assert "  trust   " in densevsconv("where", "tiny").stdout
    assert "figures/old-digits.png" not in names

    # at another scale it is the same study
    study = finished_copy.root / "config" / "studies" / "tiny.yaml"
    with study.open("a", encoding="utf-8") as file:
        file.write("scale: laptop\nscales: {laptop: {}, full: {}}\n")
    for folder in (finished_copy.results, finished_copy.reports):
        shutil.copytree(folder, folder.with_name("tiny-full"))
    (published / "paper.pdf").unlink()
    assert densevsconv("publish", "tiny", "--scale", "full").returncode == 0
    assert (published / "paper.pdf").exists()
    assert not published.with_name("tiny-full").exists()

    (finished_copy.reports / "facts.json").unlink()
    refused = densevsconv("publish", "tiny")
    assert refused.returncode == 2
    assert "facts.json" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_study_is_the_same_as_its_copy(finished, finished_copy, capsys):
    assert main(["compare", str(finished.results), str(finished_copy.results)]) == 0
    said = capsys.readouterr().out
    assert said.count("\n  the same\n") == 6
    assert "test accuracy: 2 the same\n" in said


# -- what an edit costs (wall 8)


SOURCE = "src/densevsconv"
ENGINE = f"{SOURCE}/training/engines/tensorflow/build.py"


@pytest.mark.parametrize(
    ("file", "more", "jobs"),
    [
        ("workflow/report/accuracy.rst", "One more sentence.", {"report"}),
        (
            "src/densevsconv/report/figures/accuracy.py",
            "UNUSED = 1",
            {"figures", "report", "track"},
        ),
        (ENGINE, "# a comment", set()),
        (
            "config/studies/tiny.yaml",
            "report: {highlights: [dense_1]}",
            {"figures", "report", "track"},
        ),
    ],
)
def test_what_is_shown_computes_nothing(finished_copy, file, more, jobs):
    with (finished_copy.root / file).open("a", encoding="utf-8") as stream:
        stream.write(f"\n{more}\n")
    assert set(finished_copy.jobs()) == jobs | ({"all"} if jobs else set())


def test_engine_code_trains_again(finished_copy):
    with (finished_copy.root / ENGINE).open("a") as file:
        file.write("\nUNUSED = 1\n")
    jobs = finished_copy.jobs()
    assert set(jobs) >= TRAINING
    assert "prepare" not in jobs


def test_preparing_again_leaves_nothing_undone(finished_copy):
    with (finished_copy.root / "src/densevsconv/stages/prepare.py").open("a") as file:
        file.write("\nUNUSED = 1\n")
    finished_copy.results.joinpath("summary.csv").unlink()
    assert set(finished_copy.jobs()) >= TRAINING | {"prepare", "summarise", "report", "all"}


def test_another_data_set_is_prepared_alone(finished_copy):
    finished_copy.edit(
        "config/studies/tiny.yaml",
        "  digits: {training_images: 200}\n",
        "  digits: {training_images: 200}\n"
        "  turned: {dataset: digits, training_images: 200, transform: [{rotation: 9}]}\n",
    )
    finished_copy.edit(
        "config/studies/tiny.yaml",
        "cases:\n",
        "cases:\n  turned: {dataset: turned, architecture: dense_1}\n",
    )
    jobs = finished_copy.jobs()
    assert (jobs["prepare"], jobs["measure"]) == (1, 1)


def test_messages_cost_nothing(finished_copy):
    finished_copy.edit("workflow/rules/search.smk", "of the grids", "of all the grids")
    assert finished_copy.jobs() == {}


def test_a_title_trains_nothing(finished_copy):
    finished_copy.edit("config/studies/tiny.yaml", "title: A tiny study", "title: Another title")
    jobs = set(finished_copy.jobs())
    assert "report" in jobs
    assert not jobs & {"prepare", "evaluate", *TRAINING}


def test_a_deleted_database_is_imported_again(finished_copy):
    (finished_copy.root / "results" / "mlflow" / "mlflow.db").unlink()
    assert finished_copy.jobs() == {"track": 1, "all": 1}


def test_another_mlflow_server_is_imported_into_alone(finished_copy):
    server = "mlflow={tracking_uri: http://127.0.0.1:9}"
    assert finished_copy.jobs(config=("study=tiny", server)) == {"track": 1, "all": 1}


def test_a_deleted_file_is_made_again(finished_copy):
    files = (
        "trials.csv",
        "evaluate/dense_1.json",
        "time/dense_1.json",
        "data/digits/measures.json",
    )
    for file in files:
        (finished_copy.results / file).unlink()
    assert set(finished_copy.jobs()) >= {"select", "evaluate", "time", "measure", "report"}


@pytest.mark.slow
def test_a_damaged_file_is_named_and_the_same_command_makes_it_again(finished_copy):
    file = finished_copy.results / "refit" / "dense_1" / "predictions.parquet"
    whole, time = file.read_bytes(), file.stat().st_mtime_ns
    file.write_bytes(whole[:300] + bytes([whole[300] ^ 64]) + whole[301:])
    os.utime(file, ns=(time, time))
    trained = finished_copy.journal("refit")
    (finished_copy.results / "evaluate" / "dense_1.json").unlink()
    done = finished_copy.snakemake()
    assert done.returncode != 0
    assert "predictions.parquet: damaged since it was written, so it was removed" in done.stdout
    finished_copy.run()
    assert file.read_bytes() == whole
    assert finished_copy.journal("refit") == trained


@pytest.mark.slow
def test_a_case_more_is_trained_and_evaluated_alone(finished_copy):
    before = {stage: finished_copy.journal(stage) for stage in ("search", "refit", "evaluate")}
    finished_copy.edit(
        "config/studies/tiny.yaml",
        "cases:\n",
        "cases:\n  dense_2: {dataset: digits, architecture: dense_2}\n",
    )
    finished_copy.run()
    for stage, more in (("search", 2 * 2), ("refit", 2), ("evaluate", 1)):
        after = finished_copy.journal(stage)
        assert {name: after[name] for name in before[stage]} == before[stage]
        assert len(after) == len(before[stage]) + more
    assert len(rows(finished_copy.results / "summary.csv")) == 3


@pytest.mark.slow
def test_a_grid_point_trains_its_trials_only(finished_copy):
    trials, runs = (finished_copy.journal(stage) for stage in ("search", "refit"))
    finished_copy.edit(
        "config/studies/tiny.yaml",
        "learning_rate: [0.003, 0.01]",
        "learning_rate: [0.003, 0.01, 1e-5]",
    )
    finished_copy.run()
    after = finished_copy.journal("search")
    assert {name: after[name] for name in trials} == trials
    assert len(after) - len(trials) == 2 * 2  # one point, two cases, two seeds
    assert len(rows(finished_copy.results / "trials.csv")) == 12
    # a hopeless point wins nowhere, so nothing is refitted
    assert finished_copy.journal("refit") == runs
