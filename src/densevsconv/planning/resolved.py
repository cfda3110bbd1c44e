"""A study with every reference followed and every default filled in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from densevsconv.images.sources import Probe
from densevsconv.images.split import Sizes
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.planning.catalogue import DatasetEntry
from densevsconv.planning.study import Config, Study, StudyDataset
from densevsconv.results.plan import Matched, Published
from densevsconv.training.settings import Training
from densevsconv.trials.search import Search


@dataclass(frozen=True)
class ResolvedDataset:
    """A data set of the study: its entry in the catalogue, and how the study uses it."""

    name: str
    base: str  # its name in the catalogue
    title: str
    entry: DatasetEntry
    contents: Probe  # the images before any change
    used: StudyDataset  # ``test`` filled in
    shape: tuple[int, int, int]  # height, width, channels of what the networks see
    sizes: Sizes
    folder: Path  # of the source's files
    stamp: str  # changes with a user's own files; empty for files with a checksum


@dataclass(frozen=True)
class ResolvedCase:
    """A case, ready to be planned; several engines make a case each."""

    name: str
    title: str
    dataset: str
    engine: str
    network: str  # what its versions have in common
    version: str
    architecture: BoundArchitecture
    description: str  # the architecture file's own
    training: Training
    search: Search
    refit_seeds: int
    time_repeats: int
    published: Published | None
    matched: Matched | None
    points: list[dict[str, Any]]  # the varied settings of each, as far as no score decides them

    @property
    def searched(self) -> bool:
        """Whether there is anything to choose: of a single point no trial is made."""
        return len(self.points) > 1

    @property
    def trials(self) -> int:
        """Those that are known, or asked for; a grid may grow by more."""
        points = self.search.samples if self.search.method == "tpe" else len(self.points)
        if self.search.pruner:
            points = self.search.pruner.trainings(len(self.points), self.training.epochs)
        return (points or 0) * self.search.seeds if self.searched else 0

    @property
    def further(self) -> Search | None:
        """How more trials follow from the scores of the first; None where none do."""
        return self.search if self.search.follows and self.searched else None


@dataclass(frozen=True)
class ResolvedStudy:
    """A study as the stages need it: nothing left to look up."""

    name: str
    config: Config
    study: Study
    datasets: dict[str, ResolvedDataset]
    cases: dict[str, ResolvedCase]
    automatic: str  # which engine `auto` is, and why; empty where no case asks

    @property
    def command(self) -> str:
        """What makes the study."""
        own = self.name == self.config.study
        return f"make study STUDY={self.config.study}" + (
            "" if own else f" SCALE={self.config.scale}"
        )
