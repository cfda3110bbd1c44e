"""The files of search, select and refit: trials, what was chosen, and the runs on fresh seeds."""

from typing import Any, Literal

from pydantic import Field

from densevsconv.results.record import Record

Status = Literal["finished", "diverged", "failed"]
"""A run whose loss was not finite ended there: it diverged. What could not be trained failed."""


class CaseLabels(Record):
    """The columns that every table of cases begins with."""

    dataset: str = Field(description="The data set's name in the study.")
    case: str = Field(description="The case's name.")
    family: str = Field(description="`convolutional` where any layer convolves, else `dense`.")
    architecture: str = Field(description="The architecture's name.")
    engine: str = Field(description="What trained it.")


class Scores(Record):
    """The four curves at the best epoch; empty unless the run finished."""

    train_loss: float | None = Field(description="Mean cross-entropy of the training batches.")
    train_accuracy: float | None = Field(description="Of the training batches.")
    validation_loss: float | None = Field(description="Mean cross-entropy.")
    validation_accuracy: float | None = Field(description="On the validation images.")


CURVES = tuple(Scores.model_fields)
"""What a history has a number an epoch of."""


class Run(Scores):
    """One training."""

    trial: str = Field(description="Its id.")
    repetition: int = Field(description="Which seed, from 0.")
    seeds: dict[str, int] = Field(description="The seed of each source of randomness.")
    status: Status = Field(
        description="`finished`; `diverged`: a loss was not finite; or `failed`: the machine could "
        "not do it."
    )
    reason: str | None = Field(default=None, description="Why it failed, in a line.")
    epochs_run: int = Field(description="Finite epochs.")
    best_epoch: int = Field(description="The epoch whose weights are kept.")
    seconds: float = Field(description="*measured*, with other jobs beside it.")
    ended: float = Field(description="When it finished, in seconds since 1970.")
    execution: str = Field(description="How the engine ran it, such as `xla` or `graph`.")
    threads: int = Field(description="It had.")
    device: str = Field(description="It ran on.")
    node: str = Field(default="", description="The machine of that device, by name.")

    @property
    def diverged(self) -> bool:
        return self.status == "diverged"


class JournalEntry(Run):
    """journal/<stage>/<id>.json: a finished training of search or refit."""

    case: str = Field(description="The case; in the journal the one it was first trained for.")
    point: int = Field(description="Which combination of settings, from 0.")
    settings: dict[str, Any] = Field(description="The searched settings of that point.")
    training: dict[str, Any] = Field(description="All of them.")
    history: dict[str, list[float]] = Field(description="A number an epoch of each curve.")

    @property
    def run(self) -> Run:
        return Run.model_validate(self.model_dump(include=set(Run.model_fields)))


class Trainings(Record):
    """search/shard<K>.json: what each trial of a shard was like, epoch by epoch."""

    trainings: list[JournalEntry] = Field(description="In the order of the shard's table.")


class TrialRow(Scores, CaseLabels):
    """trials.csv, search/shard<K>.parquet: one row a search trial, by case, point, repetition."""

    trial: str = Field(description="Its id.")
    point: int = Field(description="Which combination of settings.")
    repetition: int = Field(description="Which seed.")
    status: str = Field(description="`finished`, `diverged` or `failed`.")
    reason: str | None = Field(default=None, description="Why it failed.")
    epochs_run: int = Field(description="Finite epochs.")
    best_epoch: int = Field(
        description="The epoch whose weights are kept: lowest validation loss under early "
        "stopping, else the last."
    )
    search_seconds: float = Field(
        description="*measured*, with other jobs beside it: never a training time."
    )
    execution: str = Field(description="How the engine ran it.")
    device: str = Field(description="Where it ran.")
    node: str = Field(default="", description="The machine of that device, by name.")
    threads: int = Field(description="It had.")
    settings: str = Field(description="Searched settings, JSON.")
    optimizer: str = Field(description="Training setting.")
    learning_rate: float = Field(description="Training setting.")
    l2: float = Field(description="Training setting.")
    momentum: float = Field(description="Training setting.")
    weight_decay: float = Field(description="Training setting.")
    batch_size: int = Field(description="Training setting.")
    epochs: int = Field(description="Training setting.")
    initializer: str = Field(description="Training setting, JSON where it is a mapping or null.")


class Candidate(Record):
    """One point of a case's search; without scores and with 0 seeds where it is the only one."""

    point: int = Field(description="Its number, from 0.")
    settings: dict[str, Any] = Field(description="The searched settings.")
    validation_accuracy_mean: float | None = Field(description="Of the seeds that finished.")
    validation_accuracy_std: float | None = Field(description="Likewise, with n - 1.")
    validation_loss_mean: float | None = Field(description="Likewise.")
    diverged: int = Field(description="Seeds that diverged.")
    failed: int = Field(default=0, description="Seeds that could not be trained.")
    seeds: int = Field(description="All of them.")
    epochs: int = Field(default=0, description="Of its last trials, if nothing ends them early.")
    pruned: bool = Field(
        default=False, description="Whether it was given up after these epochs, with these scores."
    )

    @property
    def eligible(self) -> bool:
        return not (self.diverged or self.failed or self.pruned)

    @property
    def score(self) -> float:
        """What a search goes by: the mean accuracy; 0 where a seed diverged or failed."""
        return (self.validation_accuracy_mean or 0.0) if self.eligible else 0.0


class Selection(Record):
    """select/<case>.json: the chosen settings of a case, by validation scores alone, and why."""

    case: str = Field(description="Its name.")
    point: int = Field(description="The chosen point.")
    settings: dict[str, Any] = Field(description="Its searched settings.")
    training: dict[str, Any] = Field(description="Every setting.")
    validation_accuracy_mean: float | None = Field(
        description="Over seeds; null for the only point of a case, of which no trial is made."
    )
    validation_loss_mean: float | None = Field(description="Likewise.")
    candidates: list[Candidate] = Field(description="Every point.")
    ties: list[int] = Field(description="Points whose accuracy equals the best.")
    standard_error: float | None = Field(
        description="Of the chosen point's accuracy: over its seeds, or of a share of the "
        "validation images, whichever is larger."
    )
    near: list[int] = Field(description="Points less than that below the chosen one.")
    edge: list[str] = Field(
        description="Settings whose chosen value is the smallest or the largest of a grid or list."
    )
    rule: str = Field(description="In words.")
    reason: str = Field(description="In words.")

    @property
    def none_eligible(self) -> bool:
        """Whether every point of the search has a diverged or failed seed."""
        return not any(candidate.eligible for candidate in self.candidates)


class Runs(Record):
    """refit/<case>/runs.json: one record a refitted seed."""

    case: str = Field(description="Its name.")
    runs: list[Run] = Field(description="In the order of repetitions.")
