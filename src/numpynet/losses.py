"""What is minimised: the loss of a batch, a mean over its samples, and its derivative."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array
from numpynet.errors import DataError, ShapeError


class Loss:
    """Base of the losses. ``from_logits`` losses take the final softmax into themselves."""

    from_logits: ClassVar[bool] = False

    def check_targets(
        self, y: npt.ArrayLike, samples: int, outputs: tuple[int, ...], dtype: npt.DTypeLike
    ) -> Array:
        """Return the targets as `value_and_error` takes them, or say what is wrong."""
        raise NotImplementedError

    def value_and_error(self, outputs: Array, targets: Array) -> tuple[float, Array]:
        """Return the sum of the samples' losses, and d(mean loss)/d(outputs) as a new array."""
        raise NotImplementedError


class SoftmaxCrossEntropy(Loss):
    """Softmax and cross-entropy as one function of the logits z, for it is stable and simple.

    ``L = log sum_k exp(z_k) - z_y`` (computed after subtracting the largest logit), and
    ``dL/dz = softmax(z) - onehot(y)`` (study, Eq. 46 for this pair). Targets are labels (N,)
    or class probabilities (N, K), for which ``z_y`` becomes ``sum_k y_k z_k``.
    """

    from_logits = True

    def check_targets(
        self, y: npt.ArrayLike, samples: int, outputs: tuple[int, ...], dtype: npt.DTypeLike
    ) -> Array:
        """Return labels as integers, or probabilities in the network's precision."""
        targets, classes = np.asarray(y), outputs[-1]
        if targets.shape == (samples, *outputs):
            return check_finite(targets, "targets").astype(dtype)
        if targets.shape != (samples,):
            raise ShapeError(
                f"expected labels ({samples},) or class probabilities {(samples, *outputs)}, "
                f"got shape {targets.shape}"
            )
        if targets.dtype.kind not in "iu":
            raise DataError(f"labels must be whole numbers, got dtype {targets.dtype}")
        if targets.min() < 0 or targets.max() >= classes:
            raise DataError(
                f"labels must lie in 0..{classes - 1} for {classes} outputs, "
                f"got {targets.min()}..{targets.max()}"
            )
        return targets.astype(np.int64, copy=False)

    def value_and_error(self, outputs: Array, targets: Array) -> tuple[float, Array]:
        """Return (sum of losses, (softmax - onehot) / N)."""
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
        return float(value), np.multiply(error, 1.0 / samples, out=error)


def check_finite(values: Array, what: str) -> Array:
    """Return `values`, or count the NaN and infinities in them."""
    if values.dtype.kind not in "fiub":
        raise DataError(f"{what} must be real numbers, got dtype {values.dtype}")
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).sum())
        raise DataError(f"{what} must be finite, got {bad} NaN or infinite of {values.size} values")
    return values
