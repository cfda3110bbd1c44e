"""The files of fetch, prepare and measure."""

from typing import Any

from pydantic import Field

from densevsconv.results.record import Record


class FetchedFile(Record):
    """One file that was fetched."""

    path: str = Field(description="Where it lies.")
    size: int = Field(description="In bytes.")
    sha256: str = Field(description="Its checksum.")
    verified: bool = Field(description="Whether the catalogue states the checksum.")
    origin: str = Field(description="An address, a path in the mirror, or `present`.")


class FetchedFiles(Record):
    """fetch/<dataset>.json: the files of one data set of the catalogue."""

    folder: str = Field(description="Where they lie.")
    files: dict[str, FetchedFile] = Field(description="By name.")


class Counts(Record):
    """A number of images for each part."""

    train: int = Field(description="Training images.")
    validation: int = Field(description="Validation images.")
    test: int = Field(description="Test images.")


class ClassCounts(Record):
    """Images of each class, in the order of labels, for each part."""

    train: list[int] = Field(description="Of the training part.")
    validation: list[int] = Field(description="Of the validation part.")
    test: list[int] = Field(description="Of the test part.")


class DataInfo(Record):
    """data/<dataset>/info.json: a prepared data set."""

    name: str = Field(description="In the study.")
    classes: int = Field(description="Number of classes.")
    class_names: list[str] = Field(description="In the order of labels.")
    max_value: int = Field(description="The largest value a pixel can have.")
    shape: tuple[int, int, int] = Field(description="Height, width and channels.")
    counts: Counts = Field(description="Images of each part.")
    class_counts: ClassCounts = Field(description="Images of each class.")
    channel_mean: list[float] = Field(description="Of the training images, in pixel units.")
    channel_std: list[float] = Field(description="Likewise, the standard deviation.")
    train_hash: str = Field(description="SHA-256 of the training and validation arrays.")
    test_hash: str = Field(description="SHA-256 of the test arrays.")
    split: dict[str, Any] = Field(description="How it was divided, with its seed.")
    transform: list[dict[str, Any]] = Field(description="The changes made, in order.")
    notes: list[str] = Field(
        default_factory=list, description="What of the files was not used, or changed, in words."
    )


class Pair(Record):
    """A measure of the images and of their negatives."""

    images: float | None = Field(description="As they are.")
    negatives: float | None = Field(description="`max_value` minus the pixel.")


class LocalEntropy(Record):
    """Mean and largest entropy over an image's pixels."""

    mean: float = Field(description="Over pixels.")
    largest: float = Field(description="Over pixels.")


class LocalEntropies(Record):
    """Entropy of the values in a disk around each pixel, in bits."""

    images: LocalEntropy = Field(description="As they are.")
    negatives: LocalEntropy = Field(description="`max_value` minus the pixel.")
    radius: int = Field(description="Of the disk, in pixels.")


class DiskEntropies(Record):
    """The image's side taken as the disk's diameter, and as its radius."""

    diameter: LocalEntropies = Field(description="The side is the diameter.")
    radius: LocalEntropies = Field(description="The side is the radius.")


class EntropyBounds(Record):
    """The largest possible, in bits an image, by two readings of Gowdra et al. (2020)."""

    as_printed: float = Field(description="As their formula has it.")
    pixels_of_levels: float = Field(description="Each pixel one of the grey levels.")


class Entropy(Record):
    """Entropies in bits: means over the images used and over channels."""

    images_used: int = Field(description="How many images were drawn for it.")
    histogram: Pair = Field(description="Of an image's values.")
    local: DiskEntropies = Field(description="Of the values around a pixel.")
    standard_error: float | None = Field(description="Of the mean with `radius`.")
    bounds: EntropyBounds = Field(description="The largest possible.")


class SignalToNoise(Record):
    """Mean over standard deviation."""

    per_image: Pair = Field(description="Mean over images.")
    pooled: Pair = Field(description="Of all pixels together.")
    constant_images: int = Field(description="Images without any; left out of `per_image`.")


class Variance(Record):
    """Of a pixel over images, mean over pixels, in units of `max_value` squared."""

    overall: float = Field(description="Over all images.")
    within: float = Field(description="Within classes.")
    per_class: list[float | None] = Field(description="Of each class.")
    between_share: float | None = Field(description="1 - within / overall.")


class Duplicates(Record):
    """Images equal pixel by pixel to others."""

    images: int = Field(description="How many.")
    other_label: int = Field(description="How many of them with another label.")
    pairs: list[list[int]] = Field(description="The first 20: rows of both.")


class DuplicateCounts(Record):
    """Duplicates within the training part, and across parts."""

    within_train: Duplicates = Field(description="Training images equal to an earlier one.")
    train_test: Duplicates = Field(description="Test images equal to a training image.")


class MeasuredClassCounts(Record):
    """Images of each class; validation images count as training images."""

    train: list[int] = Field(description="Training and validation images.")
    test: list[int] = Field(description="Test images.")


class Measures(Record):
    """data/<dataset>/measures.json: what was measured on the images, as the networks get them."""

    dataset: str = Field(description="In the study.")
    class_counts: MeasuredClassCounts = Field(description="Images of each class.")
    entropy: Entropy = Field(description="In bits.")
    signal_to_noise: SignalToNoise = Field(description="Mean over standard deviation.")
    variance: Variance = Field(description="Of a pixel over images.")
    duplicates: DuplicateCounts = Field(description="Images equal pixel by pixel.")
