"""The tables of a study with series: leads over what varies, and where they change sign."""

from pydantic import Field

from densevsconv.results.record import Record

OUTSIDE = "Empty where it lies outside of what was measured."


class OfImages(Record):
    """Of which images a row is."""

    images: str = Field(description="The data set in the catalogue, and what of it is changed.")


class Networks(Record):
    """Two networks."""

    network_a: str = Field(description="One network; a convolutional one, where one of them is.")
    network_b: str = Field(description="The other.")


class Series(Record):
    """What is varied, and of which images."""

    series: str = Field(description="What varies from data set to data set.")
    images: str = Field(description="The data set in the catalogue, and what of it is changed.")


class SeriesRow(Series):
    """series.csv: one row a network at each place of each series."""

    value: float = Field(description="The data set's place in the series.")
    dataset: str = Field(description="Its name in the study.")
    network: str = Field(description="What its cases on several data sets have in common.")
    case: str = Field(description="The case.")
    parameters: int = Field(description="Of the network for these images.")
    macs: int = Field(description="Multiply-accumulates of one image.")
    accuracy: float = Field(description="On the test images, the mean of the seeds.")
    low: float | None = Field(description="Lower end of its interval, over seeds and test images.")
    high: float | None = Field(description="Upper end.")


class LeadRow(Networks, Series):
    """leads.csv: how far a is ahead of b at each place of each series."""

    value: float = Field(description="The data set's place in the series.")
    case_a: str = Field(description="The case of a.")
    case_b: str = Field(description="The case of b.")
    lead: float = Field(description="Test accuracy of a minus that of b.")
    low: float | None = Field(description="Lower end of its interval, over seeds and test images.")
    high: float | None = Field(description="Upper end.")


class CrossingRow(Networks, Series):
    """crossings.csv: where the lead of a over b changes sign, and how it changes over a series."""

    first: float = Field(description="Where the series begins.")
    last: float = Field(description="Where it ends.")
    lead_first: float = Field(description="The lead of a over b there.")
    lead_last: float = Field(description="The lead at the end.")
    change: float = Field(description="Lead at the end minus lead at the beginning.")
    change_low: float | None = Field(description="Lower end of its interval.")
    change_high: float | None = Field(description="Upper end.")
    ahead: str = Field(description="`a` or `b`: the network that is ahead all along; `crosses`.")
    at: float | None = Field(
        description="Where the lead is 0: on the straight line between the places measured (in the "
        "logarithm of a number of images), the leads put in order first. " + OUTSIDE
    )
    low: float | None = Field(description="Lower end of the interval of that place. " + OUTSIDE)
    high: float | None = Field(description="Upper end. " + OUTSIDE)
    inside: float | None = Field(
        description="In what share of the draws of seeds and test images it lies inside."
    )


class LearningRow(OfImages):
    """learning.csv: how the error falls with the number of training images."""

    network: str = Field(description="The network.")
    first: float = Field(description="The fewest training images.")
    last: float = Field(description="The most.")
    exponent: float = Field(description="b of `error = a * images^-b`, over this range.")
    low: float | None = Field(description="Lower end of its interval, over seeds and test images.")
    high: float | None = Field(description="Upper end.")
    explained: float = Field(description="The share of the variance of log errors it explains.")


class EquivalentRow(Networks, OfImages):
    """equivalents.csv: how many images b needs to be as good as a on some."""

    training_images: float = Field(description="Those of a.")
    accuracy_a: float = Field(description="What a reaches with them.")
    needed: float | None = Field(description="Those of b. " + OUTSIDE)
    factor: float | None = Field(description="b's over a's. " + OUTSIDE)
    low: float | None = Field(description="Lower end of the factor's interval. " + OUTSIDE)
    high: float | None = Field(description="Upper end. " + OUTSIDE)
    side: str = Field(description="`inside`; else b needs `fewer` or `more` than were measured.")


class NeededRow(OfImages):
    """needed.csv: how many training images a network needs for an accuracy."""

    network: str = Field(description="The network.")
    accuracy: float = Field(description="That is asked for: `time: target_accuracy`.")
    needed: float | None = Field(description="Training images. " + OUTSIDE)
    low: float | None = Field(description="Lower end of the interval. " + OUTSIDE)
    high: float | None = Field(description="Upper end. " + OUTSIDE)
    predicted: float | None = Field(
        description="Of `patches`, k of size d, up to a factor: k + d where weights are shared, kd "
        "where the network is only local, k^2 d where it is dense."
    )


class GrowthRow(Record):
    """growth.csv: whether what a network needs grows as predicted."""

    network: str = Field(description="The network.")
    sets: int = Field(description="How many kinds of images it reaches the accuracy on.")
    exponent: float = Field(
        description="b of `needed = a * predicted^b`: 1 where it grows as predicted."
    )
    low: float | None = Field(description="Lower end of its interval.")
    high: float | None = Field(description="Upper end.")
