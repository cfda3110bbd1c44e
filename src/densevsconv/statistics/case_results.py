"""What the stages before wrote about one case."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import fsum, inf
from typing import Any

from densevsconv.statistics.comparison import compare


def merit(accuracy: float | None, loss: float | None) -> tuple[float, float]:
    """Return what cases are ranked by, from means on validation images; larger is better.

    The higher accuracy, among equals the lower loss; a case without either comes last.
    """
    return (0.0 if accuracy is None else accuracy, -inf if loss is None else -loss)


@dataclass(frozen=True)
class CaseResults:
    """A case's plan, and the content of its result files (docs/files.md)."""

    case: str
    plan: dict[str, Any]
    selection: dict[str, Any]
    runs: list[dict[str, Any]]
    evaluation: dict[str, Any]
    timing: dict[str, Any]
    trials: int
    epochs_to_target: list[int]

    @property
    def seconds(self) -> float:
        """Median training time."""
        return float(self.timing["train_seconds"]["median"])

    @property
    def accuracies(self) -> list[float]:
        """Test accuracy of every seed, in the order of repetitions."""
        return list(self.evaluation["accuracy"]["per_seed"])

    @property
    def seeds(self) -> list[tuple[int, dict[str, int]]]:
        """Repetition and seeds of every run: cases that have the same are compared in pairs."""
        return [(run["repetition"], run["seeds"]) for run in self.runs]

    def validation_mean(self, score: str) -> float | None:
        """Return the mean "accuracy" or "loss" on validation images of the refitted networks.

        Not that of the search, which only some cases have, and which is the highest of many. None
        where a seed diverged.
        """
        values = [run[f"validation_{score}"] for run in self.runs]
        return None if None in values else fsum(values) / len(values)

    @property
    def merit(self) -> tuple[float, float]:
        """What the validation images say of the case, as :func:`merit` has it."""
        return merit(self.validation_mean("accuracy"), self.validation_mean("loss"))

    @property
    def labels(self) -> dict[str, Any]:
        """The columns that every table of cases begins with."""
        return {
            "dataset": self.plan["dataset"],
            "case": self.case,
            "family": self.plan["family"],
            "architecture": self.plan["architecture"]["name"],
            "engine": self.plan["engine"],
        }


def comparison_columns(a: CaseResults, b: CaseResults, confidence: float) -> dict[str, Any]:
    """Return the difference of test accuracy, a minus b, as a table has it."""
    paired = a.seeds == b.seeds
    return asdict(compare(a.accuracies, b.accuracies, confidence, paired=paired))
