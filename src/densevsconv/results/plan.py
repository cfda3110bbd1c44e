"""What a study consists of, as planned: data sets and cases, of which stages' plans are made."""

import re
from collections.abc import Mapping
from functools import cached_property
from math import inf
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.results.record import Record
from densevsconv.schema.strict import Strict

Family = Literal["dense", "convolutional"]


class Published(Strict):
    """What a publication reports of a case, to be set beside what is found here."""

    accuracy: float | None = Field(default=None, ge=0, le=1)
    """Test accuracy."""
    seconds: float | None = Field(default=None, gt=0)
    """Training time in seconds."""
    images: int | None = Field(default=None, ge=1)
    """Training images."""
    epochs: int | None = Field(default=None, ge=1)
    """Epochs. Where our training shows a network fewer images in all (times `images`), no claim
    about it is tested here."""
    name: str = ""
    """What the publication calls it."""
    source: str = ""
    """Where: table, section, reference."""

    @property
    def images_shown(self) -> int | None:
        """Return how many images the training was shown, each as often as it was."""
        return self.images * self.epochs if self.images and self.epochs else None


class Matched(Record):
    """How a network was made as large as another on the same images."""

    case: str = Field(description="The other case, by its name in the study's file.")
    by: str = Field(description="What is alike: `parameters` or `macs`.")
    factor: float = Field(description="That all widths were multiplied by, then rounded.")
    wanted: int = Field(description="The other's number.")
    found: int = Field(description="The number that came nearest.")


class Split(Strict):
    """How a study divides a data set; drawn from the study's seed."""

    test: Annotated[float, Field(gt=0, lt=1)] | Literal["official"] | None = None
    """Part of all images kept for the one final test; `official`: the source's own test part; null:
    that where there is one, else 0.2."""
    validation: float = Field(default=0.1, gt=0, lt=1)
    """Part of the other images that chooses the settings."""
    stratify: bool = True
    """Whether every part has the classes in the proportions of the whole."""
    draw: int = Field(default=0, ge=0)
    """Which of several divisions of the same images; each is drawn by itself."""
    fold: int = Field(default=0, ge=0)
    """Which of the test parts that one division has one after the other: the first, second, ... of
    so many as `test` is of all images."""
    validation_fold: int = Field(default=0, ge=0)
    """Likewise, which of the validation parts."""
    grouped: bool = False
    """Whether images of one group (a writer, a house; where the source tells) stay in one part."""
    training_images: int | None = Field(default=None, ge=1)
    """Keep only so many training images (a smaller number is a part of a larger one; test and
    validation stay); null: all."""
    test_images: int | None = Field(default=None, ge=1)
    """Keep only so many test images, for a quick look; null: all."""


class DatasetPlan(Record):
    """One data set of a study, by its name there."""

    title: str = Field(description="Name for people.")
    dataset: str = Field(description="Its name in the catalogue.")
    source: str = Field(description="The kind of its source.")
    source_shape: tuple[int, int, int] = Field(description="Shape of the images before changes.")
    shape: tuple[int, int, int] = Field(description="Height, width, channels the networks see.")
    classes: int = Field(description="Number of classes.")
    class_names: list[str] = Field(description="Name of each class, in the order of labels.")
    max_value: int = Field(description="The largest value a pixel can have.")
    split: Split = Field(description="How it is divided.")
    transform: list[dict[str, Any]] = Field(description="Changes of every image, in order.")
    knobs: dict[str, Any] = Field(
        default_factory=dict, description="Keys of a generated source that the study changes."
    )
    series: dict[str, float] = Field(
        default_factory=dict, description="Its place in each of the study's series."
    )
    growth: dict[str, float] = Field(
        default_factory=dict,
        description="Where theory says: what the images that a network needs grow as, by how it is "
        "bound (`dense`, `local`, `shared`).",
    )
    seed: int = Field(description="The study's seed.")
    citation: str = Field(default="", description="Where the data come from.")
    licence: str = Field(default="", description="Terms of use.")
    homepage: str = Field(default="", description="Address of the data's own page.")
    notes: str = Field(default="", description="What a reader must know about the data.")
    other_data: str = Field(
        default="", description="Why they are not the publication's; empty: they are."
    )

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Return the changes that change anything: a setting of 0 or false does not."""
        return [step for step in self.transform if _does_something(step)]


class TrainedCase(Record):
    """A network, its data set, its engine and its training: what decides a trial, seeds apart."""

    dataset: str = Field(description="The data set's name in the study.")
    engine: str = Field(description="What trains it.")
    architecture: dict[str, Any] = Field(description="Layers, bound to the images and classes.")
    training: dict[str, Any] = Field(description="Every training setting, before the search.")

    @property
    def bound(self) -> BoundArchitecture:
        return BoundArchitecture.from_dict(self.architecture)

    @property
    def family(self) -> Family:
        family: Family = self.architecture["family"]
        return family

    @property
    def parameters(self) -> int:
        return int(self.architecture["parameters"])


class CasePlan(TrainedCase):
    """One case of a study: a network trained in one way on one data set by one engine."""

    title: str = Field(description="Name for people.")
    network: str = Field(description="The case without its engine and version.")
    version: str = Field(default="", description="Which version of a published network it is.")
    description: str = Field(default="", description="Of the architecture, in words.")
    method: str = Field(default="list", description="How the points were made.")
    grid: dict[str, list[Any]] | None = Field(default=None, description="Of a search by grid.")
    points: list[dict[str, Any]] = Field(description="Settings that are tried; one: none is.")
    trials: int = Field(default=0, description="Trainings of the search.")
    seeds: int = Field(default=0, description="Trainings afresh, for the test.")
    published: Published | None = Field(default=None, description="What a publication reports.")
    matched: Matched | None = Field(default=None, description="As large as which other case.")

    @property
    def is_matched(self) -> bool:
        return self.matched is not None

    @property
    def augmentations(self) -> list[dict[str, Any]]:
        """Return what changes the images while training: the case's own, and those searched."""
        tried = [each.get("augmentation") or {} for each in (self.training, *self.points)]
        return [each for each in tried if any(each.values())]

    @property
    def searched(self) -> bool:
        return len(self.points) > 1

    @property
    def searched_keys(self) -> list[str]:
        """Return the settings that differ between points."""
        keys = dict.fromkeys(key for point in self.points for key in point)
        return [
            key for key in keys if any(p.get(key) != self.points[0].get(key) for p in self.points)
        ]


class Counterpart(Strict):
    """Where the report shows again what a publication shows."""

    figure: str | None = None
    """A figure of the report, such as `samples` or `curves_and_confusion`."""
    table: str | None = None
    """A table of the report, such as `published`; this or `figure`."""
    dataset: str | None = None
    """Whose figure or table; null: that of the first case."""
    cases: list[str] = Field(default_factory=list)
    """The cases it shows."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.figure is None) == (self.table is None):
            found = "neither figure nor table" if self.figure is None else "both"
            raise ValueError(f"found {found}; allowed: figure or table, one of them")
        return self


class StudyPlan(Record):
    """The study as those see it that come after the trainings."""

    study: str = Field(description="Its name.")
    confidence: float = Field(description="Level of the intervals.")
    datasets: dict[str, DatasetPlan] = Field(description="By name.")
    cases: dict[str, CasePlan] = Field(description="By name.")
    counterparts: dict[str, Counterpart | None] = Field(
        default_factory=dict,
        description="By what the publication calls a figure or table; null: taken out by a scale.",
    )

    def ordered(self, dataset: str | None = None) -> list[str]:
        return ordered(self.cases, dataset)

    @property
    def sorted_cases(self) -> list[str]:
        """The cases in the order of a table's rows: by data set and name."""
        return sorted(self.cases, key=lambda name: (self.cases[name].dataset, name))

    def labels(self, name: str) -> dict[str, Any]:
        """Return what the row of a case begins with, see :class:`results.trials.CaseLabels`."""
        case = self.cases[name]
        return {
            "dataset": case.dataset,
            "case": name,
            "family": case.family,
            "architecture": case.architecture["name"],
            "engine": case.engine,
        }

    @property
    def used(self) -> list[str]:
        return sorted({case.dataset for case in self.cases.values()})

    @cached_property
    def forms(self) -> dict[str, list[str]]:
        """The other forms of the same images by their reference form; none where there is one.

        Forms are the same data set of the catalogue, divided alike; the number of training images
        may differ. The reference has the fewest changes, among equals the most training images.
        """
        groups: dict[str, list[str]] = {}
        for name, data in self.datasets.items():
            split = sorted(data.split.model_dump(exclude={"training_images"}).items())
            key = repr((data.dataset, data.knobs, split))
            groups.setdefault(key, []).append(name)
        found = {}
        for _, names in sorted(groups.items()):
            reference, *others = sorted(names, key=self._changed)
            if others:
                found[reference] = sorted(others)
        return found

    def _changed(self, dataset: str) -> tuple[int, float, str]:
        plan = self.datasets[dataset]
        kept = plan.split.training_images
        return len(plan.changes), -(inf if kept is None else kept), dataset

    def same_networks(self, a: str, b: str) -> dict[str, str]:
        """Return the cases of data set ``a`` by those of ``b`` that are the same network.

        The same architecture by name (its shapes follow the images), engine, settings before the
        search and points of the search: the budget. Of cases alike the first by name counts.
        """

        def key(case: CasePlan) -> str:
            alike = (case.engine, case.training, case.method, case.points, case.trials)
            return repr((case.architecture["name"], *alike))

        def by_key(dataset: str) -> dict[str, str]:
            cases = sorted(self.cases.items(), reverse=True)
            return {key(case): name for name, case in cases if case.dataset == dataset}

        on_a, on_b = by_key(a), by_key(b)
        return {on_b[key]: on_a[key] for key in sorted(on_b, key=on_b.__getitem__) if key in on_a}


class ShownPlan(StudyPlan):
    """The study as its figures see it: what it puts in front, too."""

    highlights: list[str] = Field(default_factory=list, description="Cases put in front.")


class ReportPlan(ShownPlan):
    """The study as its report sees it: what it says, too."""

    title: str = Field(description="Of the report.")
    question: str = Field(default="", description="The question, in one sentence.")
    description: str = Field(default="", description="What is compared and why.")
    notes: str = Field(default="", description="What closes the section on limits.")
    publication: str = Field(default="", description="The work that the study reproduces.")
    command: str = Field(default="", description="What makes the study.")
    execution: str = Field(description="How TensorFlow runs an epoch.")
    automatic: str = Field(default="", description="Which engine `auto` was, and why.")
    target_accuracy: float = Field(description="Validation accuracy of the time to a target.")
    timed_seconds: float | None = Field(
        default=None, description="About how long a timed training may take; null: all of it."
    )


def ordered(cases: Mapping[str, CasePlan], dataset: str | None = None) -> list[str]:
    def place(name: str) -> tuple[bool, int, list[int | str]]:
        # net_2 before net_10
        parts = [int(p) if p.isdecimal() else p for p in re.split(r"(\d+)", name)]
        return cases[name].family != "dense", cases[name].parameters, parts

    return sorted((n for n, case in cases.items() if dataset in (None, case.dataset)), key=place)


def _does_something(step: dict[str, Any]) -> bool:
    ((_, value),) = step.items()
    return bool(value["patches"] if isinstance(value, dict) else value)
