"""Time: what the chosen settings cost, measured alone on the machine, warm and repeated.

Search and refit run side by side with other jobs, so their seconds are no measure of cost. Here
nothing else runs. Compiling is done, and timed, before the clock of training starts; validation,
and drawing the batches and the random changes of their images, are outside that clock.

The machine does nothing else meanwhile, so a study may bound what a training is timed for: one
epoch costs what the next one does.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.stages.plan import Files, Plan
from densevsconv.stages.refit import RefittedCase, planned_runs
from densevsconv.store.files import write_json
from densevsconv.store.identity import code_digest, digest
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.machine import describe_machine, peak_memory, reset_peak_memory
from densevsconv.store.progress import Progress
from densevsconv.training.batches import steps_per_epoch
from densevsconv.training.loop import Fit, Predictor
from densevsconv.training.settings import Training
from densevsconv.trials.planned import PlannedTrial, Trainers

WARM_UP_EPOCHS = 3
"""At most, and of a long training's epochs at most a tenth, but one at least."""
LEAST_EPOCHS = 3
"""Of a training that is timed in part."""
INFERENCE_REPEATS = 50


class TimePlan(Plan):
    """plan/time.json."""

    seed: int = Field(description="The study's.")
    execution: str = Field(description="How TensorFlow runs an epoch: auto, xla or graph.")
    threads: int = Field(description="Used where the workflow gives no number of cores.")
    seconds: float | None = Field(description="About how long a timed training may take.")
    batch_sizes: list[int] = Field(description="At which inference is timed.")
    cases: dict[str, RefittedCase] = Field(description="All, with their number of trainings.")


def inputs(plan: TimePlan, at: Layout) -> Files:
    """Return the selections and the training images; the test images play no part."""
    datasets = sorted({case.dataset for case in plan.cases.values()})
    return {
        "selections": [at.selection(case) for case in plan.cases],
        "train": [at.train_data(dataset) for dataset in datasets],
        "info": [at.data_info(dataset) for dataset in datasets],
    }


def outputs(plan: TimePlan, at: Layout) -> Files:
    """Return the timings of every case."""
    return {"timings": [at.timing(case) for case in plan.cases]}


def run(plan: TimePlan, at: Layout, *, threads: int | None = None) -> None:
    """Time every case of the study, one after the other."""
    journal = Journal(at.journal("time"))
    machine = describe_machine()
    trainers = Trainers(at, plan.execution)
    progress = Progress("time", len(plan.cases))
    for name, case in plan.cases.items():
        trials = planned_runs({name: case}, at, seed=plan.seed, threads=threads or plan.threads)
        identifier = digest(
            {
                "trials": [trial.id for trial in trials],
                "machine": machine,
                "code": code_digest("densevsconv.stages.timing"),
                "settings": plan.model_dump(mode="json", exclude={"cases"}),
            }
        )
        record = journal.get(identifier)
        if record is None:
            record = {"case": name, "machine": machine, **_measure(trials, trainers, plan)}
            journal.put(identifier, record)
        write_json(at.timing(name), record)
        progress.advance(name)


def _measure(trials: list[PlannedTrial], trainers: Trainers, plan: TimePlan) -> dict[str, Any]:
    data = trainers.data(trials[0].dataset)
    trainers.release()
    baseline = reset_peak_memory()
    trainer = trainers.trainer(trials[0])
    tenth = max(1, trials[0].training.epochs // 10)
    warm_up = trials[0].training.model_copy(update={"epochs": min(WARM_UP_EPOCHS, tenth)})
    warm, _ = trainers.run(trials[0].with_training(warm_up), clocked=True)
    training = trials[0].training
    timed = timed_epochs(training, warm.epoch_seconds[-1], plan.seconds)
    part = training.model_copy(update={"epochs": timed})
    fits = [trainers.run(trial.with_training(part), clocked=True)[0] for trial in trials]
    peak = peak_memory()
    epochs = np.concatenate([fit.epoch_seconds for fit in fits])
    images = steps_per_epoch(trials[0].train_images, training.batch_size) * training.batch_size
    predictor = trainer.predictor(fits[0].weights)
    return {
        "device": trainer.device,
        "threads": trials[0].engine.threads,
        "execution": trainer.execution,
        "repeats": len(fits),
        "compile_seconds": trainer.compile_seconds,
        "train_seconds": _spread(
            [whole_seconds(fit, timed, training.epochs) for fit in fits], keep=True
        ),
        "seconds_per_epoch": _spread(epochs),
        "epochs": training.epochs,
        "epochs_timed": [len(fit.epoch_seconds) for fit in fits],
        "images_per_second": images / float(np.median(epochs)),
        "inference": {
            str(size): _inference(predictor, data.train_images, size) for size in plan.batch_sizes
        },
        "peak_memory_bytes": peak,
        "baseline_memory_bytes": baseline,
    }


def timed_epochs(training: Training, epoch_seconds: float, seconds: float | None) -> int:
    """Return how many epochs of a training are timed.

    Parameters
    ----------
    training
        One that stops early is timed whole: how many epochs it takes is not known before.
    epoch_seconds
        Of its last warm-up epoch.
    seconds
        About how long the timing may take; None for all of the epochs.
    """
    if seconds is None or training.early_stopping is not None:
        return training.epochs
    return min(training.epochs, max(LEAST_EPOCHS, round(seconds / epoch_seconds)))


def whole_seconds(fit: Fit, timed: int, epochs: int) -> float:
    """Return the seconds of a training of ``epochs``, of which ``timed`` were timed.

    All epochs are taken to cost what the median one does. A training that diverged ends there, so
    it took what it took.
    """
    if timed == epochs or fit.status == "diverged":
        return sum(fit.epoch_seconds)
    return epochs * float(np.median(fit.epoch_seconds))


def _spread(values: Any, *, keep: bool = False) -> dict[str, Any]:
    """Return median and quartiles; never the least, which no user would see again."""
    low, median, high = np.quantile(np.asarray(values, np.float64), [0.25, 0.5, 0.75])
    spread: dict[str, Any] = {"median": float(median), "low": float(low), "high": float(high)}
    return spread | ({"all": [float(value) for value in values]} if keep else {})


def _inference(predictor: Predictor, images: np.ndarray, size: int) -> dict[str, float]:
    batch = np.resize(images, (size, *images.shape[1:]))
    for _ in range(3):
        predictor(batch)
    seconds = []
    for _ in range(INFERENCE_REPEATS):
        clock = time.perf_counter()
        predictor(batch)
        seconds.append(time.perf_counter() - clock)
    spread = _spread(seconds)
    return {
        "median_seconds": spread["median"],
        "low_seconds": spread["low"],
        "high_seconds": spread["high"],
        "images_per_second": size / spread["median"],
    }
