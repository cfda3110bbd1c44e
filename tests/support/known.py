"""Results whose numbers are given: what a claim's verdict on them must be is known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from densevsconv.claims.registry import ClaimTest
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.data import DataInfo
from densevsconv.results.evaluation import Evaluation
from densevsconv.results.study import Study
from densevsconv.results.trials import CURVES, Runs
from densevsconv.stages.judge import JudgePlan
from densevsconv.store.layout import Layout
from tests.support.plans import write_timing

HOLDS, FAILS, UNTOLD = "holds", "fails", "cannot be told"
NAMES = ["zero", "one", "two"]
IMAGES = 20
"""Test images of each class."""

SEEDS = 5
WOBBLE = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
"""Mean 0; the 95% t interval of five seeds is 0.0196 to each side."""


NO_INTERVAL = {"mean": None, "low": None, "high": None, "std": None}


def _over_seeds(values: list[float]) -> dict[str, Any]:
    return NO_INTERVAL | {"per_seed": values, "seeds": len(values)}


class Known:
    """Writes results case by case, and judges tests on them."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder / "known")
        self.datasets: dict[str, str] = {}
        counts = {"train": IMAGES, "validation": IMAGES, "test": IMAGES}
        for dataset in ("toy", "other"):
            DataInfo.model_validate({
                "name": dataset, "classes": len(NAMES), "class_names": NAMES, "max_value": 16,
                "shape": (4, 4, 1), "counts": counts, "class_counts": {part: [] for part in counts},
                "channel_mean": [1.0], "channel_std": [1.0], "train_hash": "", "test_hash": "",
                "split": {}, "transform": [],
            }).write(self.layout.data_info(dataset))  # fmt: skip

    def case(
        self,
        name: str,
        *,
        dataset: str = "toy",
        accuracy: Any = None,
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
        if accuracy is None:
            accuracy = [0.5] * (SEEDS if right is None else len(right))
        accuracy = [float(value) for value in accuracy]
        right = right if right is not None else [[IMAGES] * len(NAMES)] * len(accuracy)
        supports = [0 if count is None else IMAGES for count in right[0]]
        chance = max(supports) / sum(supports)
        Evaluation.model_validate({
            "case": name, "dataset": dataset, "seeds": len(accuracy),
            "images": sum(supports) if images is None else images,
            "diverged_seeds": len(diverged), "confidence": 0.95, "accuracy": _over_seeds(accuracy),
            "chance": chance, "learned": [value > chance + 1e-9 for value in accuracy],
            "test_set_interval": {"low": 0.0, "high": 1.0}, "log_loss": _over_seeds([]),
            "calibration_error": _over_seeds([]), "calibration": {"bins": []},
            "per_class": [
                {"label": k, "support": count, "precision": NO_INTERVAL, "f1": NO_INTERVAL,
                 "recall": _over_seeds([(seed[k] or 0) / IMAGES for seed in right])}
                for k, count in enumerate(supports)
            ],
            "confusion": {"counts": [], "normalised": []}, "most_confused": [],
            "misclassified": [],
        }).write(self.layout.evaluation(name))  # fmt: skip
        ran = {"epochs_run": 2, "best_epoch": 2, "seconds": 1.0, "ended": 1e9, "execution": "xla",
               "threads": 1, "device": "CPU", **dict.fromkeys(CURVES)}  # fmt: skip
        runs = [
            ran | {"trial": f"{name}{r}", "repetition": r,
                   "status": "diverged" if r in diverged else "finished",
                   "seeds": {"initialisation": first_seed + r, "batch_order": first_seed + r}}
            for r in range(len(accuracy))
        ]  # fmt: skip
        Runs.model_validate({"case": name, "runs": runs}).write(self.layout.runs(name))
        write_timing(self.layout, name, 1.0, 2, [float(value) for value in seconds])
        self._write_history(name, losses if losses is not None else [[1.0, 0.5]] * len(accuracy))
        return self

    def _write_history(self, name: str, losses: Any) -> None:
        rows = [
            dict.fromkeys(CURVES, 0.0) | {"repetition": r, "epoch": e, "validation_loss": loss}
            for r, curve in enumerate(losses)
            for e, loss in enumerate(curve, 1)
        ]
        path = self.layout.history(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # nothing may rest on the order of rows
        order = np.random.default_rng(0).permutation(len(rows))
        pq.write_table(pa.Table.from_pylist([rows[place] for place in order]), path)

    def records(self, test: dict[str, Any], confidence: float = 0.95) -> list[ClaimTestRecord]:
        """Judge one test, as a study's file has it."""
        cases = {case: {"dataset": dataset} for case, dataset in self.datasets.items()}
        plan = JudgePlan.model_validate({"confidence": confidence, "claims": {}, "cases": cases})
        checked = ClaimTest.model_validate(test)
        return list(checked.content.judge(Study(plan, self.layout), confidence))

    def record(self, kind: str, **test: Any) -> ClaimTestRecord:
        """Return the record of a test that has one."""
        (found,) = self.records({kind: test})
        return found

    def verdict(self, kind: str, **test: Any) -> str:
        return self.record(kind, **test).verdict
