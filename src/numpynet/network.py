"""The network: layers in a row, their parameters, one loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from numpynet.activations import Softmax
from numpynet.arrays import Array, text
from numpynet.errors import ConfigurationError, ShapeError
from numpynet.layers.base import (
    ActivatedLayer,
    Layer,
    backward_row,
    build_row,
    forward_row,
    walk,
)
from numpynet.losses import Loss, check_finite, loss_function
from numpynet.optimizers import Optimizer
from numpynet.parameters import ParameterVector, assign

PREDICTION_BATCH = 256


class Network:
    """A feed-forward network of `layers` for inputs of `input_shape` (without the sample axis).

    Parameters
    ----------
    layers
        Layer descriptions, in order; the network builds its own copies.
    input_shape
        (height, width, channels) or (features,).
    generator
        Random generator, or a seed for one, that draws the starting weights. Without it the
        network must be given weights by `set_parameters` (or `initialize`) before use.
    loss
        "cross_entropy" (needs a final softmax, which it takes over: see `numpynet.losses`),
        "mean_squared_error", or a `Loss`, e.g. ``SoftmaxCrossEntropy(reduction="sum")``.
    weight_decay
        A penalty on all that is learned (see `numpynet.parameters`); layers have their own l2.
    dtype
        "float32" or "float64", kept throughout.

    Parameters are called ``"{index}_{kind}/{name}"``, e.g. "0_conv/kernel", the index counting all
    layers of a row; within a layer that holds layers, "3_residual/body/0_conv/kernel". ``named``
    has every layer by its name, those within others too.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Sequence[int],
        *,
        generator: np.random.Generator | int | None = None,
        loss: str | dict[str, Any] | Loss = "cross_entropy",
        weight_decay: float = 0.0,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.dtype("float32"), np.dtype("float64")):
            raise ConfigurationError(f"dtype must be float32 or float64, got {self.dtype}")
        if not layers:
            raise ConfigurationError("a network needs at least one layer, got none")
        if weight_decay < 0:
            raise ConfigurationError(f"weight_decay must not be negative, got {weight_decay}")
        self.input_shape = tuple(int(n) for n in input_shape)
        if not self.input_shape or min(self.input_shape) < 1:
            raise ConfigurationError(
                f"input_shape must be (height, width, channels) or (features,), got {input_shape}"
            )
        self.loss = loss_function(loss)
        self.weight_decay = float(weight_decay)
        self.layers = [replace(layer) for layer in layers]
        self.output_shape = build_row(self.layers, self.input_shape, self.dtype)
        self._take_over_softmax()
        self.named = dict(walk(self.layers))
        self._states = [layer for layer in self.named.values() if layer.state]
        self.vector = ParameterVector(self.named, self.dtype)
        self._initialized = not self.vector.values.size
        if generator is not None:
            self.initialize(np.random.default_rng(generator))

    def _take_over_softmax(self) -> None:
        if not self.loss.from_logits:
            return
        last = self.layers[-1]
        if not (isinstance(last, ActivatedLayer) and isinstance(last.function, Softmax)):
            raise ConfigurationError(
                "cross_entropy needs a softmax as the last activation, e.g. "
                f"Dense({self.output_shape[-1]}, activation='softmax'), got {last.words()!r}"
            )
        if len(self.output_shape) != 1:
            raise ShapeError(
                f"cross_entropy needs one vector of classes per sample, got {self.output_shape}"
            )
        last.emits_logits = True

    # Parameters and state -----------------------------------------------------------------------

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw new starting values for all parameters and reset the state."""
        for layer in self.named.values():
            layer.initialize(generator)
        self._initialized = True

    def parameters(self) -> dict[str, Array]:
        """Return copies of all parameters by name."""
        return {name: view.copy() for name, view in self.vector.views.items()}

    def set_parameters(self, parameters: dict[str, Array]) -> None:
        """Set all parameters; names and shapes must be those of `parameters()`."""
        assign(self.vector.views, parameters, "parameters")
        self._initialized = True

    def state(self) -> dict[str, Array]:
        """Return copies of what is tracked but not learned (moving statistics), by name."""
        return {name: value.copy() for name, value in self._state().items()}

    def set_state(self, state: dict[str, Array]) -> None:
        """Set all of the state; names and shapes must be those of `state()`."""
        assign(self._state(), state, "state")

    def _state(self) -> dict[str, Array]:
        return {
            f"{name}/{part}": value
            for name, layer in self.named.items()
            for part, value in layer.state.items()
        }

    def copy(self, dtype: npt.DTypeLike | None = None) -> Network:
        """Return a network with the same layers, weights and state, in `dtype` if given."""
        twin = Network(
            self.layers,
            self.input_shape,
            loss=self.loss,
            weight_decay=self.weight_decay,
            dtype=self.dtype if dtype is None else dtype,
        )
        if self._initialized:
            twin.set_parameters(self.parameters())
        twin.set_state(self.state())
        return twin

    # One pass -----------------------------------------------------------------------------------

    def loss_and_gradients(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        generator: np.random.Generator | None = None,
        training: bool = True,
    ) -> tuple[float, dict[str, Array]]:
        """Return the loss of a batch (with penalties) and its gradient by parameter name.

        Nothing is changed: parameters and moving statistics stay. `generator` draws dropout masks.
        """
        inputs = self.check_inputs(x)
        targets = self.check_targets(y, len(inputs))
        value, _, _ = self._pass(inputs, targets, training, generator)
        value = value * self.loss.weight(len(inputs)) + self.penalty()
        return value, self._gradients()

    def all_gradients(
        self, x: Array, y: Array, training: bool, generator: np.random.Generator | None
    ) -> tuple[float, dict[str, Array], Array]:
        """Return loss, gradients by name and dC/dx, on checked data; for the gradient check."""
        value, _, input_error = self._pass(x, y, training, generator, input_error=True)
        assert input_error is not None
        value = value * self.loss.weight(len(x)) + self.penalty()
        return value, self._gradients(), input_error.copy()

    def _gradients(self) -> dict[str, Array]:
        return {name: view.copy() for name, view in self.vector.gradient_views.items()}

    def train_step(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        optimizer: Optimizer,
        *,
        generator: np.random.Generator | None = None,
    ) -> float:
        """Do one step on a batch; return its loss (with penalties) before the step."""
        inputs = self.check_inputs(x)
        targets = self.check_targets(y, len(inputs))
        penalty = self.penalty()
        value, _ = self.step(inputs, targets, optimizer, generator)
        return value * self.loss.weight(len(inputs)) + penalty

    def step(
        self, x: Array, y: Array, optimizer: Optimizer, generator: np.random.Generator | None
    ) -> tuple[float, Array]:
        """Do one step on checked data; return (summed loss without penalties, outputs)."""
        value, outputs, _ = self._pass(x, y, True, generator)
        for layer in self._states:
            layer.update_state()
        optimizer.update(self.vector.trained, self.vector.trained_gradients)
        return value, outputs

    def penalty(self) -> float:
        """Return the value of all penalties."""
        return self.vector.penalty(self.weight_decay)

    def _pass(
        self,
        x: Array,
        y: Array,
        training: bool,
        generator: np.random.Generator | None,
        input_error: bool = False,
    ) -> tuple[float, Array, Array | None]:
        """Run forward and backward; return (summed loss, outputs, dC/dx if asked for)."""
        outputs = self.forward(x, training, generator)
        value, error = self.loss.value_and_error(outputs, y)
        input_gradient = backward_row(self.layers, error, input_error)
        self.vector.add_penalty_gradient(self.weight_decay)
        return value, outputs, input_gradient

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return the output for checked inputs, logits under cross-entropy; valid until the next.

        Outputs live in the layers' buffers: copy what is to be kept.
        """
        return forward_row(self.layers, x, training, generator)

    # Data checks --------------------------------------------------------------------------------

    def check_inputs(self, x: npt.ArrayLike) -> Array:
        """Return `x` as an array of the network's precision, or say what is wrong with it."""
        if not self._initialized:
            raise ConfigurationError(
                "this network has no weights yet: construct it with generator=..., or call "
                "initialize or set_parameters"
            )
        inputs = np.asarray(x)
        if inputs.shape[1:] != self.input_shape or not len(inputs):
            expected = ", ".join(["samples >= 1", *map(str, self.input_shape)])
            raise ShapeError(f"expected inputs ({expected}), got shape {inputs.shape}")
        return np.ascontiguousarray(check_finite(inputs, "inputs"), self.dtype)

    def check_targets(self, y: npt.ArrayLike, samples: int) -> Array:
        """Return `y` as the loss takes it, or say what is wrong with it."""
        return self.loss.check_targets(y, samples, self.output_shape, self.dtype)

    # Use ----------------------------------------------------------------------------------------

    def predict_proba(self, x: npt.ArrayLike, batch_size: int = PREDICTION_BATCH) -> Array:
        """Return the outputs, class probabilities where the last activation is a softmax."""
        outputs = self.predict_outputs(self.check_inputs(x), batch_size)
        if self.loss.from_logits:
            outputs, _ = Softmax().forward(outputs, self.layers[-1].workspace)
        return outputs

    def predict(self, x: npt.ArrayLike, batch_size: int = PREDICTION_BATCH) -> Array:
        """Return the most probable class of each sample, (N,) integers."""
        classes: Array = self.predict_outputs(self.check_inputs(x), batch_size).argmax(axis=-1)
        return classes

    def predict_outputs(self, inputs: Array, batch_size: int = PREDICTION_BATCH) -> Array:
        """Return the outputs (logits under cross-entropy) for checked inputs, in portions."""
        outputs = np.empty((len(inputs), *self.output_shape), self.dtype)
        for start in range(0, len(inputs), batch_size):
            part = slice(start, start + batch_size)
            outputs[part] = self.forward(inputs[part])
        return outputs

    def evaluate(
        self, x: npt.ArrayLike, y: npt.ArrayLike, batch_size: int = PREDICTION_BATCH
    ) -> dict[str, float]:
        """Return {"loss", "accuracy"}: the mean loss per sample, without penalties.

        Accuracy is the share of samples whose largest output is that of their class.
        """
        inputs = self.check_inputs(x)
        targets = self.check_targets(y, len(inputs))
        outputs = self.predict_outputs(inputs, batch_size)
        value, _ = self.loss.value_and_error(outputs, targets)
        correct = count_correct(outputs, targets)
        return {"loss": value / len(inputs), "accuracy": correct / len(inputs)}

    def feature_maps(self, x: npt.ArrayLike) -> dict[str, Array]:
        """Return the output of every layer for inputs `x`, by layer name, as when predicting.

        A final softmax that the loss has taken over shows logits.
        """
        self.forward(self.check_inputs(x))
        return {name: layer.output.copy() for name, layer in self.named.items()}

    def summary(self) -> str:
        """Return a table: layer, what it is, output shape, parameters, frozen ones marked."""
        rows = [("layer", "", "output", "parameters")]
        total = frozen = 0
        for name, layer in self.named.items():
            count = sum(array.size for array in layer.parameters.values())
            total += count
            held = 0 if layer.trainable else count
            frozen += held
            shown = f"{count:,}{' frozen' if held else ''}"
            rows.append((name, layer.words(), text(layer.output_shape), shown))
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        ending = f"{total:,} parameters, {total - frozen:,} trained, {self.dtype}"
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], ending])


def count_correct(outputs: Array, targets: Array) -> int:
    """Return how many samples have their largest output where their target is."""
    if targets.ndim > 1:
        targets = targets.argmax(axis=-1)
    return int(np.count_nonzero(outputs.argmax(axis=-1) == targets))
