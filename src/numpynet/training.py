"""A plain training loop, for networks used on their own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from numpynet.errors import DataError
from numpynet.network import Network, count_correct
from numpynet.optimizers import Optimizer, make_optimizer


def fit(
    network: Network,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    epochs: int,
    batch_size: int,
    generator: np.random.Generator | int,
    optimizer: str | Optimizer = "sgd",
    **optimizer_settings: Any,
) -> list[dict[str, float]]:
    """Train on inputs `x` and targets `y`; return {"loss", "accuracy"} of every epoch.

    Both are means over the samples as they were met, without penalties. `generator` draws the order
    of the samples, new in every epoch, and dropout masks; the last batch may be smaller.
    `optimizer` is a name with settings (``learning_rate=0.1``, ...) or an `Optimizer`.
    """
    inputs = network.check_inputs(x)
    targets = network.check_targets(y, len(inputs))
    if isinstance(optimizer, str):
        optimizer = make_optimizer(optimizer, **optimizer_settings)
    source = np.random.default_rng(generator)
    history = []
    for _ in range(epochs):
        loss, correct, order = 0.0, 0, source.permutation(len(inputs))
        for start in range(0, len(inputs), batch_size):
            batch = order[start : start + batch_size]
            value, outputs = network.step(inputs[batch], targets[batch], optimizer, source)
            loss += value
            correct += count_correct(outputs, targets[batch])
        if not np.isfinite(loss):
            raise DataError(
                f"the loss is no longer a number ({loss}): training diverged, try a smaller "
                "learning_rate"
            )
        history.append({"loss": loss / len(inputs), "accuracy": correct / len(inputs)})
    return history
