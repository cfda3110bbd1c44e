"""The network: layers in a row, their parameters, one loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from numpynet.activations import Softmax
from numpynet.arrays import Array
from numpynet.errors import ConfigurationError, ShapeError
from numpynet.layers.base import (
    PREDICTING,
    ActivatedLayer,
    Layer,
    Mode,
    backward_row,
    build_row,
    forward_row,
    walk,
)
from numpynet.losses import Loss, SoftmaxCrossEntropy, check_finite
from numpynet.optimizers import Optimizer
from numpynet.parameters import ParameterVector, assign

PREDICTION_BATCH = 256


class Network:
    """A feed-forward network of `layers` for inputs of `input_shape` (without the sample axis).

    It builds copies of the layers. A `generator` (or a seed for one) draws the starting weights;
    without it they must be given by `set_parameters` before use. The `loss` is cross-entropy unless
    given: that needs a final softmax, which it takes over (see `numpynet.losses`). `weight_decay`
    is a penalty on all that is learned (see `numpynet.parameters`); layers have their own l2.
    `dtype`, "float32" or "float64", is kept throughout.

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
        loss: Loss | None = None,
        weight_decay: float = 0.0,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.dtype("float32"), np.dtype("float64")):
            raise ConfigurationError(f"dtype must be float32 or float64, got {self.dtype}")
        if not layers:
            raise ConfigurationError("a network needs at least one layer, got none")
        self.input_shape = tuple(int(n) for n in input_shape)
        self.loss = loss or SoftmaxCrossEntropy()
        self.weight_decay = float(weight_decay)
        self.layers = [replace(layer) for layer in layers]
        self.output_shape = build_row(self.layers, self.input_shape, self.dtype)
        if self.loss.from_logits:
            self._take_over_softmax()
        self.named = dict(walk(self.layers))
        self._states = {
            f"{name}/{part}": value
            for name, layer in self.named.items()
            for part, value in layer.state.items()
        }
        self.vector = ParameterVector(self.named, self.dtype)
        self._initialized = not self.vector.values.size
        if generator is not None:
            source = np.random.default_rng(generator)
            for layer in self.named.values():
                layer.initialize(source)
            self._initialized = True

    def _take_over_softmax(self) -> None:
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

    def parameters(self) -> dict[str, Array]:
        return {name: view.copy() for name, view in self.vector.views.items()}

    def set_parameters(self, parameters: dict[str, Array]) -> None:
        """Set all parameters; names and shapes must be those of `parameters()`."""
        assign(self.vector.views, parameters, "parameters")
        self._initialized = True

    def state(self) -> dict[str, Array]:
        """Return copies of what is tracked but not learned (moving statistics), by name."""
        return {name: value.copy() for name, value in self._states.items()}

    def set_state(self, state: dict[str, Array]) -> None:
        """Set all of the state; names and shapes must be those of `state()`."""
        assign(self._states, state, "state")

    def copy(self, dtype: npt.DTypeLike) -> Network:
        settings: Any = {"loss": self.loss, "weight_decay": self.weight_decay, "dtype": dtype}
        twin = Network(self.layers, self.input_shape, **settings)
        if self._initialized:
            twin.set_parameters(self.parameters())
        twin.set_state(self.state())
        return twin

    def loss_and_gradients(
        self, x: npt.ArrayLike, y: npt.ArrayLike, mode: Mode
    ) -> tuple[float, dict[str, Array], Array]:
        """Return the loss of a batch (with penalties), its gradient by parameter name, and dC/dx.

        Nothing is changed: parameters and moving statistics stay.
        """
        inputs = self.check_inputs(x)
        targets = self.check_targets(y, len(inputs))
        value, _, input_gradient = self._pass(inputs, targets, mode, needs_input_error=True)
        assert input_gradient is not None
        loss = value / len(inputs) + self.vector.penalty(self.weight_decay)
        gradients = {name: view.copy() for name, view in self.vector.gradient_views.items()}
        return loss, gradients, input_gradient.copy()

    def step(
        self, x: Array, y: Array, optimizer: Optimizer, generator: np.random.Generator | None = None
    ) -> tuple[float, Array]:
        """Do one step on checked data; return (summed loss without penalties, outputs)."""
        value, outputs, _ = self._pass(x, y, Mode(True, generator))
        for layer in self.named.values():
            layer.update_state()
        optimizer.update(self.vector.trained, self.vector.trained_gradients)
        return value, outputs

    def _pass(
        self, x: Array, y: Array, mode: Mode, needs_input_error: bool = False
    ) -> tuple[float, Array, Array | None]:
        """Return (summed loss, outputs, dC/dx if asked for)."""
        outputs = self.forward(x, mode)
        value, error = self.loss.value_and_error(outputs, y)
        input_gradient = backward_row(self.layers, error, needs_input_error)
        self.vector.add_penalty_gradient(self.weight_decay)
        return value, outputs, input_gradient

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        """Return the output for checked inputs, logits under cross-entropy; valid until the next.

        Outputs live in the layers' buffers: copy what is to be kept.
        """
        return forward_row(self.layers, x, mode)

    def check_inputs(self, x: npt.ArrayLike) -> Array:
        if not self._initialized:
            raise ConfigurationError(
                "this network has no weights yet: construct it with generator=..., or call "
                "set_parameters"
            )
        inputs = np.asarray(x)
        if inputs.shape[1:] != self.input_shape or not len(inputs):
            expected = ", ".join(map(str, self.input_shape))
            raise ShapeError(
                f"expected inputs (samples >= 1, {expected}), got shape {inputs.shape}"
            )
        return np.ascontiguousarray(check_finite(inputs, "inputs"), self.dtype)

    def check_targets(self, y: npt.ArrayLike, samples: int) -> Array:
        return self.loss.check_targets(y, samples, self.output_shape, self.dtype)

    def predict_proba(self, x: npt.ArrayLike) -> Array:
        """Return the outputs, class probabilities where the last activation is a softmax."""
        outputs = self.predict_outputs(self.check_inputs(x))
        if self.loss.from_logits:
            outputs = Softmax().forward(outputs, self.layers[-1].workspace)
        return outputs

    def predict(self, x: npt.ArrayLike) -> Array:
        """Return the most probable class of each sample, (N,) integers."""
        classes: Array = self.predict_outputs(self.check_inputs(x)).argmax(axis=-1)
        return classes

    def predict_outputs(self, inputs: Array) -> Array:
        """Return the outputs (logits under cross-entropy) for checked inputs, in portions."""
        outputs = np.empty((len(inputs), *self.output_shape), self.dtype)
        for start in range(0, len(inputs), PREDICTION_BATCH):
            part = slice(start, start + PREDICTION_BATCH)
            outputs[part] = self.forward(inputs[part])
        return outputs

    def feature_maps(self, x: npt.ArrayLike) -> dict[str, Array]:
        """Return the output of every layer for inputs `x`, by layer name, as when predicting.

        A final softmax that the loss has taken over shows logits.
        """
        self.forward(self.check_inputs(x))
        return {name: layer.output.copy() for name, layer in self.named.items()}


def count_correct(outputs: Array, targets: Array) -> int:
    """Return how many samples have their largest output where their target is."""
    if targets.ndim > 1:
        targets = targets.argmax(axis=-1)
    return int(np.count_nonzero(outputs.argmax(axis=-1) == targets))
