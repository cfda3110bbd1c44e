"""Results whose numbers are given: what a claim's verdict on them must be is known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from densevsconv.claims.registry import Claim, ClaimTest, judge_claim
from densevsconv.results.claims import ClaimRecord, ClaimTestRecord
from densevsconv.results.data import DataInfo
from densevsconv.results.study import Study
from densevsconv.results.trials import CURVES, Runs
from densevsconv.stages.evaluate import evaluate
from densevsconv.stages.judge import JudgePlan
from densevsconv.store.layout import Layout
from tests.support.plans import write_timing

HOLDS, FAILS, UNTOLD = "holds", "fails", "cannot be told"
DEPENDS, UNTESTED = "depends on the implementation", "not tested here"
NAMES = ["zero", "one", "two"]
IMAGES = 200
"""Test images of each class."""

SEEDS = 5
WOBBLE = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
"""Mean 0; over seeds alone the interval of the mean is 0.0196 to each side."""


class Known:
    """Writes results case by case, and judges tests on them."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder / "known")
        self.cases: dict[str, dict[str, Any]] = {}
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
        images: int = IMAGES * len(NAMES),
        diverged: tuple[int, ...] = (),
        eligible: bool = True,
        **plan: Any,
    ) -> Known:
        """Write a case: one accuracy a seed, seconds of timed trainings, losses by seed and epoch.

        Instead of accuracies, how many test images of each class each seed has ``right`` (None: no
        image of the class), of IMAGES. The images that are right are the first ones. ``plan`` is
        what judge's plan says of the case.
        """
        self.cases[name] = {
            "dataset": dataset, "other_data": "", "images_shown": None, "twins": {}
        } | plan  # fmt: skip
        if right is None:
            labels = np.arange(images) % len(NAMES)
            values = [0.5] * SEEDS if accuracy is None else accuracy
            rows = [np.arange(images) < round(float(value) * images) for value in values]
        else:
            counts = [[count for count in seed if count is not None] for seed in right]
            classes = [k for k, count in enumerate(right[0]) if count is not None]
            labels = np.repeat(classes, IMAGES)
            rows = [np.concatenate([np.arange(IMAGES) < n for n in seed]) for seed in counts]
        answers = np.where(rows, labels, (labels + 1) % len(NAMES))
        seeds = len(answers)
        probabilities = np.eye(len(NAMES), dtype=np.float32)[answers]
        evaluate(
            labels, probabilities, case=name, dataset=dataset, eligible=eligible,
            finished=[r not in diverged for r in range(seeds)], confidence=0.95, bins=2,
        ).write(self.layout.evaluation(name))  # fmt: skip
        columns = {f"p{k}": probabilities[:, :, k].ravel() for k in range(len(NAMES))}
        pq.write_table(pa.table({
            "repetition": np.repeat(np.arange(seeds), len(labels)),
            "index": np.tile(np.arange(len(labels)), seeds), "label": np.tile(labels, seeds),
        } | columns), created(self.layout.predictions(name)))  # fmt: skip
        ran = {"epochs_run": 2, "best_epoch": 2, "seconds": 1.0, "ended": 1e9, "execution": "xla",
               "threads": 1, "device": "CPU", **dict.fromkeys(CURVES)}  # fmt: skip
        runs = [
            ran | {"trial": f"{name}{r}", "repetition": r,
                   "status": "diverged" if r in diverged else "finished",
                   "seeds": {"initialisation": r, "batch_order": r}}
            for r in range(seeds)
        ]  # fmt: skip
        Runs.model_validate({"case": name, "runs": runs}).write(self.layout.runs(name))
        write_timing(self.layout, name, 1.0, 2, [float(value) for value in seconds])
        self._write_history(name, losses if losses is not None else [[1.0, 0.5]] * seeds)
        return self

    def _write_history(self, name: str, losses: Any) -> None:
        rows = [
            dict.fromkeys(CURVES, 0.0) | {"repetition": r, "epoch": e, "validation_loss": loss}
            for r, curve in enumerate(losses)
            for e, loss in enumerate(curve, 1)
        ]
        # nothing may rest on the order of rows
        order = np.random.default_rng(0).permutation(len(rows))
        pq.write_table(pa.Table.from_pylist([rows[place] for place in order]),
                       created(self.layout.history(name)))  # fmt: skip

    def study(self, confidence: float = 0.95) -> Study:
        plan = {"confidence": confidence, "claims": {}, "cases": self.cases}
        return Study(JudgePlan.model_validate(plan), self.layout)

    def claim(self, *tests: dict[str, Any], **claim: Any) -> ClaimRecord:
        """Judge a claim, as a study's file has it."""
        checked = Claim.model_validate({"text": "So.", "tests": list(tests), **claim})
        return judge_claim(checked, self.study(), 0.95)

    def records(self, test: dict[str, Any], confidence: float = 0.95) -> list[ClaimTestRecord]:
        """Judge one test, as a study's file has it."""
        checked = ClaimTest.model_validate(test)
        return list(checked.content.judge(self.study(confidence), confidence))

    def record(self, kind: str, **test: Any) -> ClaimTestRecord:
        """Return the record of a test that has one."""
        (found,) = self.records({kind: test})
        return found

    def verdict(self, kind: str, **test: Any) -> str:
        return self.record(kind, **test).verdict


def created(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
