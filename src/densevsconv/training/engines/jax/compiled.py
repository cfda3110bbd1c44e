"""Whole epochs of one network or of many in one compiled call.

The function here is compiled once for an architecture, a ``Training.structure`` and a number of
networks. Images, batch orders, learning rates, l2, momentum, seeds and weights are inputs: a grid
over them is one program (wall 3 of the design). Each network is computed from its own inputs alone.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.training.engines.jax.build import learned, logits
from densevsconv.training.engines.jax.layers import Pass
from densevsconv.training.engines.optimizers import OPTIMIZERS, Hyper
from densevsconv.training.pixels import Batch, Images, batch_function
from densevsconv.training.settings import Training

OPS = SimpleNamespace(
    arange=jnp.arange, asarray=jnp.asarray, clip=jnp.clip, floor=jnp.floor, reshape=jnp.reshape,
    take=partial(jnp.take, mode="clip"), where=jnp.where,
)  # fmt: skip
"""What :mod:`densevsconv.training.pixels` asks for; every place read lies inside."""

Arrays = dict[str, jax.Array]


class State(NamedTuple):
    """Everything that training changes, and what stays of one network; stacked: of many."""

    weights: Arrays
    kept: Arrays  # moving statistics, and frozen weights
    slots: dict[str, list[jax.Array]]
    step: jax.Array  # steps done, int32


class Member(NamedTuple):
    """What is one trial's own and never changes."""

    hyper: Hyper
    seeds: Arrays  # of each dropout layer, uint32


class Network:
    """One network as functions of arrays; mapped over a further axis they are those of many."""

    def __init__(
        self, architecture: BoundArchitecture, training: Training, max_value: float, patches: bool
    ) -> None:
        self._architecture, self._patches = architecture, patches
        self._slots, update = OPTIMIZERS[training.optimizer]
        self._update = partial(update, lax)
        self._learned = learned(architecture, training.frozen)
        # the penalty is on kernels alone, unless asked: a bias does not make a function less smooth
        self._decayed = {
            name for name in self._learned if training.l2_biases or name.endswith("kernel")
        }
        kinds = training.augmentation.kinds if training.augmentation else ()
        self._read = batch_function(OPS, kinds, architecture.image_shape[-1], max_value)

    def start(self, weights: Mapping[str, Any]) -> State:
        trained = {name: value for name, value in weights.items() if name in self._learned}
        slots = {name: [value * 0] * self._slots for name, value in trained.items()}
        kept = {name: value for name, value in weights.items() if name not in trained}
        return State(trained, kept, slots, jnp.int32(0))

    def logits(
        self, state: State, inputs: jax.Array, seeds: Arrays | None = None
    ) -> tuple[jax.Array, Arrays]:
        """Return logits and what is kept after; in training where dropout has its ``seeds``."""
        moved: Arrays = {}
        arrays = state.weights | state.kept
        p = Pass(arrays, moved, seeds is not None, self._patches, seeds or {}, state.step)
        found = logits(self._architecture, inputs, p)
        return found, state.kept | moved

    def step(
        self,
        state: State,
        member: Member,
        images: Images,
        batch: jax.Array,
        drawn: jax.Array,
        rate: jax.Array,
    ) -> tuple[State, jax.Array]:
        """Return the state after a step, and loss and accuracy of its batch."""
        seen = self._read(images, batch, drawn)

        def loss_of(weights: Arrays) -> tuple[jax.Array, tuple[jax.Array, Arrays]]:
            found, kept = self.logits(state._replace(weights=weights), seen.inputs, member.seeds)
            losses, right = _scores(seen, found)
            return losses.mean(), (right.mean(), kept)

        (loss, (accuracy, kept)), gradients = jax.value_and_grad(loss_of, has_aux=True)(
            state.weights
        )
        hyper, done = member.hyper._replace(learning_rate=rate), state.step + 1
        weights, slots = {}, {}
        for name, w in state.weights.items():
            g = gradients[name]
            g = g + 2 * hyper.l2 * w if name in self._decayed else g
            weights[name], slots[name] = self._update(
                w, g, state.slots[name], hyper, done.astype("float32")
            )
        return State(weights, kept, slots, done), jnp.stack([loss, accuracy])

    def scores(self, state: State, images: Images, batch: jax.Array) -> jax.Array:
        """Return summed losses and the number of right answers; indices below 0 do not count."""
        place = jnp.maximum(batch, 0)
        pixels = images.pixels[place].astype("float32")
        seen = Batch(images.scaled(pixels), images.labels[place])
        losses, right = _scores(seen, self.logits(state, seen.inputs)[0])
        return jnp.where(batch >= 0, jnp.stack([losses, right]), 0.0).sum(axis=1)


def _scores(batch: Batch, found: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the cross-entropy of each image, and 1 where the largest logit is the label's.

    Of mixed images the heavier label counts.
    """
    log_probabilities = jax.nn.log_softmax(found)

    def cross_entropy(labels: jax.Array) -> jax.Array:
        # a product with one-hot rows: the gradient of a look-up would be a scatter
        own = jax.nn.one_hot(labels, found.shape[-1]) > 0
        return -jnp.where(own, log_probabilities, 0.0).sum(axis=-1)

    losses, labels = cross_entropy(batch.labels), batch.labels
    if batch.weight is not None and batch.other_labels is not None:
        other = cross_entropy(batch.other_labels)
        losses = batch.weight * losses + (1 - batch.weight) * other
        labels = jnp.where(batch.weight >= 0.5, labels, batch.other_labels)
    return losses, (found.argmax(axis=-1) == labels).astype("float32")


def mapped(function: Callable[..., Any], width: int, shared: tuple[int, ...]) -> Callable[..., Any]:
    """Return a function of stacked arrays; the arguments ``shared`` are not stacked."""

    def one(*values: Any) -> Any:
        own = (
            value if place in shared else jax.tree.map(lambda array: array[0], value)
            for place, value in enumerate(values)
        )
        return jax.tree.map(lambda array: array[None], function(*own))

    def many(*values: Any) -> Any:
        axes = tuple(None if place in shared else 0 for place in range(len(values)))
        return jax.vmap(function, in_axes=axes)(*values)

    return one if width == 1 else many


def epochs_function(network: Network, width: int) -> Callable[..., tuple[State, jax.Array]]:
    """Return the function, to be compiled, that trains ``width`` networks for a few epochs.

    It maps (state, member, images, validation, order, orders, changes, rates, epochs, steps,
    validating) to (state, curves), where

    - ``orders`` is int32 (most epochs, batches, width, batch size), ``changes`` what is drawn for
      these images, float32 (..., numbers), and ``rates`` float32 (most epochs, batches, width);
    - ``epochs`` and ``steps`` say how many of those to train on: fewer take no other program;
    - ``order`` is int32 (parts, images of a part), the validation images, filled up with -1;
    - ``curves`` is float32 (most epochs, 4, width): mean cross-entropy and accuracy of the training
      batches, then of the ``validation`` images, which are 0 unless ``validating``.

    A network stays as it was before the first epoch whose numbers are not all finite.
    """
    step = mapped(network.step, width, shared=(2,))
    scores = mapped(network.scores, width, shared=(1, 2))

    def epochs(
        state: State,
        member: Member,
        images: Images,
        validation: Images,
        order: jax.Array,
        orders: jax.Array,
        changes: jax.Array,
        rates: jax.Array,
        epochs: jax.Array,
        steps: jax.Array,
        validating: jax.Array,
    ) -> tuple[State, jax.Array]:
        nothing = jnp.zeros((width, 2))

        def validated(state: State) -> jax.Array:
            def part(sums: jax.Array, batch: jax.Array) -> tuple[jax.Array, None]:
                return sums + scores(state, validation, batch), None

            return lax.scan(part, nothing, order)[0] / (order >= 0).sum()

        def one_epoch(epoch: Any, carried: Any) -> Any:
            before, sound, curves = carried

            def one_step(index: Any, carried: Any) -> Any:
                state, sums = carried
                state, found = step(
                    state, member, images, orders[epoch, index], changes[epoch, index],
                    rates[epoch, index],
                )  # fmt: skip
                return state, sums + found

            state, sums = lax.fori_loop(0, steps, one_step, (before, nothing))
            trained = sums / jnp.maximum(steps, 1)
            validation = lax.cond(validating, validated, lambda _: nothing, state)
            values = jnp.concatenate([trained, validation], axis=1)
            sound &= jnp.isfinite(values).all(axis=1)
            state = chosen(sound, state, before)
            return state, sound, curves.at[epoch].set(values.T)

        curves = jnp.zeros((orders.shape[0], 4, width))
        carried = state, jnp.ones(width, bool), curves
        state, _, curves = lax.fori_loop(0, epochs, one_epoch, carried)
        return state, curves

    return epochs


def chosen(which: jax.Array, first: Any, second: Any) -> Any:
    """Return for each network of a stack the arrays of the first or of the second."""
    return jax.tree.map(
        lambda one, other: jnp.where(which.reshape(-1, *[1] * (one.ndim - 1)), one, other),
        first,
        second,
    )
