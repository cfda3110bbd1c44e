"""How a network is trained: the keys of a study's ``training``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    field_validator,
    model_validator,
)

from densevsconv.schema.strict import Allowed, Registered, Strict
from densevsconv.training.batches import BATCH_ORDERS
from numpynet.initializers import ALLOWED, initializer

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
UpToOne = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Gradient:
    """What a batch's gradient is in the settings of a publication, said in ours.

    ``translate(training)`` returns the settings that differ for the same training with the mean
    gradient, all that an engine knows. ``words`` say it in a report's table of settings.
    """

    translate: Callable[[Training], dict[str, Any]]
    words: str = ""


GRADIENTS: dict[str, Gradient] = {"mean": Gradient(lambda training: {})}
"""By name; the code of a publication may register others."""


def _known_initializer(value: Any) -> Any:
    initializer(value)
    return value


class Schedule(Strict):
    """How the learning rate changes from epoch to epoch."""

    name: Literal["constant", "step", "exponential", "cosine"] = "constant"
    """`constant`; `step`: times `factor` every `step_epochs`; `exponential`: the same decay without
    jumps; `cosine`: half a cosine down to zero at the end."""
    warmup_epochs: NonNegativeInt = 0
    """Epochs during which the rate rises linearly to `learning_rate`."""
    step_epochs: Count = 10
    """Epochs between two steps of `step`."""
    factor: float = Field(default=0.1, gt=0, le=1)
    """See `step` and `exponential`."""


class EarlyStopping(Strict):
    """When to stop before the last epoch; the weights of the best epoch are restored."""

    patience: Count = 10
    """Epochs without a better validation loss after which to stop."""
    min_delta: NonNegativeFloat = 0.0
    """Smallest decrease of the validation loss that counts as better."""


class Augmentation(Strict):
    """Random changes of the training images, drawn anew for every image of every batch.

    They are made in this order: zoom, rotation, shift, crop and flip in one bilinear resampling
    with zeros around the image; then contrast, brightness and colour_pca, kept within 0 and the
    data set's `max_value`; negative; cutout; after scaling, mixup. A key at 0 or false changes
    nothing.
    """

    shift: Share = 0.0
    """Largest shift along each axis, a share of the image's side; drawn evenly, both ways."""
    rotation: float = Field(default=0.0, ge=0, le=180)
    """Largest angle of a rotation about the centre, in degrees; drawn evenly, both ways."""
    zoom: Share = 0.0
    """Sizes are drawn evenly from 1 - zoom to 1 + zoom; the proportions stay."""
    crop: NonNegativeInt = 0
    """Pixels of zeros around the image, out of which a random crop of its old size is taken: a
    shift by whole pixels, at most so many along each axis."""
    flip: bool | Literal["forced"] = False
    """Mirrors left and right with probability 1/2. `true` is refused for data whose mirrored images
    are other symbols (digits); `forced` does it all the same."""
    brightness: UpToOne = 0.0
    """Largest number added to all pixels, a share of `max_value`; drawn evenly, both ways."""
    contrast: Share = 0.0
    """Distances from mid-grey are multiplied by a factor drawn evenly from 1 - contrast to 1 +
    contrast."""
    colour_pca: NonNegativeFloat = 0.0
    """Adds the principal components of the training pixels' colours, each times its eigenvalue and
    a normal coefficient of this standard deviation (Krizhevsky et al. 2012: 0.1)."""
    negative: UpToOne = 0.0
    """Probability of the negative, `max_value` minus the pixel (a bitwise NOT where `max_value` is
    255)."""
    cutout: NonNegativeInt = 0
    """Side in pixels of a black square whose centre lies anywhere in the image (after DeVries and
    Taylor 2017; black before `scaling`, whatever that makes of it)."""
    mixup: NonNegativeFloat = 0.0
    """alpha: an image and its label are averaged with those of another of the batch, with weights w
    and 1 - w, w from Beta(alpha, alpha) (Zhang et al. 2018). The training accuracy is against the
    heavier label."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is done at all: any of "geometry", "intensity", "cutout", "mixup"."""
        on = {
            "geometry": self.shift or self.rotation or self.zoom or self.crop or self.flip,
            "intensity": self.brightness or self.contrast or self.colour_pca or self.negative,
            "cutout": self.cutout,
            "mixup": self.mixup,
        }
        return tuple(kind for kind, value in on.items() if value)


class Training(Strict):
    """How a network is trained. Every key may be searched."""

    optimizer: Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"] = "adam"
    """The update rule, as Keras defines it."""
    learning_rate: PositiveFloat = 1e-3
    """Step size, for the gradient as `gradient` defines it."""
    momentum: Share = 0.9
    """Velocity coefficient of `momentum` and `nesterov`; beta_1 of `adam` and `adamw`. `sgd` and
    `rmsprop` do not use it."""
    rho: float | None = Field(default=None, gt=0, lt=1)
    """Decay of the squared gradients (beta_2 of `adam` and `adamw`); null: 0.9 for `rmsprop`, 0.999
    for `adam` and `adamw`."""
    epsilon: PositiveFloat = 1e-7
    """Added to the denominator of `rmsprop`, `adam` and `adamw`."""
    l2: NonNegativeFloat = 0.0
    """Adds l2 * sum(kernel^2) to the loss: kernels only, no factor 1/2 (Keras)."""
    weight_decay: NonNegativeFloat = 0.0
    """Decoupled weight decay of `adamw`; 0 for the other optimisers."""
    batch_size: Count = 32
    """Images in a batch; an epoch is as many full batches as fit into the training part."""
    epochs: Count = 50
    """Passes over the training part."""
    schedule: Schedule = Schedule()
    """Learning-rate schedule, see Schedule."""
    early_stopping: EarlyStopping | None = None
    """See EarlyStopping; null: train all epochs and keep the last weights."""
    scaling: Literal["unit", "none", "standard"] | PositiveFloat = "unit"
    """What is done to the pixels: `unit` divides by the data set's `max_value`; `none` leaves them;
    `standard` subtracts the mean and divides by the standard deviation of each channel of the
    training part; a number divides by that number."""
    initializer: (
        Annotated[
            str | dict[str, dict[str, float]],
            BeforeValidator(_known_initializer),
            Allowed(ALLOWED),
        ]
        | None
    ) = None
    """Kernel initialiser in place of the architecture's own; null: its own."""
    augmentation: Annotated[
        Augmentation | None,
        Allowed(
            "null, `default` (the data set's own), or a mapping, see Augmentation", ("default",)
        ),
    ] = None
    """Random changes of the training images, see Augmentation; null: none."""
    batches: Annotated[str, Registered(BATCH_ORDERS)] = "shuffle"
    """`shuffle`: an epoch goes through the images in a fresh random order. A file in
    `publications/` may register other orders."""
    gradient: Annotated[str, Registered(GRADIENTS)] = "mean"
    """Which gradient `learning_rate`, `l2` and `epsilon` are for: that of the `mean` over a batch.
    A file in `publications/` may register others, each with the settings of the same training by
    the mean."""
    l2_biases: bool = False
    """Whether `l2` acts on all that is learned: on biases too, and on `batch_norm`'s gamma and
    beta."""
    frozen: list[str] = Field(default=[])
    """Kinds of layers, such as `conv`, whose weights stay at their random start: random features.
    Moving statistics still move."""

    # one training has one description, and so one id

    @field_validator("augmentation")
    @classmethod
    def _some_change(cls, value: Augmentation | None) -> Augmentation | None:
        return value if value is not None and value.kinds else None

    @field_validator("frozen")
    @classmethod
    def _in_order(cls, value: list[str]) -> list[str]:
        return sorted(set(value))

    @property
    def structure(self) -> dict[str, Any]:
        """What a compiled function is made for; all other settings are its inputs."""
        return {
            "optimizer": self.optimizer,
            "batch_size": self.batch_size,
            "augmentation": list(self.augmentation.kinds) if self.augmentation else [],
            "l2_biases": self.l2_biases,
            "frozen": self.frozen,
        }

    @property
    def plain(self) -> Training:
        """The same training for the mean gradient, which is what engines take."""
        changes = GRADIENTS[self.gradient].translate(self)
        return self.model_copy(update={**changes, "gradient": "mean"})

    @property
    def second_moment_decay(self) -> float:
        """``rho``, or Keras's default for the optimiser."""
        if self.rho is not None:
            return self.rho
        return 0.9 if self.optimizer == "rmsprop" else 0.999

    def learning_rates(self, steps: int) -> np.ndarray:
        """Return the learning rate of every step: float32 of shape (epochs, steps).

        An engine needs no schedules of its own, and a schedule never makes a compiled function
        retrace. With s the step counted from 0 and S = epochs * steps:

        - constant: ``rate``
        - step: ``rate * factor**(s // (step_epochs * steps))``
        - exponential: ``rate * factor**(s / (step_epochs * steps))``, the same without jumps
        - cosine: ``rate * (1 + cos(pi s / S)) / 2`` (Loshchilov and Hutter 2017, no restarts)

        Warm-up multiplies the first ``warmup_epochs`` by a line that rises from 0 to 1.
        """
        schedule, total = self.schedule, self.epochs * steps
        step = np.arange(total, dtype=np.float64)
        period = schedule.step_epochs * steps
        match schedule.name:
            case "constant":
                factor = np.ones(total)
            case "step":
                factor = schedule.factor ** (step // period)
            case "exponential":
                factor = schedule.factor ** (step / period)
            case "cosine":
                factor = (1 + np.cos(np.pi * step / total)) / 2
        if schedule.warmup_epochs:
            factor = factor * np.minimum(1.0, (step + 1) / (schedule.warmup_epochs * steps))
        return (self.learning_rate * factor).astype(np.float32).reshape(self.epochs, steps)

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
