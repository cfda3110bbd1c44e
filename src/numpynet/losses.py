"""What is minimised: the loss of a batch and its derivative by the network's output.

``reduction="mean"`` (default) averages over the samples of the batch, ``"sum"`` adds them up. The
study adds (in its committed code the gradient is the sum over the batch), which is a learning rate
larger by the batch size.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError, DataError, ShapeError


@dataclass(frozen=True)
class Loss:
    """Base of the losses. ``from_logits`` losses take the final softmax into themselves."""

    name: ClassVar[str] = ""
    from_logits: ClassVar[bool] = False

    reduction: str = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum"):
            raise ConfigurationError(f"reduction must be 'mean' or 'sum', got {self.reduction!r}")

    def config(self) -> dict[str, Any]:
        """Return the loss as JSON values."""
        return {"name": self.name, **asdict(self)}

    def weight(self, samples: int) -> float:
        """Return the factor of one sample's loss in that of the batch."""
        return 1.0 / samples if self.reduction == "mean" else 1.0

    def check_targets(
        self, y: npt.ArrayLike, samples: int, outputs: tuple[int, ...], dtype: npt.DTypeLike
    ) -> Array:
        """Return the targets as `value_and_error` takes them, or say what is wrong."""
        raise NotImplementedError

    def value_and_error(self, outputs: Array, targets: Array) -> tuple[float, Array]:
        """Return the sum of the samples' losses, and d(reduced loss)/d(outputs) as a new array."""
        raise NotImplementedError


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """Softmax and cross-entropy as one function of the logits z, for it is stable and simple.

    ``L = log sum_k exp(z_k) - z_y`` (computed after subtracting the largest logit), and
    ``dL/dz = softmax(z) - onehot(y)`` (study, Eq. 46 for this pair). Targets are labels (N,)
    or class probabilities (N, K), for which ``z_y`` becomes ``sum_k y_k z_k``.
    """

    name: ClassVar[str] = "cross_entropy"
    from_logits: ClassVar[bool] = True

    def check_targets(
        self, y: npt.ArrayLike, samples: int, outputs: tuple[int, ...], dtype: npt.DTypeLike
    ) -> Array:
        """Return labels as integers, or probabilities in the network's precision."""
        targets = np.asarray(y)
        if targets.shape == (samples, *outputs):
            return check_finite(targets, "targets").astype(dtype)
        if targets.shape != (samples,):
            raise ShapeError(
                f"expected labels ({samples},) or class probabilities {(samples, *outputs)}, "
                f"got shape {targets.shape}"
            )
        return check_labels(targets, outputs[-1])

    def value_and_error(self, outputs: Array, targets: Array) -> tuple[float, Array]:
        """Return (sum of losses, (softmax - onehot) * weight)."""
        samples, classes = outputs.shape
        shifted = outputs - np.maximum.reduce(outputs, axis=1, keepdims=True)
        error = np.exp(shifted)
        sums = error @ np.ones(classes, error.dtype)
        np.divide(error, sums[:, None], out=error)
        if targets.ndim == 1:
            places = np.arange(0, outputs.size, classes) + targets  # of z_y in the flat logits
            value = np.add.reduce(np.log(sums) - shifted.take(places))
            error.reshape(-1)[places] -= 1.0
        else:
            total = targets @ np.ones(classes, error.dtype)
            value = np.log(sums) @ total - np.vdot(shifted, targets)
            np.multiply(error, total[:, None], out=error)
            np.subtract(error, targets, out=error)
        weight = self.weight(samples)
        return float(value), error if weight == 1.0 else np.multiply(error, weight, out=error)


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """``L = (1 / K) sum_k (a_k - y_k)^2`` per sample, ``dL/da = 2 (a - y) / K``, as Keras.

    Targets have the shape of the output; labels (N,) become one-hot.
    """

    name: ClassVar[str] = "mean_squared_error"

    def check_targets(
        self, y: npt.ArrayLike, samples: int, outputs: tuple[int, ...], dtype: npt.DTypeLike
    ) -> Array:
        """Return targets of the shape of the output."""
        targets = np.asarray(y)
        if targets.shape == (samples,) and len(outputs) == 1 and outputs[0] > 1:
            return np.eye(outputs[0], dtype=dtype)[check_labels(targets, outputs[0])]
        if targets.shape != (samples, *outputs):
            raise ShapeError(f"expected targets {(samples, *outputs)}, got shape {targets.shape}")
        return check_finite(targets, "targets").astype(dtype)

    def value_and_error(self, outputs: Array, targets: Array) -> tuple[float, Array]:
        """Return (sum of losses, 2 (a - y) / K * weight)."""
        size = outputs[0].size
        difference = outputs - targets
        value = float(np.vdot(difference, difference)) / size
        return value, np.multiply(difference, 2.0 / size * self.weight(len(outputs)))


def check_labels(labels: Array, classes: int) -> Array:
    """Return `labels` as integers from 0 to classes - 1, or say which are not."""
    if labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == labels.round()).all():
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "iu":
        raise DataError(f"labels must be whole numbers, got dtype {labels.dtype}")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise DataError(
            f"labels must lie in 0..{classes - 1} for {classes} outputs, "
            f"got {labels.min()}..{labels.max()}"
        )
    return labels.astype(np.int64, copy=False)


def check_finite(values: Array, what: str) -> Array:
    """Return `values`, or count the NaN and infinities in them."""
    if values.dtype.kind not in "fiub":
        raise DataError(f"{what} must be real numbers, got dtype {values.dtype}")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).sum())
        raise DataError(f"{what} must be finite, got {bad} NaN or infinite of {values.size} values")
    return values


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (SoftmaxCrossEntropy, MeanSquaredError)
}


def loss_function(description: str | dict[str, Any] | Loss) -> Loss:
    """Return the loss for a name, a `config()` dict, or the loss itself."""
    if isinstance(description, Loss):
        return description
    constants = dict(description) if isinstance(description, dict) else {"name": description}
    name = constants.pop("name", None)
    if name not in LOSSES:
        raise ConfigurationError(f"loss must be one of {', '.join(LOSSES)}, got {name!r}")
    return LOSSES[name](**constants)
