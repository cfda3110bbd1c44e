"""A study with every reference followed and every default filled in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from densevsconv.images.sources import Probe
from densevsconv.images.split import Sizes
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.planning.schema import (
    Config,
    DatasetEntry,
    Published,
    Study,
    StudyDataset,
)
from densevsconv.training.settings import Training
from densevsconv.trials.search import Search


@dataclass(frozen=True)
class ResolvedDataset:
    """A data set of the study, nothing left to look up.

    Attributes
    ----------
    name, base
        In the study, and in the catalogue.
    title
        For people.
    entry
        Of the catalogue.
    contents
        Number, shape and classes of the images before any change.
    used
        How the study changes and divides it; ``test`` filled in.
    shape
        (height, width, channels) of what the networks see.
    sizes
        Of the parts.
    folder
        Where the source's files lie.
    stamp
        Changes with a user's own files; empty for files with a checksum.
    """

    name: str
    base: str
    title: str
    entry: DatasetEntry
    contents: Probe
    used: StudyDataset
    shape: tuple[int, int, int]
    sizes: Sizes
    folder: Path
    stamp: str


@dataclass(frozen=True)
class ResolvedCase:
    """A case, ready to be planned.

    Attributes
    ----------
    name, title
        The id in file names, and the name for people.
    dataset, engine
        Names.
    network, version
        What the cases of one network have in common, and which of its versions this is.
    architecture
        Bound to the data set's images and classes.
    description
        The architecture file's own, for the report.
    training
        Every setting, defaults filled in.
    search
        As described.
    refit_seeds, time_repeats
        Fresh trainings for the test, and timed ones.
    published
        What a publication reports of it.
    points
        As expanded: the varied settings of each point.
    """

    name: str
    title: str
    dataset: str
    engine: str
    network: str
    version: str
    architecture: BoundArchitecture
    description: str
    training: Training
    search: Search
    refit_seeds: int
    time_repeats: int
    published: Published | None
    points: list[dict[str, Any]]

    @property
    def searched(self) -> bool:
        """Whether there is anything to choose: of a single point no trial is made."""
        return len(self.points) > 1

    @property
    def trials(self) -> int:
        return len(self.points) * self.search.seeds if self.searched else 0


@dataclass(frozen=True)
class ResolvedStudy:
    """A study as the stages need it: nothing left to look up."""

    name: str
    config: Config
    study: Study
    datasets: dict[str, ResolvedDataset]
    cases: dict[str, ResolvedCase]

    @property
    def command(self) -> str:
        own = self.name == self.config.study
        return f"make study STUDY={self.config.study}" + (
            "" if own else f" SCALE={self.config.scale}"
        )

    @property
    def checked(self) -> list[str]:
        return [name for name in self.cases if name in self.study.gradients.cases]

    @property
    def search_seeds(self) -> int:
        """Return the trainings of every point, the same for all cases."""
        return next(iter(self.cases.values())).search.seeds
