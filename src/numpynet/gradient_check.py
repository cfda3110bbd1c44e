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

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array, Shape
from numpynet.layers.base import Layer, Mode
from numpynet.losses import Loss
from numpynet.network import Network

TOLERANCE = 1e-6
STEP = 1e-5
"""h."""


@dataclass(frozen=True)
class GradientCheck:
    """Largest relative error per array: parameters by name, and "input"."""

    errors: dict[str, float]

    @property
    def worst(self) -> float:
        return max(self.errors.values(), default=0.0)

    def passed(self, tolerance: float = TOLERANCE) -> bool:
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
    training: bool = True,
    check_input: bool = True,
) -> GradientCheck:
    """Check all parameter gradients of `network`, and the input's, on the batch (x, y).

    Works on a float64 copy; the network stays as it is. Penalties are part of what is checked.
    `generator` draws so many `directions` and `entries` of each array (all entries where there are
    fewer). Dropout masks are the same in every evaluation.
    """
    twin = network.copy("float64")
    source = np.random.default_rng(generator)
    inputs = twin.check_inputs(x).copy()

    def evaluate() -> tuple[float, dict[str, Array], Array]:
        mode = Mode(training, np.random.default_rng(0))
        return twin.loss_and_gradients(inputs, y, mode)

    loss, gradients, input_gradient = evaluate()
    checked = {name: (twin.vector.views[name], value) for name, value in gradients.items()}
    if check_input:
        checked["input"] = (inputs, input_gradient)
    floor = 1e-5 * max(1.0, abs(loss))
    errors = {}
    for name, (array, gradient) in checked.items():
        probes = _directions(array.shape, source, directions, entries)
        errors[name] = _largest_error(lambda: evaluate()[0], array, gradient, probes, floor)
    return GradientCheck(errors)


class Projection(Loss):
    """``C = <output, target>``: its error is the target, whatever the layer returned."""

    def check_targets(
        self, y: npt.ArrayLike, samples: int, outputs: tuple[int, ...], dtype: npt.DTypeLike
    ) -> Array:
        return np.asarray(y, dtype)

    def value_and_error(self, outputs: Array, targets: Array) -> tuple[float, Array]:
        return float(np.vdot(outputs, targets)) * len(outputs), targets.copy()


def check_layer(
    layer: Layer | list[Layer],
    input_shape: Shape,
    *,
    samples: int = 3,
    training: bool = True,
) -> GradientCheck:
    """Check one layer (or a few in a row) alone: random inputs, random errors from above."""
    source = np.random.default_rng(0)
    layers = layer if isinstance(layer, list) else [layer]
    network = Network(layers, input_shape, generator=source, loss=Projection(), dtype="float64")
    for values in network.vector.views.values():
        values += source.normal(0.0, 0.1, values.shape)  # so that no bias is zero, no gamma one
    inputs = source.normal(size=(samples, *input_shape))
    errors = source.normal(size=(len(inputs), *network.output_shape))
    return check_gradients(network, inputs, errors, generator=source, training=training)


def _directions(
    shape: Shape, generator: np.random.Generator, directions: int, entries: int
) -> Iterator[Array]:
    for place in generator.permutation(int(np.prod(shape)))[:entries]:
        direction = np.zeros(shape)
        direction.reshape(-1)[place] = 1.0
        yield direction
    for _ in range(directions):
        direction = generator.normal(size=shape)
        yield direction / np.linalg.norm(direction)


def _largest_error(
    objective: Callable[[], float],
    array: Array,
    gradient: Array,
    directions: Iterable[Array],
    floor: float,
) -> float:
    original = array.copy()
    scale = max(float(np.sqrt(np.mean(gradient**2))), floor)
    worst = 0.0
    for direction in directions:
        array[...] = original + STEP * direction
        above = objective()
        array[...] = original - STEP * direction
        below = objective()
        array[...] = original
        numeric = (above - below) / (2.0 * STEP)
        analytic = float(np.vdot(gradient, direction))
        worst = max(worst, abs(numeric - analytic) / max(abs(numeric), abs(analytic), scale))
    return worst
