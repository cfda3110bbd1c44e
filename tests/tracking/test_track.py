import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from densevsconv.images.prepared import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.results.study import Study
from densevsconv.stages import track
from densevsconv.store.files import read_json, read_npz, write_json
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.tracking.database import uri
from densevsconv.tracking.runs import finished
from tests.support.generated_study import (
    CASES,
    CLASSES,
    EPOCHS,
    IMAGES,
    SEEDS,
    architecture,
    record,
    weights,
    write_refit,
)
from tests.support.plans import run_stage, write_digests
from tests.support.tracked import (
    COMMAND,
    ENVIRONMENT,
    database,
    meaning,
    move_database,
    rows,
    whole_state,
)

TRIALS = 8
RUNS = TRIALS + SEEDS * len(CASES) + len(CASES)
KEYS = "SELECT value FROM tags WHERE key = 'key'"


class Killed(BaseException):
    """Ends an import as a kill would: nothing in the way catches it."""


@contextmanager
def killed_at_commit(number: int) -> Iterator[None]:
    """Let the process "die" as it is about to commit for the ``number``-th time."""
    commits = 0

    def die(connection: object) -> None:
        nonlocal commits
        commits += 1
        if commits == number:
            raise Killed

    event.listen(Engine, "commit", die)
    try:
        yield
    finally:
        event.remove(Engine, "commit", die)


def test_one_run_a_case_a_trial_and_a_seed(layout: Layout) -> None:
    run_stage("track", layout)
    assert read_json(layout.root / "track.json")["runs"] == {
        "case": 2,
        "trial": 8,
        "seed": 2 * SEEDS,
    }
    assert len(rows(layout, KEYS)) == RUNS
    assert rows(layout, "SELECT DISTINCT status FROM runs") == [("FINISHED",)]
    parents = dict(rows(layout, "SELECT run_uuid, substr(value, 6) FROM tags "
                                "WHERE key = 'key' AND value LIKE 'case/%'"))  # fmt: skip
    assert sorted(parents.values()) == sorted(CASES)
    nested = rows(layout, "SELECT p.value, c.value FROM tags p JOIN tags c USING (run_uuid) "
                          "WHERE p.key = 'mlflow.parentRunId' AND c.key = 'case'")  # fmt: skip
    assert len(nested) == RUNS - len(CASES)
    assert all(parents[parent] == case for parent, case in nested)


def test_a_trial_has_its_settings_curves_and_tags(layout: Layout) -> None:
    run_stage("track", layout)
    ((run,),) = rows(layout, "SELECT run_uuid FROM tags WHERE value = "
                             "'trial/conv_a/search-conv_a-1-0'")  # fmt: skip
    of_run = f"WHERE run_uuid = '{run}'"
    params = dict(rows(layout, f"SELECT key, value FROM params {of_run}"))
    assert params["learning_rate"] == "0.01"
    assert params["schedule.name"] == "constant"
    assert params["early_stopping"] == "null"
    curve = rows(layout, f"SELECT step, value FROM metrics {of_run} "
                         "AND key = 'validation_accuracy' ORDER BY step")  # fmt: skip
    assert curve == list(enumerate(record("conv_a", "search", 1, 0)["history"][
        "validation_accuracy"], start=1))  # fmt: skip
    assert len(curve) == EPOCHS
    tags = dict(rows(layout, f"SELECT key, value FROM tags {of_run}"))
    assert tags["dataset_hash"] == read_json(layout.data_info("toy"))["train_hash"]
    assert tags["trial"] == "search-conv_a-1-0"
    expected = {"architecture", "engine", "git_commit", "machine", "kind", "execution", "device"}
    assert expected <= set(tags)


def test_seeds_carry_their_test_scores(layout: Layout) -> None:
    run_stage("track", layout)
    found = dict(rows(layout, "SELECT t.value, m.value FROM latest_metrics m JOIN tags t "
                              "USING (run_uuid) WHERE m.key = 'test_accuracy' "
                              "AND t.key = 'key'"))  # fmt: skip
    scores = read_json(layout.evaluation("dense_b"))["accuracy"]["per_seed"]
    assert [found[f"seed/dense_b/refit-dense_b-0-{r}"] for r in range(SEEDS)] == scores
    assert len(found) == SEEDS * len(CASES)  # no trial of the search has any


def test_importing_twice_changes_nothing_and_needs_no_tensorflow(layout: Layout) -> None:
    run_stage("track", layout)
    before = whole_state(layout)
    summary = (layout.root / "track.json").read_bytes()
    # a process of its own: this one has imported TensorFlow by now
    code = (
        "import sys; from pathlib import Path; from densevsconv.store.layout import Layout; "
        "from densevsconv.stages.plan import run_stage; "
        "run_stage('track', Layout(Path(sys.argv[1]))); "
        "sys.exit('tensorflow' in sys.modules)"
    )
    write_digests(layout)
    subprocess.run([sys.executable, "-c", code, str(layout.root)], check=True, env=ENVIRONMENT)
    assert whole_state(layout) == before
    assert (layout.root / "track.json").read_bytes() == summary


@pytest.mark.parametrize("number", [1, 2, 12, 60, 125])
def test_killed_and_run_again_ends_the_same(
    layout: Layout, tmp_path: Path, empty_database: Path, number: int
) -> None:
    run_stage("track", layout)
    undisturbed = meaning(layout)
    move_database(layout, tmp_path / "second", empty_database)
    with killed_at_commit(number), pytest.raises(Killed):
        run_stage("track", layout)
    assert meaning(layout) != undisturbed
    run_stage("track", layout)
    assert meaning(layout) == undisturbed


def test_a_running_study_is_imported_as_far_as_it_is_and_completed_later(
    layout: Layout, tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_stage("track", layout)
    undisturbed = meaning(layout)
    move_database(layout, tmp_path / "second", empty_database)
    trainings = finished(Study(track.TrackPlan.read(layout.plan("track")), layout), 2)
    # the made-up trials have names, where planned ones have digests
    planned = [(kind, SimpleNamespace(id=each.trial, **dict(each))) for kind, each in trainings]
    monkeypatch.setattr(track, "_planned", lambda at: planned)
    for kind, each in trainings:
        journal = Journal(layout.journal(track.STAGES[kind]))
        journal.put(each.trial, each.model_dump(mode="json"))
    waiting = layout.journal("search") / "se" / "search-conv_a-0-1.json"
    waiting.rename(waiting.with_suffix(".later"))
    run_stage("track", layout, partial=True)
    statuses = dict(rows(layout, "SELECT status, COUNT(*) FROM runs GROUP BY status"))
    assert statuses == {"FINISHED": TRIALS - 1, "RUNNING": SEEDS * len(CASES) + len(CASES)}
    waiting.with_suffix(".later").rename(waiting)
    run_stage("track", layout)
    assert meaning(layout) == undisturbed


@pytest.mark.slow
def test_killed_at_every_tenth_commit(layout: Layout, tmp_path: Path, empty_database: Path) -> None:
    run_stage("track", layout)
    undisturbed = meaning(layout)
    number, done = 1, False
    while not done:
        move_database(layout, tmp_path / f"killed{number}", empty_database)
        try:
            with killed_at_commit(number):
                run_stage("track", layout)
            done = True
        except Killed:
            run_stage("track", layout)
        assert meaning(layout) == undisturbed, number
        number += 10
    assert number > 100


@pytest.mark.slow
def test_kill_minus_nine_at_any_time(layout: Layout, tmp_path: Path) -> None:
    command = [*COMMAND, str(layout.root)]
    subprocess.run(command, check=True, env=ENVIRONMENT)
    undisturbed = meaning(layout)
    plan = read_json(layout.plan("track"))
    folder = tmp_path / "killed"  # nothing there: creating the database is interrupted as well
    plan |= {"database": str(folder / "mlflow.db"), "artifacts": str(folder / "artifacts")}
    write_json(layout.plan("track"), plan)
    for seconds in (2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0):
        process = subprocess.Popen(command, env=ENVIRONMENT)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True, env=ENVIRONMENT)
    assert meaning(layout) == undisturbed


def test_the_model_predicts_what_the_first_seed_predicted(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    bound = BoundArchitecture.from_dict(architecture("convolutional"))
    images = read_npz(layout.test_data("toy"))["images"]
    scaling = Scaling.for_training("unit", read_json(layout.data_info("toy")))
    predicted = reference(bound, scaling.apply(images))
    write_refit(layout, "conv_a", predicted)
    for stage in ("evaluate", "summarise", "track"):
        run_stage(stage, layout)
    ((model,),) = rows(layout, "SELECT model_id FROM logged_models WHERE name = 'conv_a'")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri(database(layout)))
    loaded = mlflow.pyfunc.load_model(f"models:/{model}")
    found = loaded.predict(images)
    np.testing.assert_allclose(found, predicted[0], atol=1e-6)
    assert np.abs(found - predicted[1]).max() > 0.01  # another seed's would differ
    assert found.shape == (IMAGES, CLASSES)


def reference(bound: BoundArchitecture, images: np.ndarray) -> list[np.ndarray]:
    """Return every seed's probabilities, worked out in NumPy: conv 3x3 same, relu, dense."""
    found = []
    for repetition in range(SEEDS):
        w = weights("conv_a", repetition)
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        maps = np.einsum("nijcyx,yxcf->nijf", windows, w["0_conv/kernel"]) + w["0_conv/bias"]
        hidden = np.maximum(maps, 0).reshape(len(images), -1)
        logits = hidden @ w["2_dense/kernel"] + w["2_dense/bias"]
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        found.append((exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32))
    return found


def test_results_that_changed_supersede_the_old_ones(layout: Layout) -> None:
    run_stage("track", layout)
    shard = read_json(layout.trainings(0))
    shard["trainings"][0]["seconds"] = 99.0
    write_json(layout.trainings(0), shard)
    run_stage("track", layout)
    assert superseded(layout) == [f"trial/dense_b/{shard['trainings'][0]['trial']}"]
    assert len(rows(layout, KEYS)) == RUNS + 1
    before = whole_state(layout)
    run_stage("track", layout)
    assert whole_state(layout) == before


def superseded(layout: Layout) -> list[str]:
    return [key for (key,) in rows(layout, f"{KEYS} AND run_uuid IN (SELECT run_uuid FROM tags "
                                           "WHERE key = 'superseded')")]  # fmt: skip


def test_of_two_runs_with_one_key_the_finished_one_is_kept(layout: Layout) -> None:
    from mlflow import MlflowClient

    run_stage("track", layout)
    client = MlflowClient(uri(database(layout)))
    ((run,),) = rows(layout, "SELECT run_uuid FROM tags WHERE value = 'case/conv_a'")
    first = client.get_run(run)
    again = client.create_run(first.info.experiment_id, 2 * first.info.start_time, first.data.tags)
    run_stage("track", layout)
    assert client.get_run(run).info.lifecycle_stage == "active"
    assert client.get_run(again.info.run_id).info.lifecycle_stage == "deleted"


def test_a_trial_that_left_the_study_is_kept_but_marked(layout: Layout) -> None:
    run_stage("track", layout)
    shard = read_json(layout.trainings(0))
    shard["trainings"].pop()
    write_json(layout.trainings(0), shard)
    run_stage("track", layout)
    assert superseded(layout) == ["trial/dense_b/search-dense_b-1-1"]
    assert read_json(layout.root / "track.json")["runs"]["trial"] == TRIALS - 1


def test_a_new_evaluation_moves_the_children_to_the_new_parent(layout: Layout) -> None:
    run_stage("track", layout)
    rng = np.random.default_rng(9)
    random = [rng.dirichlet(np.ones(CLASSES), IMAGES).astype(np.float32) for _ in range(SEEDS)]
    write_refit(layout, "dense_b", random)
    for stage in ("evaluate", "summarise", "track"):
        run_stage(stage, layout)
    current = rows(layout, "SELECT run_uuid FROM tags WHERE value = 'case/dense_b' EXCEPT "
                           "SELECT run_uuid FROM tags WHERE key = 'superseded'")  # fmt: skip
    assert len(current) == 1
    nested = rows(layout, "SELECT COUNT(*) FROM tags WHERE key = 'mlflow.parentRunId' "
                          f"AND value = '{current[0][0]}'")  # fmt: skip
    assert nested == [(TRIALS // 2 + SEEDS,)]


def test_files_are_attached_and_attached_again_when_they_change(layout: Layout) -> None:
    run_stage("track", layout)
    artifacts = database(layout).parent / "artifacts"
    (copy,) = artifacts.rglob("results/time/conv_a.json")
    assert read_json(copy) == read_json(layout.timing("conv_a"))
    (table,) = copy.parents[2].rglob("confusion/counts.csv")
    counts = read_json(layout.evaluation("conv_a"))["confusion"]["counts"]
    lines = [line.split(",") for line in table.read_text().splitlines()]
    assert lines[0] == ["true \\ predicted", "a", "b", "c"]
    assert [[int(cell) for cell in line[1:]] for line in lines[1:]] == counts
    write_json(layout.timing("conv_a"), read_json(layout.timing("conv_a")) | {"device": "other"})
    run_stage("track", layout)
    assert len(rows(layout, KEYS)) == RUNS
    assert read_json(copy)["device"] == "other"
