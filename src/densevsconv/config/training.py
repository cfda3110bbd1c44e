"""How a network is trained. Engines import this file and no other schema.

An engine's code is part of a trial's identity; kept apart, the other schemas can change without
any trial being done again. The keys' meanings are docstrings (not ``description=``) for the same
reason: rewording one is no change of code.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from densevsconv.architecture.initialise import NAMED_INITIALIZERS, is_initializer
from densevsconv.config.strict import Allowed, Strict

Optimizer = Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]


def _known_initializer(value: Any) -> Any:
    if is_initializer(value):
        return value
    raise ValueError("not an initialiser")


Initializer = Annotated[
    str | dict[str, dict[str, float]],
    BeforeValidator(_known_initializer),
    Allowed(f"one of {', '.join(NAMED_INITIALIZERS)}, or {{normal: {{std: NUMBER}}}}"),
]


class Schedule(Strict):
    """How the learning rate changes from epoch to epoch."""

    name: Literal["constant", "step", "exponential", "cosine"] = "constant"
    """`constant`; `step`: times `factor` every `step_epochs`; `exponential`: falls smoothly to
    `factor` of the rate at the end; `cosine`: half a cosine down to zero at the end.
    """
    warmup_epochs: int = Field(default=0, ge=0)
    """Epochs during which the rate rises linearly to `learning_rate`."""
    step_epochs: int = Field(default=10, ge=1)
    """Epochs between two steps of `step`."""
    factor: float = Field(default=0.1, gt=0, le=1)
    """See `step` and `exponential`."""


class EarlyStopping(Strict):
    """When to stop before the last epoch; the weights of the best epoch are restored."""

    patience: int = Field(default=10, ge=1)
    """Epochs without a better validation loss after which to stop."""
    min_delta: float = Field(default=0.0, ge=0)
    """Smallest decrease of the validation loss that counts as better."""


class Training(Strict):
    """How a network is trained. Every key may be searched."""

    optimizer: Optimizer = "adam"
    """The update rule, as Keras defines it."""
    learning_rate: float = Field(default=1e-3, gt=0)
    """Step size, for the mean gradient over a batch."""
    momentum: float = Field(default=0.9, ge=0, lt=1)
    """Velocity coefficient of `momentum` and `nesterov`; beta_1 of `adam` and `adamw`. `sgd`
    and `rmsprop` do not use it.
    """
    rho: float | None = Field(default=None, gt=0, lt=1)
    """Decay of the squared gradients (beta_2 of `adam` and `adamw`); null: 0.9 for `rmsprop`,
    0.999 for `adam` and `adamw`.
    """
    epsilon: float = Field(default=1e-7, gt=0)
    """Added to the denominator of `rmsprop`, `adam` and `adamw`."""
    l2: float = Field(default=0.0, ge=0)
    """Adds l2 * sum(kernel^2) to the loss: kernels only, no factor 1/2 (Keras)."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay of `adamw`; 0 for the other optimisers."""
    batch_size: int = Field(default=32, ge=1)
    """Images in a batch; an epoch is as many full batches as fit into the training part, in a
    fresh random order.
    """
    epochs: int = Field(default=50, ge=1)
    """Passes over the training part."""
    schedule: Schedule = Schedule()
    """Learning-rate schedule, see Schedule."""
    early_stopping: EarlyStopping | None = None
    """See EarlyStopping; null: train all epochs and keep the last weights."""
    scaling: Literal["unit", "none", "standard"] | Annotated[float, Field(gt=0)] = "unit"
    """What is done to the pixels: `unit` divides by the data set's `max_value`; `none` leaves
    them; `standard` subtracts the mean and divides by the standard deviation of each channel of
    the training part; a number divides by that number.
    """
    initializer: Initializer | None = None
    """Kernel initialiser in place of the architecture's own; null: its own."""

    @property
    def second_moment_decay(self) -> float:
        """Return ``rho``, or Keras's default for the optimiser."""
        if self.rho is not None:
            return self.rho
        return 0.9 if self.optimizer == "rmsprop" else 0.999

    @model_validator(mode="after")
    def _consistent(self) -> Training:
        if self.weight_decay and self.optimizer != "adamw":
            raise ValueError(
                f"weight_decay {self.weight_decay} needs optimizer adamw, found {self.optimizer}"
            )
        if self.schedule.warmup_epochs > self.epochs:
            raise ValueError(
                f"schedule.warmup_epochs {self.schedule.warmup_epochs} is more than epochs "
                f"{self.epochs}"
            )
        return self
