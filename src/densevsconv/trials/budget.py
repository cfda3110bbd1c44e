"""What a search costs, counted: the same for every case, or what each case may spend."""

from typing import Literal, get_args

from pydantic import Field, model_validator

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.schema.strict import Strict
from densevsconv.trials.cost import estimated_seconds

Unit = Literal["trials", "epochs", "updates", "macs", "seconds"]

LEAST = 0.9
"""Of a budget, that a grid or list must use: searches that differ by more are no equals."""


class Budget(Strict):
    """What the search of each case may cost: exactly one of these."""

    trials: float | None = Field(default=None, gt=0)
    """Trainings."""
    epochs: float | None = Field(default=None, gt=0)
    """Passes over the training part."""
    updates: float | None = Field(default=None, gt=0)
    """Steps of the optimiser."""
    macs: float | None = Field(default=None, gt=0)
    """Multiply-accumulates of training: forward passes, and backward ones as two forward."""
    seconds: float | None = Field(default=None, gt=0)
    """Estimated seconds on one core; `budgets.csv` has those measured."""

    @model_validator(mode="after")
    def _one(self) -> "Budget":
        found = self.model_dump(exclude_none=True)
        if len(found) != 1:
            names = ", ".join(type(self).model_fields)
            raise ValueError(f"found {', '.join(found) or 'nothing'}; allowed: one of {names}")
        return self

    @property
    def unit(self) -> Unit:
        return next(unit for unit in get_args(Unit) if getattr(self, unit) is not None)  # only one

    @property
    def amount(self) -> float:
        return float(getattr(self, self.unit))


def spent(
    unit: Unit, architecture: BoundArchitecture, *, epochs: int, images: int, batch_size: int
) -> float:
    """Return what one training costs; one that stops early costs less."""
    updates = epochs * (images // batch_size)
    match unit:
        case "trials":
            return 1
        case "epochs":
            return epochs
        case "updates":
            return updates
        case "macs":
            return 3 * architecture.macs * batch_size * updates
        case "seconds":
            return estimated_seconds(
                architecture, epochs=epochs, images=images, batch_size=batch_size
            )
