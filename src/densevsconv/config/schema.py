"""The schemas of ``config/config.yaml``, ``config/datasets.yaml`` and ``config/studies/*.yaml``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from densevsconv.config.strict import Allowed, Name, Strict

Count = Annotated[int, Field(ge=1)]


class Config(Strict):
    """``config/config.yaml``: which study, and where its files go."""

    study: Name = Field(
        default="quickstart", description="A study: the name of a file in `studies/`."
    )
    results: str = Field(default="results", min_length=1, description="Folder of the result files.")
    reports: str = Field(
        default="reports", min_length=1, description="Folder of the rendered reports."
    )


class DatasetEntry(Strict):
    """One data set of the catalogue, as it is before it is split."""

    title: str = Field(min_length=1, description="Name for people.")
    source: str = Field(description="The reader that provides the images: `digits`.")
    images: int = Field(ge=1, description="Number of images, checked when they are read.")
    shape: list[Count] = Field(
        min_length=3, max_length=3, description="Height, width and channels of an image, in pixels."
    )
    classes: int = Field(ge=2, description="Number of classes; labels run from 0.")
    class_names: list[str] = Field(description="A name for each class, in the order of labels.")
    max_value: int = Field(ge=1, le=255, description="The largest value a pixel can have.")
    citation: str = Field(default="", description="Where the data come from, for the report.")
    licence: str = Field(default="", description="Terms of use.")
    notes: str = Field(default="", description="What a reader must know about the data.")

    @model_validator(mode="after")
    def _consistent(self) -> DatasetEntry:
        if len(self.class_names) != self.classes:
            raise ValueError(
                f"class_names: found {len(self.class_names)} names; allowed: {self.classes}, "
                "as classes says"
            )
        return self


class Catalogue(Strict):
    """``config/datasets.yaml``: the data sets that studies may use."""

    datasets: dict[Name, DatasetEntry] = Field(
        min_length=1, description="Data sets by name, each with the keys of DatasetEntry."
    )


class Split(Strict):
    """How a study divides a data set; drawn from the study's seed."""

    test: float = Field(
        default=0.2, gt=0, lt=1, description="Part of all images kept for the one final test."
    )
    validation: float = Field(
        default=0.1, gt=0, lt=1, description="Part of the other images that chooses the settings."
    )
    stratify: bool = Field(
        default=True,
        description="Whether every part has the classes in the proportions of the whole.",
    )
    training_images: int | None = Field(
        default=None,
        ge=1,
        description="Keep only so many training images (a smaller number is a part of a larger "
        "one; test and validation stay); null: all.",
    )


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
        description="What trains it: `tensorflow`. With several, each makes a case of its own, "
        "`<case>-<engine>`.",
    )
    training: dict[str, Any] = Field(
        default_factory=dict,
        description="Keys of Training that differ from the study's `training`.",
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
        default=3, ge=1, description="Timed trainings of every case, after a warm-up."
    )
    target_accuracy: float = Field(
        default=0.95, gt=0, lt=1, description="Validation accuracy of the time-to-accuracy measure."
    )
    batch_sizes: list[Count] = Field(
        default_factory=lambda: [1, 256],
        min_length=1,
        description="Batch sizes at which inference is timed.",
    )


class Report(Strict):
    """What the report puts in front."""

    highlights: list[Name] = Field(
        default_factory=list,
        description="Cases named in the abstract; empty: the best of each family.",
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
    seed: int = Field(default=0, ge=0, description="The seed every random choice is derived from.")
    datasets: dict[Name, Split] = Field(
        min_length=1,
        description="Data sets of `datasets.yaml`, each with its Split (`{}`: defaults).",
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
    refit: Refit = Field(default=Refit(), description="See Refit.")
    evaluate: Evaluate = Field(default=Evaluate(), description="See Evaluate.")
    time: Time = Field(default=Time(), description="See Time.")
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
