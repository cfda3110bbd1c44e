"""One architecture and structure of training made ready to train on one data set."""

import os
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import softmax

from densevsconv.images.prepared import Scaling
from densevsconv.training.augmentation import unchanged
from densevsconv.training.batches import steps_per_epoch
from densevsconv.training.dropout import layer_seed
from densevsconv.training.engine import Group, Predictor, Weights
from densevsconv.training.engines.jax.compiled import Member, Network, State, epochs_function
from densevsconv.training.engines.jax.memory import free_bytes
from densevsconv.training.engines.measure import seconds_an_epoch
from densevsconv.training.engines.optimizers import Hyper
from densevsconv.training.loop import Epochs
from densevsconv.training.pixels import Images
from densevsconv.training.settings import Training

PREDICTION_BATCH = 1024
VALIDATION_BATCH = 128
"""At least the training's own, so that validating takes no more memory than that."""
EPOCHS_A_CALL = 10
IMAGES_A_CALL = 20_000
"""Of more than this, a call is one epoch: numbers of many networks are made and sent at once."""
_DETERMINISTIC = "--xla_gpu_deterministic_ops=true --xla_gpu_autotune_level=0"
"""Same seed, same bits: no sums in an order of chance, no choice of kernels by the clock."""


def set_up(threads: int, programs: Path | None, *, deterministic: bool, tf32: bool) -> str:
    """Give JAX ``threads`` threads and the GPU, if there is one; return the device's name.

    Read when JAX first looks for devices: a process keeps the number of threads it began with. A
    GPU's memory is taken as needed, so that several jobs can share it. The name says what else than
    the card decides bits. Compiled programs are kept in the folder ``programs``.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    # the user's own come last and win
    os.environ["XLA_FLAGS"] = f"{_DETERMINISTIC * deterministic} {flags}".strip()
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    cores = os.environ.get("NPROC")
    os.environ["NPROC"] = str(threads)  # the only limit of its threads that XLA knows
    jax.config.update("jax_default_matmul_precision", "default" if tf32 else "highest")
    if programs:
        jax.config.update("jax_compilation_cache_dir", str(programs))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    (device, *_) = jax.local_devices()
    os.environ["XLA_FLAGS"] = flags  # another library's XLA may know other flags
    if cores is None:
        del os.environ["NPROC"]
    if device.platform == "cpu":
        return "CPU"
    return device.device_kind + ", TF32" * tf32 + ", not deterministic" * (not deterministic)


def beyond(error: Exception) -> bool:
    """Return whether JAX says that it cannot: no memory, no ptxas, ..."""
    return isinstance(error, jax.errors.JaxRuntimeError)


class Mode(NamedTuple):
    """How a group is trained: so many networks in one program, and how they convolve."""

    width: int
    patches: bool

    def __str__(self) -> str:
        return f"{'patches' if self.patches else 'native'} x{self.width}"

    @classmethod
    def parsed(cls, text: str) -> "Mode":
        kind, _, width = text.partition(" x")
        return cls(int(width or 1), kind == "patches")


class Program(NamedTuple):
    """A compiled function of :func:`epochs_function`, and the seconds that took."""

    run: Callable[..., tuple[State, jax.Array]]
    compile_seconds: float
    bytes: int


class JaxTrainer:
    """See :class:`densevsconv.training.loop.Trainer`, whose methods these are, for a network alone.

    Before anything else it is told by :meth:`use` how to run. Its ``state`` is a stack of networks
    and what is each one's own, for :meth:`epochs` a stack of one.
    """

    def __init__(self, group: Group, device: str) -> None:
        self.device = device
        self.group = group
        # its structure counts; all else may differ from trial to trial
        self._training = training = group.trials[0].training
        data, batch_size = group.data, training.batch_size
        self._steps = steps_per_epoch(len(data.train_images), batch_size)
        kinds = training.augmentation.kinds if training.augmentation else ()
        self._max_value = float(data.info["max_value"]) if kinds else 0.0
        self._nothing = unchanged(kinds, group.architecture.image_shape[-1], (1, 1))[0, 0]
        self._train = _images(data.train_images, data.train_labels, group.scaling)
        self._validation = _images(data.validation_images, data.validation_labels, group.scaling)
        count = len(data.validation_images)
        size = min(count, max(VALIDATION_BATCH, batch_size))
        order = np.full(-(-count // size) * size, -1, np.int32)
        order[:count] = np.arange(count)
        self._order = jnp.asarray(order.reshape(-1, size))
        self.epochs_a_call = EPOCHS_A_CALL if self._steps * batch_size <= IMAGES_A_CALL else 1
        layers = list(group.architecture.walk())
        self._dropouts = [layer for layer in layers if layer.kind == "dropout"]
        self.convolves = any(layer.kind == "conv" for layer in layers)
        self._programs: dict[Mode, Program] = {}

    def use(self, mode: Mode) -> None:
        """Run in ``mode`` from now on; compile for it unless that has been done."""
        if mode not in self._programs:
            network = self._network(mode.patches)
            width, clock = mode.width, time.perf_counter()
            epochs = jax.jit(epochs_function(network, width))
            blank = self.stacked([self._blank()] * width)
            compiled = epochs.lower(*self._arguments(blank, [None] * width, 0, 0, False)).compile()
            seconds = time.perf_counter() - clock
            self._programs[mode] = Program(compiled, seconds, _bytes(compiled))
        self.mode, self.program = mode, self._programs[mode]
        self.compile_seconds = self.program.compile_seconds

    @property
    def execution(self) -> str:
        together = [f"{self.mode.width} at once"] if self.mode.width > 1 else []
        return ", ".join(["xla", *together, *["patches"] * (self.convolves and self.mode.patches)])

    def measure(self, mode: Mode) -> float:
        """Return a network's seconds of an epoch."""
        self.use(mode)
        if self.program.bytes > (free := free_bytes()):
            raise MemoryError(f"it takes {self.program.bytes:,} bytes, {free:,.0f} are free")
        state = self.stacked([self._blank()] * mode.width)

        def run(steps: int) -> None:
            self.run(state, [None] * mode.width, 1, steps, validating=False)

        return seconds_an_epoch(run, self._steps) / mode.width

    # -- stacks of networks

    def begun(self, weights: Weights, training: Training, dropout_seed: int) -> tuple[Any, ...]:
        """Return one network before its first step, and what is its own, not yet stacked."""
        seeds = {
            layer.name: np.uint32(layer_seed(dropout_seed, layer.index, layer.within))
            for layer in self._dropouts
        }
        state = self._network(False).start(weights)
        hyper = Hyper(*(np.float32(value) for value in Hyper.of(training)))
        return state, Member(hyper, seeds)

    @staticmethod
    def stacked(networks: Sequence[Any]) -> Any:
        return jax.tree.map(lambda *arrays: jnp.stack(arrays), *networks)

    def run(
        self,
        state: Any,
        epochs: Sequence[Epochs | None],
        count: int,
        steps: int | None = None,
        *,
        validating: bool,
    ) -> tuple[Any, np.ndarray]:
        """Train a stack for ``count`` epochs; return it and the curves, (width, count, 4).

        Each network is given its own ``epochs``, or None where it does not count.
        """
        steps = self._steps if steps is None else steps
        arguments = self._arguments(state, epochs, count, steps, validating)
        new, curves = self.program.run(*arguments)
        values = np.asarray(curves, np.float64)[:count]
        return (new, state[1]), np.moveaxis(values, -1, 0)

    def _arguments(
        self, state: Any, epochs: Sequence[Epochs | None], count: int, steps: int, validating: bool
    ) -> tuple[Any, ...]:
        # every call has the same shape; a shorter one is told how far to go
        shape = self.epochs_a_call, self._steps, len(epochs)
        orders = np.zeros((*shape, self._training.batch_size), np.int32)
        changes = np.zeros((*orders.shape, len(self._nothing)), np.float32)
        changes[...] = self._nothing
        rates = np.zeros(shape, np.float32)
        for place, own in enumerate(epochs):
            if own is not None:
                orders[:count, :, place] = own.orders
                changes[:count, :, place] = own.changes
                rates[:count, :, place] = own.rates
        numbers = np.int32(count), np.int32(steps), np.bool_(validating)
        fixed = self._train, self._validation, self._order
        return *state, *fixed, orders, changes, rates, *numbers

    def _network(self, patches: bool) -> Network:
        return Network(self.group.architecture, self._training, self._max_value, patches)

    def _blank(self) -> Any:
        # ones, not zeros: denormal or constant-zero arithmetic must not flatter a mode
        weights = {
            f"{layer.name}/{name}": np.full(weight.shape, 0.01, np.float32)
            for layer in self.group.architecture.walk()
            for name, weight in layer.weights.items()
        }
        return self.begun(weights, self._training, 0)

    # -- the Trainer protocol

    def start(self, weights: Weights, training: Training, dropout_seed: int) -> Any:
        return self.stacked([self.begun(weights, training, dropout_seed)])

    def epochs(
        self, state: Any, training: Training, epochs: Epochs, *, validating: bool
    ) -> tuple[Any, np.ndarray]:
        state, curves = self.run(state, [epochs], len(epochs.orders), validating=validating)
        return state, curves[0]

    def validate(self, state: Any) -> tuple[float, float]:
        _, curves = self.run(state, [None], 1, 0, validating=True)
        loss, accuracy = curves[0, 0, 2:]
        return float(loss), float(accuracy)

    def weights(self, state: Any, place: int = 0) -> Weights:
        arrays = state[0].weights | state[0].kept
        return {name: np.array(arrays[name][place]) for name in arrays}

    def predictor(self, weights: Weights) -> Predictor:
        state, _ = self.begun(weights, self._training, 0)

        def predict(images: np.ndarray) -> np.ndarray:
            # every call has the same shape, the last batch is filled up
            size = min(PREDICTION_BATCH, len(images))
            parts = [
                self._logits(state, np.resize(images[at : at + size], (size, *images.shape[1:])))
                for at in range(0, len(images), size)
            ]
            found = np.concatenate(parts)[: len(images)].astype(np.float64)
            probabilities: np.ndarray = softmax(found, axis=1).astype(np.float32)
            return probabilities

        return predict

    @cached_property
    def _logits(self) -> Callable[..., jax.Array]:
        network, images = self._network(False), self._train  # forward, XLA's own are fast

        def logits(state: State, pixels: jax.Array) -> jax.Array:
            return network.logits(state, images.scaled(pixels.astype("float32")))[0]

        return jax.jit(logits)


def _bytes(compiled: Any) -> int:
    """Return the memory that a program takes while it runs."""
    found = compiled.memory_analysis()
    return int(found.temp_size_in_bytes + found.argument_size_in_bytes + found.output_size_in_bytes)


def _images(pixels: np.ndarray, labels: np.ndarray, scaling: Scaling) -> Images:
    return Images(
        jnp.asarray(pixels),
        jnp.asarray(labels.astype(np.int32)),
        jnp.asarray(scaling.offset, "float32"),
        jnp.asarray(scaling.scale, "float32"),
    )
