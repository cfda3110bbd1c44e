"""The schemas of ``config/config.yaml``, ``config/datasets.yaml`` and ``config/studies/*.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from densevsconv.claims.registry import Claim
from densevsconv.images.sources import Source
from densevsconv.images.sources.keys import PlainName
from densevsconv.images.transforms.registry import Transforms
from densevsconv.schema.messages import nearest, shown
from densevsconv.schema.strict import Allowed, Name, Strict
from densevsconv.training.settings import Augmentation

Count = Annotated[int, Field(ge=1)]
Scale = Literal["smoke", "laptop", "full"]
"""Seconds to see that everything runs; minutes on a laptop; the real thing."""


class Config(Strict):
    """``config/config.yaml``: which study, and where its files go."""

    study: Name = Field(
        default="quickstart", description="A study: the name of a file in `studies/`."
    )
    scale: Scale | None = Field(
        default=None,
        description="How large: one of the study's `scales`; null: the study's own `scale`.",
    )
    results: str = Field(default="results", min_length=1, description="Folder of the result files.")
    reports: str = Field(
        default="reports", min_length=1, description="Folder of the rendered reports."
    )
    data: str = Field(
        default="data", min_length=1, description="Folder that official files are fetched into."
    )
    data_mirror: str | None = Field(
        default=None,
        min_length=1,
        description="An address or a folder where files are looked for first, as "
        "`<mirror>/<data set>/<file>`; null: what the environment variable "
        "`DENSEVSCONV_DATA_MIRROR` says, if anything.",
    )


Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/]+/\S*$"),
    Allowed("an address that begins with http:// or https://"),
]


class RemoteFile(Strict):
    """A file that is fetched, and how to know that it is the right one."""

    size: int | None = Field(default=None, ge=1, description="In bytes; null: not known.")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None,
        description="Checksum; null: not known, the first copy fetched sets it.",
    )
    urls: list[Url] = Field(
        default_factory=list,
        description="Addresses, tried in order after the mirror; empty: the mirror alone.",
    )


class DatasetEntry(Strict):
    """One data set of the catalogue, as it is before a study splits it.

    What a user's own files say themselves (number, shape, classes) may be left out.
    """

    title: str = Field(min_length=1, description="Name for people.")
    source: Source = Field(description="Where the images come from, see the kinds of source.")
    files: dict[PlainName, RemoteFile] = Field(
        default_factory=dict,
        description="Files to fetch, each with the keys of RemoteFile: all that the source names, "
        "unless it has a path.",
    )
    images: int | None = Field(
        default=None,
        ge=1,
        description="Number of images, test images included; checked when they are read. null: "
        "as many as the user's own files hold.",
    )
    test_images: int | None = Field(
        default=None,
        ge=1,
        description="How many of them are the source's own test part; null: it has none, or the "
        "user's own files say.",
    )
    shape: list[Count] | None = Field(
        default=None,
        min_length=3,
        max_length=3,
        description="Height, width and channels of an image, in pixels; null: the files' own.",
    )
    classes: int | None = Field(
        default=None,
        ge=2,
        description="Number of classes; labels run from 0. null: the files' own.",
    )
    class_names: list[str] | None = Field(
        default=None,
        description="A name for each class, in the order of labels; null: the files' own, or the "
        "labels.",
    )
    max_value: int = Field(
        default=255, ge=1, le=255, description="The largest value a pixel can have."
    )
    augmentation: Augmentation = Field(
        default=Augmentation(),
        description="What `augmentation: default` stands for in a study: changes that keep the "
        "labels of these images true, see Augmentation.",
    )
    flip_changes_class: bool = Field(
        default=False,
        description="Whether a mirrored image is of another class, or of none, as with digits; "
        "then `flip: true` is refused.",
    )
    citation: str = Field(default="", description="Where the data come from, for the report.")
    licence: str = Field(default="", description="Terms of use.")
    homepage: str = Field(default="", description="Address of the data's own page.")
    notes: str = Field(default="", description="What a reader must know about the data.")

    @model_validator(mode="after")
    def _consistent(self) -> DatasetEntry:
        self._check_files()
        names = self.class_names or []
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"class_names: found {shown(twice[0])} twice; allowed: once each")
        if self.class_names and self.classes and len(self.class_names) != self.classes:
            raise ValueError(
                f"class_names: found {len(self.class_names)} names; allowed: {self.classes}, "
                "as classes says"
            )
        if self.images and self.test_images and self.test_images >= self.images:
            raise ValueError(
                f"test_images: found {self.test_images} of {self.images} images; allowed: fewer"
            )
        return self

    def _check_files(self) -> None:
        if getattr(self.source, "path", None) is not None:
            if self.files:
                raise ValueError(
                    f"files: found {shown(next(iter(self.files)))} beside source.path; allowed: "
                    "one of the two, since files in a folder of your own are not fetched"
                )
            return
        for file in self.source.files(Path()):
            if (name := file.as_posix()) not in self.files:
                raise ValueError(
                    f"files: the source names {shown(name)}, which is not there"
                    f"{nearest(name, self.files)} allowed: every file of the source (or "
                    "source.path, the folder that has them)"
                )


class Catalogue(Strict):
    """``config/datasets.yaml``: the data sets that studies may use."""

    datasets: dict[Name, DatasetEntry] = Field(
        min_length=1, description="Data sets by name, each with the keys of DatasetEntry."
    )


class Split(Strict):
    """How a study divides a data set; drawn from the study's seed."""

    test: Annotated[float, Field(gt=0, lt=1)] | Literal["official"] | None = Field(
        default=None,
        description="Part of all images kept for the one final test; `official`: the source's own "
        "test part; null: that where there is one, else 0.2.",
    )
    validation: float = Field(
        default=0.1, gt=0, lt=1, description="Part of the other images that chooses the settings."
    )
    stratify: bool = Field(
        default=True,
        description="Whether every part has the classes in the proportions of the whole.",
    )
    grouped: bool = Field(
        default=False,
        description="Whether images of one group (a writer, a house; where the source tells) stay "
        "in one part.",
    )
    training_images: int | None = Field(
        default=None,
        ge=1,
        description="Keep only so many training images (a smaller number is a part of a larger "
        "one; test and validation stay); null: all.",
    )
    test_images: int | None = Field(
        default=None,
        ge=1,
        description="Keep only so many test images, for a quick look; null: all.",
    )


class StudyDataset(Split):
    """A data set as a study uses it: which one, how it is changed, how it is divided."""

    dataset: Annotated[str, Allowed("a data set of `datasets.yaml`")] | None = Field(
        default=None,
        description="The data set in the catalogue; null: the one of this name. With it one data "
        "set can be used in several forms.",
    )
    title: str = Field(default="", description="Name for people; empty: the catalogue's.")
    transform: Transforms = Field(
        default_factory=list,
        description="Changes made to every image before training, in order, see the "
        "transformations.",
    )


class Published(Strict):
    """What a publication reports of a case, to be set beside what is found here."""

    accuracy: float | None = Field(default=None, ge=0, le=1, description="Test accuracy.")
    seconds: float | None = Field(default=None, gt=0, description="Training time in seconds.")
    name: str = Field(default="", description="What the publication calls it.")
    source: str = Field(default="", description="Where: table, section, reference.")


class Case(Strict):
    """One network trained in one way on one data set."""

    title: str = Field(default="", description="Name for people; empty: the architecture's title.")
    dataset: Annotated[str, Allowed("a data set listed under `datasets`")] = Field(
        description="The images."
    )
    architecture: Annotated[str, Allowed("the name of a file in `architectures/`")] = Field(
        description="The network's layers."
    )
    engines: list[str] = Field(
        default_factory=lambda: ["tensorflow"],
        min_length=1,
        description="What trains it: `tensorflow` or `numpy` (numpynet). With several, each makes "
        "a case of its own, `<case>-<engine>`.",
    )
    training: dict[str, Any] = Field(
        default_factory=dict,
        description="Keys of Training that differ from the study's `training`.",
    )
    refit_seeds: int | None = Field(
        default=None, ge=2, description="Fresh trainings of this case; null: `refit.seeds`."
    )
    time_repeats: int | None = Field(
        default=None,
        ge=1,
        description="Timed trainings of this case, at most as many as it has refits; null: "
        "`time.repeats`.",
    )
    network: str = Field(
        default="",
        description="What several versions of one network have in common; empty: the case's name.",
    )
    version: str = Field(
        default="",
        description="Which version of a published network it is, such as `published`, `coded` (as "
        "the publication's code trains it; `coded_16` where there are several) or `corrected`.",
    )
    published: Published | None = Field(
        default=None, description="What a publication reports of it, see Published."
    )
    search: dict[str, Any] = Field(
        default_factory=dict,
        description="Keys of Search that differ from the study's `search`; another `method` "
        "drops what the study's method needs.",
    )


class Refit(Strict):
    """Training the chosen settings afresh, for the test."""

    seeds: int = Field(
        default=10,
        ge=2,
        description="Fresh trainings of every case; intervals are taken over them.",
    )


class Evaluate(Strict):
    """Measures on the test images."""

    confidence: float = Field(
        default=0.95, gt=0, lt=1, description="Level of the intervals over seeds."
    )
    calibration_bins: int = Field(
        default=15, ge=2, description="Bins of predicted probability for the calibration error."
    )


class Time(Strict):
    """How training and inference are timed."""

    repeats: int = Field(
        default=3,
        ge=1,
        description="Timed trainings of every case, after a warm-up; at most as many as it has "
        "refits.",
    )
    seconds: float | None = Field(
        default=None,
        gt=0,
        description="About how long a timed training may take: of a longer one only as many epochs "
        "are timed, three at least, and each is taken to cost what the median one does. Null, or a "
        "case that stops early: all of it.",
    )
    target_accuracy: float = Field(
        default=0.95,
        gt=0,
        lt=1,
        description="Validation accuracy of the time to a target: the epochs after which the "
        "refitted networks reach it, at the timed seconds of an epoch.",
    )
    batch_sizes: list[Count] = Field(
        default_factory=lambda: [1, 256],
        min_length=1,
        description="Batch sizes at which inference is timed.",
    )


class Gradients(Strict):
    """Which backpropagations are checked against finite differences."""

    cases: list[Name] = Field(
        default_factory=list,
        description="Cases of engine `numpy` whose settings are fixed.",
    )


class Counterpart(Strict):
    """Where the report shows again what a publication shows."""

    figure: str | None = Field(
        default=None,
        description="A figure of the report, such as `samples` or `curves_and_confusion`.",
    )
    table: str | None = Field(
        default=None, description="A table of the report, such as `published`; this or `figure`."
    )
    dataset: str | None = Field(
        default=None, description="Whose figure or table; null: that of the first case."
    )
    cases: list[str] = Field(default_factory=list, description="The cases it shows.")

    @model_validator(mode="after")
    def _one(self) -> Counterpart:
        if (self.figure is None) == (self.table is None):
            found = "neither figure nor table" if self.figure is None else "both"
            raise ValueError(f"found {found}; allowed: figure or table, one of them")
        return self


class Report(Strict):
    """What the report puts in front."""

    highlights: list[Name] = Field(
        default_factory=list,
        description="Cases named in the abstract; empty: the best of each family.",
    )
    counterparts: dict[str, Counterpart | None] = Field(
        default_factory=dict,
        description="By what a publication calls a figure or table of its own, where the report "
        "shows it again, see Counterpart; null: not at this scale.",
    )


class Study(Strict):
    """``config/studies/<study>.yaml``: data sets, cases, search, seeds and budgets."""

    title: str = Field(min_length=1, description="Title of the report.")
    question: str = Field(default="", description="The question, in one sentence.")
    description: str = Field(default="", description="What is compared and why, in a paragraph.")
    notes: str = Field(
        default="",
        description="What a reader must know before believing the results; closes the report's "
        "section on limits.",
    )
    publication: str = Field(
        default="",
        description="The work that the study reproduces, as the report's references have it.",
    )
    scale: Scale | None = Field(
        default=None, description="The scale that is run unless another is asked for."
    )
    scales: dict[Scale, dict[str, Any]] = Field(
        default_factory=dict,
        description="What a scale changes: keys of Study, merged into the others key by key; null "
        "takes a data set, a case or a claim out.",
    )
    seed: int = Field(default=0, ge=0, description="The seed every random choice is derived from.")
    datasets: dict[Name, StudyDataset] = Field(
        min_length=1,
        description="The data sets, each with the keys of StudyDataset (`{}`: defaults).",
    )
    training: dict[str, Any] = Field(
        default_factory=dict, description="Keys of Training that all cases start from."
    )
    search: dict[str, Any] = Field(
        default_factory=dict, description="Keys of Search that all cases start from."
    )
    cases: dict[Name, Case] = Field(
        min_length=1, description="What is compared, by name, each with the keys of Case."
    )
    claims: dict[Name, Claim] = Field(
        default_factory=dict,
        description="Conclusions of a publication to judge, by name, each with the keys of Claim.",
    )
    refit: Refit = Field(default=Refit(), description="See Refit.")
    evaluate: Evaluate = Field(default=Evaluate(), description="See Evaluate.")
    time: Time = Field(default=Time(), description="See Time.")
    gradients: Gradients = Field(default=Gradients(), description="See Gradients.")
    report: Report = Field(default=Report(), description="See Report.")
    shards: int = Field(
        default=2, ge=1, le=64, description="Processes that search and refit are divided over."
    )
    threads: int = Field(default=1, ge=1, description="CPU threads of each of these processes.")
    execution: Literal["auto", "xla", "graph"] = Field(
        default="auto",
        description="How TensorFlow runs an epoch: compiled by XLA, as a graph, or whichever "
        "measures faster for the network.",
    )
