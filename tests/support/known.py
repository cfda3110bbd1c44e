"""Results whose numbers are given: what a claim's verdict on them must be is known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from densevsconv.claims.kinds import JUDGES
from densevsconv.claims.record import Record
from densevsconv.claims.results import Results
from densevsconv.claims.schema import ClaimTest
from densevsconv.store.files import write_json
from densevsconv.store.layout import Layout

NAMES = ["zero", "one", "two"]
IMAGES = 20
"""Test images of each class."""

SEEDS = 5
WOBBLE = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
"""Mean 0; the 95% t interval of five seeds is 0.0196 to each side."""


class Known:
    """Writes results case by case, and judges tests on them."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder / "known")
        self.datasets: dict[str, str] = {}
        info = {"class_names": NAMES, "classes": len(NAMES)}
        write_json(self.layout.data_info("toy"), info)
        write_json(self.layout.data_info("other"), info)

    def case(
        self,
        name: str,
        *,
        dataset: str = "toy",
        accuracy: Any = (0.5,) * SEEDS,
        seconds: Any = (1.0, 1.0, 1.0),
        losses: Any = None,
        right: Any = None,
        images: int | None = None,
        first_seed: int = 0,
        diverged: tuple[int, ...] = (),
    ) -> Known:
        """Write a case: one accuracy a seed, seconds of timed trainings, losses by seed and epoch,
        and how many test images of each class each seed has right, of ``images`` in all."""
        self.datasets[name] = dataset
        accuracy = [float(value) for value in accuracy]
        right = right if right is not None else [[IMAGES] * len(NAMES)] * len(accuracy)
        supports = [0 if count is None else IMAGES for count in right[0]]
        write_json(
            self.layout.evaluation(name),
            {"accuracy": {"per_seed": accuracy},
             "images": sum(supports) if images is None else images,
             "per_class": [{"class": k, "support": n} for k, n in enumerate(supports)]},
        )  # fmt: skip
        runs = [
            {"repetition": r, "status": "diverged" if r in diverged else "finished",
             "seeds": {"initialisation": first_seed + r, "batch_order": first_seed + r}}
            for r in range(len(accuracy))
        ]  # fmt: skip
        write_json(self.layout.runs(name), {"case": name, "runs": runs})
        times = [float(value) for value in seconds]
        write_json(self.layout.timing(name), {"train_seconds": {"all": times}})
        losses = losses if losses is not None else [[1.0, 0.5]] * len(accuracy)
        _write(
            self.layout.history(name),
            {
                "repetition": [r for r, curve in enumerate(losses) for _ in curve],
                "epoch": [e + 1 for curve in losses for e in range(len(curve))],
                "validation_loss": [float(loss) for curve in losses for loss in curve],
            },
        )
        _write_predictions(self.layout.predictions(name), right)
        return self

    @property
    def results(self) -> Results:
        return Results(self.layout, self.datasets)

    def records(self, test: dict[str, Any], confidence: float = 0.95) -> list[Record]:
        """Judge one test, as a study's file has it."""
        checked = ClaimTest.model_validate(test)
        return list(JUDGES[checked.kind](checked.content, self.results, confidence))

    def verdict(self, kind: str, **test: Any) -> str:
        """Return the verdict of a test that has one record."""
        (record,) = self.records({kind: test})
        return record.verdict


def _write(path: Path, columns: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    # nothing may rest on the order of rows
    pq.write_table(table.take(np.random.default_rng(0).permutation(len(table))), path)


def _write_predictions(path: Path, right: Any) -> None:
    """``right[seed][class]`` images are right, the others of the class are taken for the next."""
    columns: dict[str, list[Any]] = {key: [] for key in ("repetition", "label", "p0", "p1", "p2")}
    for repetition, counts in enumerate(right):
        for label, count in enumerate(counts):
            for image in range(IMAGES if count is not None else 0):
                predicted = label if image < count else (label + 1) % len(NAMES)
                columns["repetition"].append(repetition)
                columns["label"].append(label)
                for k in range(len(NAMES)):
                    columns[f"p{k}"].append(np.float32(0.8 if k == predicted else 0.1))
    _write(path, columns)
