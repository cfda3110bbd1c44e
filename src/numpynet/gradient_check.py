"""Are the gradients right? Compare them with finite differences (study, Eqs. 50-51).

Central differences in float64, ``(C(theta + h d) - C(theta - h d)) / 2h``, err by h^2 instead of
the study's one-sided h. Two kinds of direction d: single entries, which say where an error sits,
and random directions over a whole array, each of which sees every entry at once.

An error is measured relative to ``max(|numeric|, |analytic|, r)``, with r the root mean square
of the array's gradient (at least 1e-5 times the loss, below which a difference is rounding), so
that an entry that happens to be nearly zero is not held to more digits than there are.

A function with kinks (relu, max-pooling) has no derivative at one: a check there compares the
mean of both sides with one of them. With random inputs that has probability zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array, Shape
from numpynet.layers.base import Layer
from numpynet.losses import Loss
from numpynet.network import Network

TOLERANCE = 1e-6


@dataclass(frozen=True)
class GradientCheck:
    """Largest relative error per array: parameters by name, and "input"."""

    errors: dict[str, float]

    @property
    def worst(self) -> float:
        """The largest error of all."""
        return max(self.errors.values(), default=0.0)

    def passed(self, tolerance: float = TOLERANCE) -> bool:
        """Tell whether every error is below `tolerance`."""
        return all(error < tolerance for error in self.errors.values())

    def __str__(self) -> str:
        return "\n".join(f"{error:.1e}  {name}" for name, error in self.errors.items())


def check_gradients(
    network: Network,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    generator: np.random.Generator | int = 0,
    directions: int = 4,
    entries: int = 12,
    step: float = 1e-5,
    training: bool = True,
    check_input: bool = True,
    mask_seed: int = 0,
) -> GradientCheck:
    """Check all parameter gradients of `network`, and the input's, on the batch (x, y).

    Works on a float64 copy; the network stays as it is. Penalties are part of what is checked.

    Parameters
    ----------
    generator
        Draws the directions and entries.
    directions, entries
        How many of each per array (all entries where there are fewer).
    step
        h.
    training
        Whether dropout is on and batch norm uses the batch's statistics.
    mask_seed
        Dropout masks are drawn from this seed in every evaluation, so they stay the same.
    """
    twin = network.copy("float64")
    source = np.random.default_rng(generator)
    inputs = twin.check_inputs(x).copy()
    targets = twin.check_targets(y, len(inputs))

    def objective() -> float:
        outputs = twin.forward(inputs, training, np.random.default_rng(mask_seed))
        value, _ = twin.loss.value_and_error(outputs, targets)
        return value * twin.loss.weight(len(inputs)) + twin.penalty()

    masks = np.random.default_rng(mask_seed)
    loss, gradients, input_gradient = twin.all_gradients(inputs, targets, training, masks)
    checked = {name: (twin.vector.views[name], value) for name, value in gradients.items()}
    if check_input:
        checked["input"] = (inputs, input_gradient)
    floor = 1e-5 * max(1.0, abs(loss))
    return GradientCheck(
        {
            name: _largest_error(
                objective, array, gradient, source, directions, entries, step, floor
            )
            for name, (array, gradient) in checked.items()
        }
    )


@dataclass(frozen=True)
class _Projection(Loss):
    """``C = <output, target>``: its error is the target, whatever the layer returned."""

    name: ClassVar[str] = "projection"

    reduction: str = "sum"

    def check_targets(
        self, y: npt.ArrayLike, samples: int, outputs: tuple[int, ...], dtype: npt.DTypeLike
    ) -> Array:
        return np.asarray(y, dtype)

    def value_and_error(self, outputs: Array, targets: Array) -> tuple[float, Array]:
        return float(np.vdot(outputs, targets)), targets.copy()


def check_layer(
    layer: Layer | list[Layer],
    input_shape: Shape,
    *,
    samples: int = 3,
    x: npt.ArrayLike | None = None,
    training: bool = True,
    check_input: bool = True,
    generator: np.random.Generator | int = 0,
    entries: int = 12,
) -> GradientCheck:
    """Check one layer (or a few in a row) alone: random inputs, random errors from above."""
    source = np.random.default_rng(generator)
    layers = layer if isinstance(layer, list) else [layer]
    network = Network(layers, input_shape, generator=source, loss=_Projection(), dtype="float64")
    for values in network.vector.views.values():
        values += source.normal(0.0, 0.1, values.shape)  # so that no bias is zero, no gamma one
    inputs = source.normal(size=(samples, *input_shape)) if x is None else np.asarray(x, float)
    errors = source.normal(size=(len(inputs), *network.output_shape))
    return check_gradients(
        network,
        inputs,
        errors,
        generator=source,
        training=training,
        check_input=check_input,
        entries=entries,
    )


def _largest_error(
    objective: Callable[[], float],
    array: Array,
    gradient: Array,
    generator: np.random.Generator,
    directions: int,
    entries: int,
    step: float,
    floor: float,
) -> float:
    original = array.copy()
    scale = max(float(np.sqrt(np.mean(gradient**2))), floor)
    worst = 0.0
    chosen = generator.permutation(array.size)[:entries]
    for probe in range(len(chosen) + directions):
        direction = np.zeros(array.shape)
        if probe < len(chosen):
            direction.reshape(-1)[chosen[probe]] = 1.0
        else:
            direction[...] = generator.normal(size=array.shape)
            direction /= np.linalg.norm(direction)
        array[...] = original + step * direction
        above = objective()
        array[...] = original - step * direction
        below = objective()
        array[...] = original
        numeric = (above - below) / (2.0 * step)
        analytic = float(np.vdot(gradient, direction))
        size = max(abs(numeric), abs(analytic), scale)
        worst = max(worst, abs(numeric - analytic) / size)
    return worst
