"""The file of evaluate: what the refitted networks do on the test images."""

from pydantic import Field

from densevsconv.results.record import Record


class Interval(Record):
    """A mean over seeds and the ends of Student's t interval; null where seeds are too few."""

    mean: float | None = Field(description="Over seeds.")
    low: float | None = Field(description="Lower end.")
    high: float | None = Field(description="Upper end.")
    std: float | None = Field(description="Standard deviation with n - 1.")


class OverSeeds(Interval):
    """An interval with the number of each seed."""

    per_seed: list[float | None] = Field(description="In the order of repetitions.")
    seeds: int = Field(description="How many are defined.")


class TestAccuracy(Record):
    """The test accuracy of a case: its interval covers seeds and test images alike."""

    mean: float = Field(description="Over seeds.")
    low: float | None = Field(description="Lower end; null where there are fewer than five seeds.")
    high: float | None = Field(description="Upper end.")
    std: float | None = Field(description="Standard deviation of the seeds, with n - 1.")
    lowest: float = Field(description="Of the seeds.")
    highest: float = Field(description="Of the seeds.")
    per_seed: list[float] = Field(description="In the order of repetitions.")


class StartsThatTrain(Record):
    """Which seeds trained, and the range of those: two kinds of starts have no common mean."""

    seeds: list[bool] = Field(
        description="Of each seed, whether it finished and its accuracy is above `above`."
    )
    above: float = Field(
        description="What naming the commonest class may reach by chance (binomial), or halfway "
        "from there to the best seed, whichever is larger."
    )
    share_low: float = Field(description="Lower end of the share of starts that train.")
    share_high: float = Field(description="Upper end (Clopper and Pearson).")
    lowest: float | None = Field(description="Test accuracy of those that did.")
    highest: float | None = Field(description="Likewise.")


class Bin(Record):
    """Predictions of one range of confidence, over all seeds."""

    low: float = Field(description="Lower edge.")
    high: float = Field(description="Upper edge.")
    count: int = Field(description="Predictions.")
    confidence: float | None = Field(description="Mean of the largest probability.")
    accuracy: float | None = Field(description="Share that is right.")


class Calibration(Record):
    """Reliability over all seeds."""

    bins: list[Bin] = Field(description="Of equal width.")


class ClassScores(Record):
    """One class: an interval over seeds each."""

    label: int = Field(description="The class.")
    support: int = Field(description="Its test images.")
    precision: Interval = Field(description="0 for a class that is never predicted.")
    recall: OverSeeds = Field(description="Share of its images that is recognised.")
    f1: Interval = Field(description="Harmonic mean of both.")


class Confusion(Record):
    """Rows are true classes, columns are predictions."""

    counts: list[list[int]] = Field(description="Summed over seeds.")
    normalised: list[list[float]] = Field(description="Each row's shares.")


class ConfusedPair(Record):
    """One of the most frequent confusions."""

    true: int = Field(description="The class.")
    predicted: int = Field(description="What it is taken for.")
    count: int = Field(description="Over seeds.")
    rate: float = Field(description="Share of that true class.")
    examples: list[int] = Field(description="Test rows, those misread so by most seeds first.")


class MissedImage(Record):
    """A test image that a seed misses."""

    index: int = Field(description="Test row.")
    label: int = Field(description="Its class.")
    predicted: int = Field(description="The most frequent wrong class.")
    times: int = Field(description="Seeds that miss it.")


class Evaluation(Record):
    """evaluate/<case>.json: the test metrics of a case."""

    case: str = Field(description="Its name.")
    dataset: str = Field(description="Its data set.")
    images: int = Field(description="Test images.")
    seeds: int = Field(description="Refitted seeds, those that diverged included.")
    diverged_seeds: int = Field(description="How many of them diverged.")
    confidence: float = Field(description="Of the intervals.")
    accuracy: TestAccuracy = Field(description="Test accuracy.")
    chance: float = Field(description="Share of the commonest class among the test images.")
    starts: StartsThatTrain = Field(description="Which trained.")
    not_tested: str = Field(
        description="Why nothing follows from the case, such as that no seed trained; or empty."
    )
    log_loss: OverSeeds = Field(description="scikit-learn's, in nats.")
    calibration_error: OverSeeds = Field(description="Expected calibration error.")
    calibration: Calibration = Field(description="Reliability.")
    per_class: list[ClassScores] = Field(description="In the order of labels.")
    confusion: Confusion = Field(description="Over all seeds.")
    most_confused: list[ConfusedPair] = Field(description="Up to 10, by count.")
    misclassified: list[MissedImage] = Field(description="Those missed by most seeds first.")

    @property
    def trained(self) -> list[bool]:
        return self.starts.seeds
