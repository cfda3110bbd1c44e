"""Penalties on the size of the parameters theta, added to the loss of every batch.

Per layer, as Keras: ``l1 sum |K| + l2 sum K^2`` over its kernels, gradient ``l1 sign(K) + 2 l2 K``.
For the whole network, as the study: ``weight_decay / 2 sum theta^2`` over weights and biases,
gradient ``weight_decay theta``, so that a step takes away ``eta lambda W`` (as its committed code).
Neither is divided by the batch size, also where the loss is summed over the batch.
"""

from __future__ import annotations

import numpy as np

from numpynet.parameters import ParameterVector


def penalty_value(parameters: ParameterVector, weight_decay: float) -> float:
    """Return the penalty."""
    values, total = parameters.values, 0.0
    if parameters.l1 is not None:
        total += float(np.dot(parameters.l1, np.abs(values)))
    if parameters.l2 is not None:
        total += float(np.dot(parameters.l2, values * values))
    if weight_decay:
        total += 0.5 * weight_decay * float(np.dot(values, values))
    return total


def add_penalty_gradient(parameters: ParameterVector, weight_decay: float) -> None:
    """Add the penalty's gradient to the gradients."""
    values, gradients = parameters.values, parameters.gradients
    if parameters.l1 is not None:
        gradients += parameters.l1 * np.sign(values)
    if parameters.l2 is not None:
        gradients += 2.0 * parameters.l2 * values
    if weight_decay:
        gradients += weight_decay * values
