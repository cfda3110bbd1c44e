"""The one reader of a study: figures, tables, text, claims, MLflow and summaries read with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol

import numpy as np
from typing_extensions import TypeVar

from densevsconv.errors import DataError
from densevsconv.results.claims import Claims
from densevsconv.results.data import DataInfo, Measures
from densevsconv.results.evaluation import Evaluation
from densevsconv.results.plan import CasePlan, StudyPlan, ordered
from densevsconv.results.tables import (
    ComparisonRow,
    DifficultyRow,
    EngineRow,
    FamilyRow,
    RunRow,
    SummaryRow,
)
from densevsconv.results.timing import Gradients, Rerun, Timing
from densevsconv.results.trials import (
    CURVES,
    JournalEntry,
    Run,
    Runs,
    Selection,
    Trainings,
    TrialRow,
)
from densevsconv.store.files import naming, read_npz
from densevsconv.store.layout import Layout
from densevsconv.store.tables import probability_columns, read_parquet

if TYPE_CHECKING:
    import pandas as pd


class Planned(Protocol):
    """A plan of cases: of each as much as whoever reads the study asks for."""

    @property
    def cases(self) -> Mapping[str, Any]:
        """The cases, by name; each has at least a ``dataset``."""


P = TypeVar("P", bound=Planned, covariant=True, default=StudyPlan)
T = TypeVar("T")

WHOLE = 0.02
"""A number of images this far from a whole one is none: float32 is off by less."""


class Study(Generic[P]):
    """The result files of one study, each read once and checked.

    A stage may ask for the files that it declares, and for no others.
    """

    def __init__(self, plan: P, at: Layout) -> None:
        self.plan = plan
        self.at = at
        self._read: dict[Path, Any] = {}

    def once(self, path: Path, read: Callable[[Path], T]) -> T:
        if path not in self._read:
            self._read[path] = read(path)
        found: T = self._read[path]
        return found

    # -- what there is

    @property
    def datasets(self) -> list[str]:
        return sorted({case.dataset for case in self.plan.cases.values()})

    def case(self, name: str) -> CasePlan:
        return self.plan.cases[name]

    def cases(self, dataset: str, family: str | None = None) -> list[str]:
        names = ordered(self.plan.cases, dataset)
        return [name for name in names if family in (None, self.case(name).family)]

    def pairs(self, dataset: str) -> list[tuple[str, str]]:
        """Return the pairs (convolutional, dense) to compare: on one engine, where there are such.

        A difference across engines would mix what the architecture does with what the
        implementation does.
        """
        pairs = [
            (convolutional, dense)
            for convolutional in self.cases(dataset, "convolutional")
            for dense in self.cases(dataset, "dense")
        ]
        alike = [(a, b) for a, b in pairs if self.case(a).engine == self.case(b).engine]
        return alike or pairs

    # -- files of a data set

    def data_info(self, dataset: str) -> DataInfo:
        return self.once(self.at.data_info(dataset), DataInfo.read)

    def measures(self, dataset: str) -> Measures:
        return self.once(self.at.measures(dataset), Measures.read)

    def training_part(self, dataset: str) -> dict[str, np.ndarray]:
        return read_npz(self.at.train_data(dataset))

    def test_part(self, dataset: str) -> dict[str, np.ndarray]:
        return read_npz(self.at.test_data(dataset))

    def mean_images(self, dataset: str) -> np.ndarray:
        """Return the mean image of every class, (classes, H, W, C)."""
        return read_npz(self.at.mean_images(dataset))["means"]

    def contact_sheet(self, dataset: str) -> dict[str, np.ndarray]:
        """Return some images (N, H, W, C) after 0, 1, ... changes, as ``step0``, ``step1``, ..."""
        return read_npz(self.at.contact_sheet(dataset))

    # -- files of a shard

    def trainings(self, shard: int) -> list[JournalEntry]:
        """Return the trials of a shard of the search, each with its settings and curves."""
        return Trainings.read(self.at.trainings(shard)).trainings

    # -- files of a case

    def selection(self, case: str) -> Selection:
        return self.once(self.at.selection(case), Selection.read)

    def runs(self, case: str) -> list[Run]:
        return self.once(self.at.runs(case), Runs.read).runs

    def evaluation(self, case: str) -> Evaluation:
        return self.once(self.at.evaluation(case), Evaluation.read)

    def timing(self, case: str) -> Timing:
        return self.once(self.at.timing(case), Timing.read)

    def history(self, case: str) -> pd.DataFrame:
        """Return repetition, epoch and the four curves of every seed of a case.

        Raises
        ------
        DataError
            Where the file has another curve, or a validation accuracy that no number of correct
            validation images gives: a curve of other images would be drawn under a wrong name.
        """
        file, expected = self.at.history(case), ["repetition", "epoch", *CURVES]
        table = read_parquet(file).to_pandas()
        if sorted(table.columns) != sorted(expected):
            raise DataError(
                f"{file}: found columns {', '.join(sorted(table.columns))}; allowed: "
                f"{', '.join(expected)}; delete the file and refit again"
            )
        images = self.data_info(self.case(case).dataset).counts.validation
        correct = table["validation_accuracy"].dropna() * images
        if float((correct - correct.round()).abs().max()) > WHOLE:
            raise DataError(
                f"{file}: found a validation_accuracy that is no share of the {images} validation "
                "images; delete the file and refit again"
            )
        return table

    def probabilities(self, case: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the test labels (N,) and the probabilities, float32 (seeds, N, classes).

        Row s belongs to ``runs(case)[s]``. Raises :class:`DataError` where the table does not hold
        one prediction of every seed for every test image.
        """
        path, repetitions = self.at.predictions(case), [run.repetition for run in self.runs(case)]
        with naming(path):
            table = read_parquet(path).sort_by(
                [("repetition", "ascending"), ("index", "ascending")]
            )
            columns = {name: table.column(name).to_numpy() for name in table.column_names}
            images, seeds = len(table) // len(repetitions), len(repetitions)
            whole = np.array_equal(columns["repetition"], np.repeat(sorted(repetitions), images))
            indexed = np.array_equal(columns["index"], np.tile(np.arange(images), seeds))
            labels = np.asarray(columns["label"])[:images]
            if not (whole and indexed and np.array_equal(columns["label"], np.tile(labels, seeds))):
                raise DataError(
                    f"{path}: not one prediction of each of {seeds} seeds for every test image; "
                    "delete the file and refit again"
                )
            if repetitions != sorted(repetitions):
                raise DataError(f"{self.at.runs(case)}: runs not in the order of their repetitions")
            stacked = np.stack([columns[name] for name in probability_columns(columns)], axis=1)
            return labels, stacked.reshape(seeds, images, -1)

    def labels(self, case: str) -> np.ndarray:
        """Return the class of every test image."""
        return self._answers(case)[0]

    def right(self, case: str) -> np.ndarray:
        """Return which answers on the test images are right: bool (seeds, images).

        A network of NaNs says class 0, as ``argmax`` does.
        """
        return self._answers(case)[1]

    def _answers(self, case: str) -> tuple[np.ndarray, np.ndarray]:
        def read(_: Path) -> tuple[np.ndarray, np.ndarray]:
            labels, probabilities = self.probabilities(case)
            return labels, probabilities.argmax(axis=2) == labels

        return self.once(self.at.predictions(case), read)

    def weights(self, case: str, repetition: int = 0) -> dict[str, np.ndarray]:
        """Return the weights of one seed, by name (``0_conv/kernel``)."""
        start = f"{repetition}/"
        stored = read_npz(self.at.weights(case)).items()
        return {name.removeprefix(start): w for name, w in stored if name.startswith(start)}

    # -- tables

    @property
    def trials(self) -> list[TrialRow]:
        return self.once(self.at.trials, TrialRow.read_table)

    @cached_property
    def summaries(self) -> dict[str, SummaryRow]:
        return {row.case: row for row in self.once(self.at.summary, SummaryRow.read_table)}

    def summary(self, case: str) -> SummaryRow:
        return self.summaries[case]

    @property
    def run_rows(self) -> list[RunRow]:
        return self.once(self.at.run_table, RunRow.read_table)

    @cached_property
    def comparisons(self) -> dict[tuple[str, str], ComparisonRow]:
        rows = self.once(self.at.comparisons, ComparisonRow.read_table)
        return {(row.case_a, row.case_b): row for row in rows}

    def comparison(self, convolutional: str, dense: str) -> ComparisonRow:
        return self.comparisons[convolutional, dense]

    @property
    def difficulty(self) -> list[DifficultyRow]:
        return self.once(self.at.difficulty, DifficultyRow.read_table)

    @property
    def engine_pairs(self) -> list[EngineRow]:
        return self.once(self.at.engine_comparisons, EngineRow.read_table)

    @cached_property
    def families(self) -> dict[tuple[str, str], str]:
        rows = self.once(self.at.families, FamilyRow.read_table)
        return {(row.dataset, row.family): row.case for row in rows}

    # -- files of the study

    @property
    def claims(self) -> Claims:
        return self.once(self.at.claims, Claims.read)

    @property
    def rerun(self) -> Rerun:
        return self.once(self.at.rerun, Rerun.read)

    @property
    def gradients(self) -> Gradients:
        return self.once(self.at.gradients, Gradients.read)

    # -- decisions, made here once

    def shared_name(self, row: EngineRow) -> tuple[str, str]:
        """Return network and version of two cases; the architecture where they have not the same.

        The version is empty where there is none.
        """
        of_a, of_b = (
            (self.case(c).network, self.case(c).version) for c in (row.case_a, row.case_b)
        )
        return of_a if of_a == of_b else (row.architecture, "")


def merit(accuracy: float | None, loss: float | None) -> tuple[float, float]:
    """Return what cases are ranked by, from means on validation images; larger is better.

    The higher accuracy, among equals the lower loss; a case without either comes last.
    """
    return (0.0 if accuracy is None else accuracy, -inf if loss is None else -loss)
