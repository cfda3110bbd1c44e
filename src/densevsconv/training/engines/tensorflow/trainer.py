"""One architecture and structure of training made ready to train on one data set."""

import contextlib
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scipy.special import log_softmax, softmax
from tensorflow.python.framework import config  # the public module has no way back

from densevsconv.images.prepared import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.training.augmentation import unchanged
from densevsconv.training.batches import steps_per_epoch
from densevsconv.training.dropout import layer_seed
from densevsconv.training.engine import Group, Predictor, Weights
from densevsconv.training.engines.measure import seconds_an_epoch
from densevsconv.training.engines.optimizers import OPTIMIZERS, Hyper
from densevsconv.training.engines.tensorflow.build import keras_model, named_variables
from densevsconv.training.engines.tensorflow.compiled import (
    State,
    epochs_function,
    predict_function,
)
from densevsconv.training.engines.tensorflow.layers import MaxPooling2D
from densevsconv.training.loop import Epochs
from densevsconv.training.pixels import Images
from densevsconv.training.settings import Training

PREDICTION_BATCH = 1024
EPOCHS_A_CALL = 10


def set_up(threads: int, *, deterministic: bool, tf32: bool) -> str:
    """Give TensorFlow ``threads`` threads and the GPU, if there is one; return the device's name.

    A GPU's memory grows as needed, so that several jobs can share it. The name says what else than
    the card decides bits. A processor's operations are deterministic, for a given number of
    threads.
    """
    with contextlib.suppress(RuntimeError):  # TensorFlow has started: it keeps its threads
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if not gpus:
        return "CPU"
    tf.config.experimental.enable_tensor_float_32_execution(tf32)
    details = tf.config.experimental.get_device_details(gpus[0])
    name = str(details.get("device_name", "GPU"))
    return name + ", TF32" * tf32 + ", not deterministic" * (not deterministic)


def fix_kernels(fixed: bool) -> None:
    """Let a GPU's kernels sum in one order, or in any, from now on.

    Needed for a graph. Programs of XLA have a fixed order from XLA's own flag, and with this one
    they take five times as long.
    """
    (config.enable_op_determinism if fixed else config.disable_op_determinism)()


def beyond(error: Exception) -> bool:
    """Return whether TensorFlow says that it cannot: no memory, no kernel, no ptxas, ..."""
    return isinstance(error, tf.errors.OpError)


class TensorFlowTrainer:
    """See :class:`densevsconv.training.loop.Trainer`, whose methods these are.

    Before anything else it is told by :meth:`use` how to run.
    """

    execution: str

    def __init__(self, group: Group, device: str, *, deterministic: bool = True) -> None:
        self.device = device
        self._deterministic = deterministic
        # its structure counts; all else may differ from trial to trial
        self._training = training = group.trials[0].training
        data, scaling = group.data, group.scaling
        self._slots, _ = OPTIMIZERS[training.optimizer]
        self._model = keras_model(group.architecture, logits=True)
        _freeze(self._model, group.architecture, training.frozen)
        kinds = training.augmentation.kinds if training.augmentation else ()
        self._max_value = float(data.info["max_value"]) if kinds else 0.0
        self._names = {id(v): name for name, v in named_variables(self._model).items()}
        self._dropouts = {
            id(self._model.get_layer(layer.name.replace("/", ".")).state): layer
            for layer in group.architecture.walk()
            if layer.kind == "dropout"
        }
        self._modes: dict[str, tuple[Any, Any, float]] = {}
        self._train = _images(data.train_images, data.train_labels, scaling)
        self._validation = _images(data.validation_images, data.validation_labels, scaling)
        # A small network's epoch takes less time than calling it does. Where there are many
        # images neither matters, and validating all of them at once would take much memory.
        small = len(data.validation_images) <= PREDICTION_BATCH
        self.epochs_a_call = EPOCHS_A_CALL if small else 1
        self._call_validation = self._validation._replace(
            pixels=self._validation.pixels[:PREDICTION_BATCH],
            labels=self._validation.labels[:PREDICTION_BATCH],
        )
        self._order_shape = (
            steps_per_epoch(len(data.train_images), training.batch_size),
            training.batch_size,
        )
        channels = group.architecture.image_shape[-1]
        self._unchanged = unchanged(kinds, channels, self._order_shape)

    def use(self, mode: str) -> None:
        """Run in ``mode`` from now on; compile for it, timed, unless that has been done."""
        self.execution = mode
        xla = mode == "xla"
        for layer in self._model.layers:
            if isinstance(layer, MaxPooling2D):
                layer.sliced = xla
        if self.device != "CPU":
            fix_kernels(self._deterministic and not xla)
        if mode not in self._modes:
            self._epochs = epochs_function(
                self._model, self._training, max_value=self._max_value, xla=xla
            )
            self._predict = predict_function(self._model, xla=xla)
            clock = time.perf_counter()
            self._run_steps(self._blank_state(), 0)
            self.validate(self._blank_state())
            self._modes[mode] = self._epochs, self._predict, time.perf_counter() - clock
        self._epochs, self._predict, self.compile_seconds = self._modes[mode]

    def measure(self, mode: str) -> float:
        """Return the seconds of an epoch."""
        self.use(mode)
        state = self._blank_state()
        return seconds_an_epoch(lambda steps: self._run_steps(state, steps), self._order_shape[0])

    def _run_steps(self, state: State, steps: int) -> None:
        order = np.arange(np.prod(self._order_shape), dtype=np.int32).reshape(self._order_shape)
        rates = np.zeros(self._order_shape[0], np.float32)
        epoch = Epochs(order[None], rates[None], self._unchanged[None])
        self.epochs(state, self._training, epoch, validating=False, steps=steps)

    def _blank_state(self) -> State:
        # ones, not zeros: denormal or constant-zero arithmetic must not flatter either mode
        weights = [tf.ones(v.shape) * 0.01 for v in self._model.trainable_variables]
        moving = [tf.ones(v.shape, v.dtype) for v in self._model.non_trainable_variables]
        return self._state(weights, moving)

    def _state(self, weights: list[tf.Tensor], moving: list[tf.Tensor]) -> State:
        slots = [[tf.zeros_like(w) for _ in range(self._slots)] for w in weights]
        return State(weights, moving, slots, tf.constant(0))

    def _tensors(
        self, weights: Weights, dropout_seed: int
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """Return what is trained, and what is not: each dropout layer has its seed and step."""

        def tensor(variable: keras.Variable) -> tf.Tensor:
            if layer := self._dropouts.get(id(variable)):
                seed = layer_seed(dropout_seed, layer.index, layer.within)
                return tf.constant([seed, 0], variable.dtype)
            return tf.constant(weights[self._names[id(variable)]], tf.float32)

        trainable = [tensor(variable) for variable in self._model.trainable_variables]
        return trainable, [tensor(variable) for variable in self._model.non_trainable_variables]

    # -- the Trainer protocol

    def start(self, weights: Weights, training: Training, dropout_seed: int) -> State:
        return self._state(*self._tensors(weights, dropout_seed))

    def epochs(
        self,
        state: State,
        training: Training,
        epochs: Epochs,
        *,
        validating: bool,
        steps: int | None = None,
    ) -> tuple[State, np.ndarray]:
        """See :meth:`densevsconv.training.loop.Trainer.epochs`; ``steps``: fewer of each epoch."""
        # every call has the same shape; a shorter one is filled up and told how far to go
        count = len(epochs.orders)

        def filled(values: np.ndarray) -> tf.Tensor:
            missing = self.epochs_a_call - count
            return tf.constant(np.pad(values, [(0, missing)] + [(0, 0)] * (values.ndim - 1)))

        state, curves = self._epochs(
            state,
            self._train,
            self._call_validation,
            filled(epochs.orders),
            filled(epochs.changes),
            filled(epochs.rates),
            tf.constant(count),
            tf.constant(self._order_shape[0] if steps is None else steps),
            tf.constant(validating),
            Hyper(*(tf.constant(value, tf.float32) for value in Hyper.of(training))),
        )
        return state, curves.numpy()[:count].astype(np.float64)

    def validate(self, state: State) -> tuple[float, float]:
        logits = self._logits(state.weights, state.moving, self._validation.pixels)
        labels = self._validation.labels.numpy()
        losses = -log_softmax(logits, axis=1)[np.arange(len(labels)), labels]
        return float(losses.mean()), float((logits.argmax(axis=1) == labels).mean())

    def weights(self, state: State) -> Weights:
        pairs = [
            *zip(self._model.trainable_variables, state.weights, strict=True),
            *zip(self._model.non_trainable_variables, state.moving, strict=True),
        ]
        return {
            self._names[id(variable)]: value.numpy()
            for variable, value in pairs
            if id(variable) in self._names
        }

    def predictor(self, weights: Weights) -> Predictor:
        trainable, moving = self._tensors(weights, 0)

        def predict(images: np.ndarray) -> np.ndarray:
            logits = self._logits(trainable, moving, tf.constant(images))
            probabilities: np.ndarray = softmax(logits, axis=1).astype(np.float32)
            return probabilities

        return predict

    def _logits(
        self, weights: list[tf.Tensor], moving: list[tf.Tensor], pixels: tf.Tensor
    ) -> np.ndarray:
        """Return logits in float64; every call has the same shape, the last batch is filled up."""
        count = len(pixels)
        size = min(PREDICTION_BATCH, count)
        parts = []
        for start in range(0, count, size):
            batch = pixels[start : start + size]
            if len(batch) < size:
                batch = tf.concat([batch, pixels[: size - len(batch)]], axis=0)
            parts.append(
                self._predict(weights, moving, batch, self._train.offset, self._train.scale).numpy()
            )
        return np.concatenate(parts)[:count].astype(np.float64)


def _freeze(model: keras.Model, architecture: BoundArchitecture, kinds: list[str]) -> None:
    """Count the weights of layers of these kinds among what is not trained.

    Weight by weight: a frozen batch normalisation still uses the statistics of the batch.
    """
    frozen = {layer.name for layer in architecture.walk() if layer.kind in kinds}
    for name, variable in named_variables(model).items():
        if name.rpartition("/")[0] in frozen:
            variable.trainable = False


def _images(pixels: np.ndarray, labels: np.ndarray, scaling: Scaling) -> Images:
    return Images(
        tf.constant(pixels),
        tf.constant(labels.astype(np.int32)),
        tf.constant(scaling.offset, tf.float32),
        tf.constant(scaling.scale, tf.float32),
    )
