"""The tables of summarise: one row a case, a refitted seed, a pair of cases, and who leads."""

from pydantic import Field

from densevsconv.results.record import Record
from densevsconv.results.trials import CaseLabels


class SummaryRow(CaseLabels):
    """summary.csv: one row a case, sorted by data set and case."""

    parameters: int = Field(description="Trained and moving numbers, as Keras counts them.")
    macs: int = Field(description="Multiply-accumulates of one forward pass of one image.")
    trials: int = Field(description="Search trials of the case.")
    seeds: int = Field(description="Refitted seeds, those that diverged included.")
    test_accuracy_mean: float = Field(description="Over seeds.")
    test_accuracy_low: float | None = Field(description="Lower end of its t interval.")
    test_accuracy_high: float | None = Field(description="Upper end.")
    train_seconds_median: float = Field(description="*measured*: time of one whole training.")
    optimizer: str = Field(description="Chosen training setting.")
    learning_rate: float = Field(description="Chosen training setting.")
    l2: float = Field(description="Chosen training setting.")
    momentum: float = Field(description="Chosen training setting.")
    batch_size: int = Field(description="Chosen training setting.")
    epochs: int = Field(description="Chosen training setting.")
    settings: str = Field(description="Chosen point as JSON: what was searched.")
    test_accuracy_std: float | None = Field(description="Over seeds (n - 1).")
    log_loss_mean: float | None = Field(description="Mean test log loss over seeds.")
    calibration_error_mean: float | None = Field(description="Mean over seeds.")
    validation_accuracy_mean: float | None = Field(
        description="Over the refitted seeds; empty where one diverged, and the case then comes "
        "last where a family's best is chosen."
    )
    validation_loss_mean: float | None = Field(description="Likewise.")
    diverged_seeds: int = Field(description="How many of `seeds` diverged.")
    learned_seeds: int = Field(description="How many are better than one class for all images.")
    time_ratio: float = Field(description="*measured*: over the data set's fastest case.")
    seconds_per_epoch_median: float = Field(description="*measured*: stage `time`.")
    seconds_to_target_median: float | None = Field(
        description="*measured*: training time until `time: target_accuracy` is first reached on "
        "the validation images, the median of the refitted seeds that reach it."
    )
    target_seeds: int = Field(description="How many reach it.")
    title: str = Field(description="For people; with the engine where there are several.")


class RunRow(CaseLabels):
    """runs.csv: one row a refitted seed, sorted by data set, case and repetition."""

    repetition: int = Field(description="Which seed.")
    trial: str = Field(description="The run's id.")
    status: str = Field(description="`finished` or `diverged`.")
    epochs_run: int = Field(description="Finite epochs.")
    best_epoch: int = Field(description="The epoch whose weights are kept.")
    validation_accuracy: float | None = Field(description="At `best_epoch`.")
    validation_loss: float | None = Field(description="At `best_epoch`.")
    test_accuracy: float | None = Field(description="On the test images.")
    test_log_loss: float | None = Field(description="Empty where a probability is no number.")
    seconds: float = Field(description="*measured*, with other jobs beside it.")
    seed_initialisation: int = Field(description="The run's seed.")
    seed_batch_order: int = Field(description="The run's seed.")
    seed_dropout: int = Field(description="The run's seed.")
    seed_augmentation: int = Field(description="The run's seed.")


class Difference(Record):
    """A difference of test accuracy, a minus b."""

    difference_mean: float = Field(description="Mean over seeds.")
    difference_low: float | None = Field(description="Lower end of its t interval.")
    difference_high: float | None = Field(description="Upper end.")
    p_value: float | None = Field(
        description="Two-sided, of this pair alone: not corrected for the number of pairs."
    )
    test: str = Field(description="`paired t` where seeds are shared, else `Welch t`.")

    @property
    def ahead(self) -> str:
        """Return "a", "b", "neither" or, without an interval, "unknown"."""
        if self.difference_low is None or self.difference_high is None:
            return "unknown"
        if self.difference_low > 0:
            return "a"
        return "b" if self.difference_high < 0 else "neither"


class CasePair(Record):
    """Two cases of one data set."""

    dataset: str = Field(description="Its name in the study.")
    case_a: str = Field(description="Convolutional.")
    case_b: str = Field(description="Dense.")


class ComparisonRow(Difference, CasePair):
    """comparisons.csv: every convolutional case with every dense one of the same data set."""


class FormPair(Record):
    """A network, or the lead of convolution, on two forms of the same images."""

    base: str = Field(description="The data set's name in the catalogue.")
    dataset_a: str = Field(description="The changed form.")
    dataset_b: str = Field(description="The reference: fewest changes, most training images.")
    kind: str = Field(description="`network`, or `lead`: how far convolution is ahead.")
    family: str | None = Field(default=None, description="Of the network.")
    architecture: str | None = Field(default=None, description="Of the network.")
    engine: str = Field(description="Of the network, or of all four cases.")
    case_a: str = Field(description="The case on form a; of a lead the convolutional one.")
    minus_a: str | None = Field(
        default=None, description="Of a lead, the best dense case of form a."
    )
    case_b: str = Field(description="The case on form b; of a lead the convolutional one.")
    minus_b: str | None = Field(
        default=None, description="Of a lead, the best dense case of form b."
    )


class DifficultyRow(Difference, FormPair):
    """difficulty.csv: (case_a - minus_a) - (case_b - minus_b); below zero: lost by the change."""


class EnginePair(Record):
    """One network trained alike by two engines."""

    dataset: str = Field(description="Its name in the study.")
    architecture: str = Field(description="Its name.")
    case_a: str = Field(description="On engine a.")
    case_b: str = Field(description="On engine b.")
    engine_a: str = Field(description="The first by name.")
    engine_b: str = Field(description="The other.")


class EngineRow(Difference, EnginePair):
    """engines.csv: what differs is the implementation's doing, not the architecture's."""

    train_seconds_a: float = Field(description="*measured*: median training time.")
    train_seconds_b: float = Field(description="*measured*: median training time.")
    time_ratio: float = Field(description="*measured*: a over b.")


class FamilyRow(Record):
    """families.csv: the case that stands for a family of a data set, chosen by validation alone.

    The highest mean validation accuracy of the refitted networks, among equals the lowest loss; of
    several engines that of the best case of all.
    """

    dataset: str = Field(description="Its name in the study.")
    family: str = Field(description="`dense` or `convolutional`.")
    case: str = Field(description="The best case.")
