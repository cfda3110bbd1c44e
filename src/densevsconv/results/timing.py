"""The files of time: what a training costs; of rerun, and of gradients."""

from statistics import median
from typing import Any

from pydantic import Field

from densevsconv.results.record import Record


class Spread(Record):
    """Median and quartiles of repeated timings."""

    median: float = Field(description="Half take longer.")
    low: float = Field(description="Lower quartile.")
    high: float = Field(description="Upper quartile.")


class Trainings(Spread):
    """The spread of whole trainings, and each of them."""

    all: list[float] = Field(description="One a timed training.")


class Inference(Record):
    """Predicting one batch."""

    median_seconds: float = Field(description="Half take longer.")
    low_seconds: float = Field(description="Lower quartile.")
    high_seconds: float = Field(description="Upper quartile.")
    images_per_second: float = Field(description="At the median.")


class Timing(Record):
    """time/<case>.json: *measured*, warm; `others` says whether alone on the machine."""

    case: str = Field(description="Its name.")
    device: str = Field(description="It ran on.")
    threads: int = Field(description="It had.")
    execution: str = Field(description="How the engine ran it.")
    repeats: int = Field(description="Timed trainings.")
    compile_seconds: float = Field(description="Before the clock of training starts.")
    train_seconds: Trainings = Field(
        description="One whole training, validation not included; the median epoch times "
        "`epochs` where only a part was timed (`time: seconds`)."
    )
    seconds_per_epoch: Spread = Field(description="Over epochs and repeats.")
    epochs: int = Field(description="Of a training as configured.")
    others: list[float] | None = Field(
        description="The share of the cores of this process (`machine`) that other processes had "
        "during each timed training, and last while inference was timed; null where the system "
        "does not tell."
    )
    epochs_timed: list[int] = Field(description="Of each repeat.")
    images_per_second: float = Field(description="Training images over the median epoch.")
    inference: dict[str, Inference] = Field(description="By batch size.")
    peak_memory_bytes: int = Field(description="Largest resident memory while training.")
    baseline_memory_bytes: int = Field(description="Resident memory before.")
    machine: dict[str, Any] = Field(
        description="node (its name), processor, cores, memory_bytes, platform, python and "
        "library versions."
    )

    @property
    def beside(self) -> float | None:
        """How many processors others kept busy, at the median of what was timed."""
        return None if self.others is None else median(self.others) * self.machine["cores"]


class Rerun(Record):
    """rerun.json: the bits of a run that was trained again."""

    case: str = Field(description="Its first seed; the shortest training by estimate.")
    trial: str = Field(description="The id of the run.")
    values: int = Field(description="Numbers among its weights.")
    differ: int = Field(description="How many have other bits than those that refit kept.")
    elsewhere: str = Field(
        description="What was another this time, so that the bits may differ; or empty."
    )


class CheckedArray(Record):
    """The gradient of one array of weights."""

    array: str = Field(description="Its name.")
    values: int = Field(description="Its size.")
    checked: int = Field(description="Entries tried.")
    relative_error: float = Field(description="The largest.")


class CheckedCase(Record):
    """The gradients of one network."""

    worst: float = Field(description="The largest relative error.")
    arrays: list[CheckedArray] = Field(description="In the order of layers.")


class Gradients(Record):
    """gradients.json: backpropagation against central differences, in double precision."""

    images: int = Field(description="The batch: the first training images.")
    entries: int = Field(description="Single entries tried of each array, at most.")
    directions: int = Field(description="Random directions tried of each array.")
    tolerance: float = Field(description="A relative error from here on counts as wrong.")
    worst: float | None = Field(description="The largest relative error of all.")
    cases: dict[str, CheckedCase] = Field(description="By name.")
