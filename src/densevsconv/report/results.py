"""Reading a finished study for its figures: every file once, by name."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from densevsconv.errors import DataError
from densevsconv.report.layout import ordered_cases
from densevsconv.store.files import read_json, read_npz
from densevsconv.store.layout import Layout

HISTORY_COLUMNS = (
    "repetition", "epoch", "train_loss", "train_accuracy", "validation_loss",
    "validation_accuracy",
)  # fmt: skip
WHOLE = 0.02
"""A number of images this far from a whole one is none: float32 is off by less."""

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Results:
    """The result files of one study.

    Parameters
    ----------
    layout
        Names of the files.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._evaluations: dict[str, Any] = {}

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The study as the figures need it: data sets, cases, architectures, points."""
        plan: dict[str, Any] = read_json(self.layout.plan("figures"))
        return plan

    @property
    def cases(self) -> dict[str, dict[str, Any]]:
        """Plan of each case, in the order of the report."""
        plans = self.plan["cases"]
        return {name: plans[name] for name in ordered_cases(plans)}

    def family(self, case: str) -> str:
        """Return "dense" or "convolutional"."""
        family: str = self.plan["cases"][case]["family"]
        return family

    def data_info(self, dataset: str) -> dict[str, Any]:
        """Return the description of a prepared data set."""
        info: dict[str, Any] = read_json(self.layout.data_info(dataset))
        return info

    def training_images(self, dataset: str) -> tuple[np.ndarray, np.ndarray]:
        """Return images and labels of the training part."""
        part = read_npz(self.layout.train_data(dataset))
        return part["train_images"], part["train_labels"]

    def test_images(self, dataset: str) -> np.ndarray:
        """Return the images of the test part."""
        return read_npz(self.layout.test_data(dataset))["images"]

    def test_labels(self, dataset: str) -> np.ndarray:
        """Return the labels of the test part."""
        return read_npz(self.layout.test_data(dataset))["labels"]

    def mean_images(self, dataset: str) -> np.ndarray:
        """Return the mean image of every class, (classes, H, W, C)."""
        return read_npz(self.layout.mean_images(dataset))["means"]

    def contact_sheet(self, dataset: str) -> dict[str, np.ndarray]:
        """Return some images (N, H, W, C) after 0, 1, ... changes, as ``step0``, ``step1``, ..."""
        return read_npz(self.layout.contact_sheet(dataset))

    def evaluation(self, case: str) -> dict[str, Any]:
        """Return the test metrics of a case."""
        if case not in self._evaluations:
            self._evaluations[case] = read_json(self.layout.evaluation(case))
        value: dict[str, Any] = self._evaluations[case]
        return value

    def selection(self, case: str) -> dict[str, Any]:
        """Return the chosen settings of a case."""
        value: dict[str, Any] = read_json(self.layout.selection(case))
        return value

    def history(self, case: str) -> pd.DataFrame:
        """Return repetition, epoch and the four curves of every seed of a case.

        Raises
        ------
        DataError
            Where the file has another curve, or a validation accuracy that no number of correct
            validation images gives: a curve of other images would be drawn under a wrong name.
        """
        import pandas as pd

        file = self.layout.history(case)
        table = pd.read_parquet(file)
        if sorted(table.columns) != sorted(HISTORY_COLUMNS):
            found = ", ".join(sorted(map(str, table.columns)))
            raise DataError(
                f"{file}: found columns {found}; allowed: {', '.join(HISTORY_COLUMNS)}; delete the "
                "file and refit again"
            )
        images = self.data_info(self.plan["cases"][case]["dataset"])["counts"]["validation"]
        correct = table["validation_accuracy"].dropna() * images
        if float((correct - correct.round()).abs().max()) > WHOLE:
            raise DataError(
                f"{file}: found a validation_accuracy that is no share of the {images} validation "
                "images; delete the file and refit again"
            )
        return table

    def predictions(self, case: str) -> pd.DataFrame:
        """Return repetition, index, label and p0, p1, ... of every seed and test image."""
        import pandas as pd

        return pd.read_parquet(self.layout.predictions(case))

    def weights(self, case: str, repetition: int = 0) -> dict[str, np.ndarray]:
        """Return the weights of one seed, by name (``0_conv/kernel``)."""
        start = f"{repetition}/"
        stored = read_npz(self.layout.weights(case))
        return {
            name.removeprefix(start): array
            for name, array in stored.items()
            if name.startswith(start)
        }

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row a search trial."""
        import pandas as pd

        return pd.read_csv(self.layout.trials)

    @cached_property
    def engines(self) -> pd.DataFrame:
        """One row a network trained alike by two engines."""
        import pandas as pd

        return pd.read_csv(self.layout.engine_comparisons)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a case, by case."""
        import pandas as pd

        return pd.read_csv(self.layout.summary).set_index("case")
