"""The training loop: batch order, history, early stopping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError, DataError
from numpynet.layers.base import whole_number
from numpynet.network import count_correct
from numpynet.optimizers import Optimizer, make_optimizer

if TYPE_CHECKING:
    from numpynet.network import Network

Order = Callable[[int], Iterable[Array]] | npt.ArrayLike
Progress = Callable[[int, dict[str, float]], bool | None]


@dataclass
class History:
    """What happened, epoch by epoch.

    ``records`` maps "loss", "accuracy" (means over the training samples as they were met, without
    penalties) and, with validation data, "val_loss", "val_accuracy" to one value per epoch.
    """

    records: dict[str, list[float]] = field(default_factory=dict)
    best_epoch: int | None = None
    stopped_early: bool = False

    @property
    def epochs(self) -> int:
        """Number of epochs done."""
        return len(self.records.get("loss", []))

    def add(self, record: dict[str, float]) -> None:
        """Append one epoch."""
        for name, value in record.items():
            self.records.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> list[float]:
        return self.records[name]


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when `monitor` has not improved by more than `min_delta` for `patience` epochs.

    Losses improve downwards, accuracies upwards. With `restore_best` the network ends with the
    parameters and state of the best epoch.
    """

    monitor: str = "val_loss"
    patience: int = 10
    min_delta: float = 0.0
    restore_best: bool = True

    def __post_init__(self) -> None:
        whole_number(self.patience, "early stopping: patience", 0)
        if self.monitor not in ("loss", "accuracy", "val_loss", "val_accuracy"):
            raise ConfigurationError(
                "early stopping: monitor must be loss, accuracy, val_loss or val_accuracy, "
                f"got {self.monitor!r}"
            )

    def improved(self, value: float, best: float | None) -> bool:
        """Tell whether `value` is better than `best`."""
        if best is None:
            return True
        gain = value - best if self.monitor.endswith("accuracy") else best - value
        return gain > self.min_delta


def shuffled_batches(
    samples: int, batch_size: int, generator: np.random.Generator
) -> Iterator[Array]:
    """Yield every sample once, in random order; the last batch may be smaller."""
    order = generator.permutation(samples)
    for start in range(0, samples, batch_size):
        yield order[start : start + batch_size]


def independent_batches(
    samples: int, batch_size: int, generator: np.random.Generator
) -> Iterator[Array]:
    """Yield ``samples // batch_size`` batches, each drawn anew from all samples.

    No sample is twice in a batch, but batches of one epoch may repeat samples: the study's way
    (its committed code).
    """
    for _ in range(max(1, samples // batch_size)):
        yield generator.choice(samples, min(batch_size, samples), replace=False)


SAMPLING = {"shuffle": shuffled_batches, "independent": independent_batches}


def fit(
    network: Network,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    epochs: int,
    batch_size: int | None = None,
    optimizer: str | Optimizer = "sgd",
    generator: np.random.Generator | int | None = None,
    order: Order | None = None,
    sampling: str = "shuffle",
    validation: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    early_stopping: EarlyStopping | None = None,
    progress: Progress | None = None,
    **optimizer_settings: Any,
) -> History:
    """Train `network` on inputs `x` and targets `y`; return the `History`.

    Parameters
    ----------
    epochs, batch_size
        How long, and how many samples per step; `order` makes `batch_size` unnecessary.
    optimizer
        A name with settings (``learning_rate=0.1``, ``momentum=0.9``, ...) or an `Optimizer`.
    generator
        Random generator or seed for the batch order and dropout masks; needed unless `order` is
        given and no layer is random.
    order
        Indices of the samples of each batch: an array (steps, batch) used in every epoch, an array
        (epochs, steps, batch), or a function of the epoch (from 0) that returns batches.
    sampling
        "shuffle": every sample once per epoch. "independent": `independent_batches`.
    validation
        (inputs, targets) evaluated after every epoch.
    early_stopping, progress
        When to stop; and a function (epoch, record) called after every epoch, which may return True
        to stop.
    """
    inputs = network.check_inputs(x)
    targets = network.check_targets(y, len(inputs))
    epochs = whole_number(epochs, "epochs")
    rule = make_optimizer(optimizer, **optimizer_settings)
    source = np.random.default_rng(generator) if generator is not None else None
    batches = _batches(order, sampling, batch_size, len(inputs), epochs, source)
    held_out = None
    if validation is not None:
        held_out = network.check_inputs(validation[0])
        held_out_targets = network.check_targets(validation[1], len(held_out))
    elif early_stopping is not None and early_stopping.monitor.startswith("val_"):
        raise ConfigurationError(
            f"early stopping monitors {early_stopping.monitor}: pass validation=(inputs, targets)"
        )
    history, best, kept = History(), None, None
    for epoch in range(epochs):
        record = _epoch(network, inputs, targets, batches(epoch), rule, source)
        if held_out is not None:
            scores = network.evaluate(held_out, held_out_targets)
            record |= {f"val_{name}": value for name, value in scores.items()}
        history.add(record)
        if early_stopping is not None:
            if early_stopping.improved(record[early_stopping.monitor], best):
                best, history.best_epoch = record[early_stopping.monitor], epoch
                if early_stopping.restore_best:
                    kept = network.parameters(), network.state()
            elif epoch - (history.best_epoch or 0) >= early_stopping.patience:
                history.stopped_early = True
        if (progress is not None and progress(epoch, record)) or history.stopped_early:
            break
    if kept is not None:
        network.set_parameters(kept[0])
        network.set_state(kept[1])
    return history


def _epoch(
    network: Network,
    x: Array,
    y: Array,
    batches: Iterable[Array],
    optimizer: Optimizer,
    generator: np.random.Generator | None,
) -> dict[str, float]:
    loss, correct, met = 0.0, 0, 0
    for batch in batches:
        targets = y[batch]
        value, outputs = network.step(x.take(batch, axis=0), targets, optimizer, generator)
        loss += value
        correct += count_correct(outputs, targets)
        met += len(targets)
    if not met:
        raise ConfigurationError("an epoch has no batches: order is empty")
    if not np.isfinite(loss):
        raise DataError(
            f"the loss is no longer a number ({loss}): training diverged, try a smaller "
            "learning_rate"
        )
    return {"loss": loss / met, "accuracy": correct / met}


def _batches(
    order: Order | None,
    sampling: str,
    batch_size: int | None,
    samples: int,
    epochs: int,
    generator: np.random.Generator | None,
) -> Callable[[int], Iterable[Array]]:
    """Return a function from the epoch to its batches."""
    if order is None:
        if sampling not in SAMPLING:
            raise ConfigurationError(
                f"sampling must be one of {', '.join(SAMPLING)}, got {sampling!r}"
            )
        if generator is None:
            raise ConfigurationError("fit draws the batches: pass generator=..., or an order")
        size = whole_number(batch_size, "batch_size")
        return lambda epoch: SAMPLING[sampling](samples, size, generator)
    if callable(order):
        given = order
        return lambda epoch: _checked(given(epoch), samples)
    fixed = np.asarray(order)
    if fixed.ndim not in (2, 3) or (fixed.ndim == 3 and len(fixed) < epochs):
        raise ConfigurationError(
            f"order must be indices (steps, batch) or ({epochs} epochs, steps, batch), "
            f"got shape {fixed.shape}"
        )
    _checked([fixed.reshape(-1)], samples)
    return lambda epoch: fixed if fixed.ndim == 2 else fixed[epoch]


def _checked(batches: Iterable[Array], samples: int) -> Sequence[Array]:
    arrays = [np.asarray(batch) for batch in batches]
    for batch in arrays:
        if batch.ndim != 1 or batch.dtype.kind not in "iu" or not batch.size:
            raise ConfigurationError(
                f"a batch must be a list of sample indices, got {batch.dtype} {batch.shape}"
            )
        if batch.min() < 0 or batch.max() >= samples:
            raise DataError(
                f"order must hold indices 0..{samples - 1}, got {batch.min()}..{batch.max()}"
            )
    return arrays
