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
    test_accuracy_low: float | None = Field(
        description="Lower end of its interval, over seeds and test images; empty where there are "
        "fewer than five seeds."
    )
    test_accuracy_high: float | None = Field(description="Upper end.")
    test_accuracy_lowest: float = Field(description="Of the seeds.")
    test_accuracy_highest: float = Field(description="Of the seeds.")
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
    trained_seeds: int = Field(
        description="How many trained, to more than naming the commonest class gives."
    )
    trained_lowest: float | None = Field(description="The lowest test accuracy of those.")
    trained_highest: float | None = Field(description="The highest.")
    not_tested: str | None = Field(
        description="Why nothing follows from the case, such as that no start trained; or empty."
    )
    time_ratio: float = Field(description="*measured*: over the data set's fastest case.")
    seconds_per_epoch_median: float = Field(description="*measured*: stage `time`.")
    seconds_to_target_median: float | None = Field(
        description="*measured*: training time until `time: target_accuracy` is first reached on "
        "the validation images, by the median of the refitted seeds, where one that never reaches "
        "it counts as later than its last epoch (Kaplan and Meier); empty where half do not."
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
    difference_low: float | None = Field(description="Lower end of its interval.")
    difference_high: float | None = Field(description="Upper end.")
    interval: str = Field(
        description="What it is over: `seeds and images`; or, with fewer than five seeds, `every "
        "run by its images`: the ends of the intervals of all pairs of runs, over images alone."
    )
    p_value: float | None = Field(
        description="Two-sided, of this pair alone, over seeds and images; empty with fewer than "
        "five seeds."
    )
    ahead: str = Field(
        description="By the interval: `a`, `b`, `neither`, or `unknown` without one; `not tested` "
        "where a case did not train."
    )
    not_tested: str | None = Field(description="Why it is not tested; or empty.")


def ahead(low: float | None, high: float | None) -> str:
    """Return on whose side of zero the interval of a minus b lies."""
    if low is None or high is None:
        return "unknown"
    if low > 0:
        return "a"
    return "b" if high < 0 else "neither"


class CasePair(Record):
    """Two cases of one data set."""

    dataset: str = Field(description="Its name in the study.")
    case_a: str = Field(description="Convolutional.")
    case_b: str = Field(description="Dense.")


class ComparisonRow(Difference, CasePair):
    """comparisons.csv: every convolutional case with every dense one of the same data set."""

    p_adjusted: float | None = Field(
        description="`p_value`, corrected for the number of comparisons of the data set (Holm)."
    )
    only_a: int = Field(description="Test images that most seeds of a get right, and not of b.")
    only_b: int = Field(description="The other way round.")
    mcnemar_p: float = Field(
        description="McNemar's p value of these two numbers: of the two ensembles that vote, and "
        "of no other seeds."
    )
    probability_a_ahead: float = Field(
        description="That a run of a scores above one of b, on these images; a tie counts half."
    )
    probability_low: float = Field(description="Lower end of its interval.")
    probability_high: float = Field(description="Upper end.")


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

    answers_differ: float = Field(
        description="Share of the answers, of the same seed on the same image, of which one is "
        "right and the other wrong."
    )

    train_seconds_a: float = Field(description="*measured*: median training time.")
    train_seconds_b: float = Field(description="*measured*: median training time.")
    time_ratio: float = Field(description="*measured*: a over b.")


class FamilyRow(Record):
    """families.csv: the case that stands for a family of a data set, chosen by validation alone.

    The highest mean validation accuracy of the refitted networks, among equals the lowest loss; of
    several engines that of the best case of all. Cases from which nothing follows are left out.
    """

    dataset: str = Field(description="Its name in the study.")
    family: str = Field(description="`dense` or `convolutional`.")
    case: str = Field(description="The best case.")
