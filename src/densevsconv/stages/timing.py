"""Time: what the chosen settings cost, measured alone on the machine, warm and repeated.

Search and refit run side by side with other jobs, so their seconds are no measure of cost. Here
the study runs nothing else, and what other processes did meanwhile is measured. Compiling is done,
and timed, before the clock of training starts; validation, and drawing the batches and the random
changes of their images, are outside that clock.

The machine does nothing else meanwhile, so a study may bound what a training is timed for: one
epoch costs what the next one does.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from densevsconv.errors import UnableError, UserError
from densevsconv.results.timing import Inference, Spread, Timing, Trainings
from densevsconv.stages.plan import Files
from densevsconv.stages.refit import RefittedCase, planned_runs
from densevsconv.stages.trained import TrainingPlan, image_files
from densevsconv.store.cards import place
from densevsconv.store.identity import code_digest, digest
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.machine import Others, describe_machine, peak_memory, reset_peak_memory
from densevsconv.store.progress import Progress
from densevsconv.training.batches import steps_per_epoch
from densevsconv.training.engine import FinishedTrial, Predictor
from densevsconv.training.settings import Training
from densevsconv.trials.groups import GroupTrainer
from densevsconv.trials.planned import PlannedTrial

WARM_UP_EPOCHS = 3
"""At most, and of a long training's epochs at most a tenth, but one at least."""
LEAST_EPOCHS = 3
"""Of a training that is timed in part."""
INFERENCE_REPEATS = 50


class TimePlan(TrainingPlan):
    """plan/time.json."""

    card: ClassVar = partial(place, alone=True)
    shared: ClassVar = False  # compiling is timed

    seconds: float | None = Field(description="About how long a timed training may take.")
    batch_sizes: list[int] = Field(description="At which inference is timed.")
    cases: dict[str, RefittedCase] = Field(description="All, with their number of trainings.")


def inputs(plan: TimePlan, at: Layout) -> Files:
    """Return the selections and the training images; the test images play no part."""
    return {
        "selections": [at.selection(case) for case in plan.cases],
        **image_files(at, plan.cases.values()),
    }


def outputs(plan: TimePlan, at: Layout) -> Files:
    return {"timings": [at.timing(case) for case in plan.cases]}


def run(plan: TimePlan, at: Layout, *, threads: int | None = None) -> None:
    """Time every case of the study, one after the other."""
    journal = Journal(at.journal("time"))
    trainer = GroupTrainer(at)
    progress = Progress("time", len(plan.cases))
    for name, case in plan.cases.items():
        trials = planned_runs(plan, {name: case}, at, threads)
        machine = describe_machine(*trials[0].engine.packages)
        if machine["cores"] < (wanted := trials[0].engine.threads):
            raise UserError(
                f"{wanted} threads are to be timed, and this process may use {machine['cores']} "
                f"cores of {machine['node']}; give it more, or set the study's `time: threads`"
            )
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
            record = {"case": name, "machine": machine, **_measure(trials, trainer, plan)}
            journal.put(identifier, record)
        # two cases may share a timing
        Timing.model_validate(record | {"case": name}).write(at.timing(name))
        progress.advance(name)


def _measure(trials: list[PlannedTrial], trainer: GroupTrainer, plan: TimePlan) -> dict[str, Any]:
    images = trainer.data(trials[0].dataset).train_images
    training = trials[0].training
    trainer.release()
    baseline = reset_peak_memory()
    warm_up = min(WARM_UP_EPOCHS, max(1, training.epochs // 10))
    ((warm, _),) = _trained(trials[:1], warm_up, trainer)
    timed = timed_epochs(training, warm.epoch_seconds[-1], plan.seconds)
    fits, others = zip(*_trained(trials, timed, trainer), strict=True)
    peak = peak_memory()
    epochs = np.concatenate([fit.epoch_seconds for fit in fits])
    images_an_epoch = steps_per_epoch(len(images), training.batch_size) * training.batch_size
    predictor = trainer.predictor(trials[0], fits[0])
    beside = Others()
    inference = {
        str(size): _inference(predictor, images, size).model_dump() for size in plan.batch_sizes
    }
    others = (*others, beside.share())
    whole = [whole_seconds(fit, timed, training.epochs) for fit in fits]
    return {
        "device": warm.device,
        "threads": trials[0].engine.threads,
        "execution": warm.execution,
        "repeats": len(fits),
        "compile_seconds": warm.compile_seconds,
        "train_seconds": Trainings(**_quartiles(whole), all=whole).model_dump(),
        "seconds_per_epoch": Spread(**_quartiles(epochs)).model_dump(),
        "others": None if None in others else list(others),
        "epochs": training.epochs,
        "epochs_timed": [len(fit.epoch_seconds) for fit in fits],
        "images_per_second": images_an_epoch / float(np.median(epochs)),
        "inference": inference,
        "peak_memory_bytes": peak,
        "baseline_memory_bytes": baseline,
    }


def _trained(
    trials: list[PlannedTrial], epochs: int, trainer: GroupTrainer
) -> Iterator[tuple[FinishedTrial, float | None]]:
    """Train for so many epochs; yield with each training what other processes did meanwhile."""
    shorter = [
        replace(trial, training=trial.training.model_copy(update={"epochs": epochs}))
        for trial in trials
    ]
    others = Others()
    for trial, finished in trainer.train(shorter, clocked=True):
        if finished.reason:
            raise UnableError(f"case {trial.case} could not be timed: {finished.reason}")
        yield finished, others.share()
        others = Others()


def timed_epochs(training: Training, epoch_seconds: float, seconds: float | None) -> int:
    """Return how many epochs of a training are timed, given the seconds of its last warm-up epoch.

    About ``seconds`` in all; None for all of the epochs. A training that stops early is timed
    whole: how many epochs it takes is not known before.
    """
    if seconds is None or training.early_stopping is not None:
        return training.epochs
    return min(training.epochs, max(LEAST_EPOCHS, round(seconds / epoch_seconds)))


def whole_seconds(fit: FinishedTrial, timed: int, epochs: int) -> float:
    """Return the seconds of a training of ``epochs``, of which ``timed`` were timed.

    All epochs are taken to cost what the median one does. A training that diverged ends there, so
    it took what it took.
    """
    if timed == epochs or fit.status == "diverged":
        return sum(fit.epoch_seconds)
    return epochs * float(np.median(fit.epoch_seconds))


def _quartiles(values: Any) -> dict[str, float]:
    """Return median and quartiles; never the least, which no user would see again."""
    low, median, high = np.quantile(np.asarray(values, np.float64), [0.25, 0.5, 0.75])
    return {"median": float(median), "low": float(low), "high": float(high)}


def _inference(predictor: Predictor, images: np.ndarray, size: int) -> Inference:
    batch = np.resize(images, (size, *images.shape[1:]))
    for _ in range(3):
        predictor(batch)
    seconds = []
    for _ in range(INFERENCE_REPEATS):
        clock = time.perf_counter()
        predictor(batch)
        seconds.append(time.perf_counter() - clock)
    spread = {f"{name}_seconds": value for name, value in _quartiles(seconds).items()}
    return Inference(**spread, images_per_second=size / spread["median_seconds"])
