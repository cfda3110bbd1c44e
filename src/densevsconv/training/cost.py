"""A rough estimate of training time, to share work out evenly; never reported."""

from __future__ import annotations

MACS_PER_SECOND = 2e10
STEP_SECONDS = {"dense": 1e-4, "convolutional": 2e-4}
"""Measured on one processor core with the networks for 8x8 images: a step's operations cost this
much however small the network, and convolutions have dear ones."""
COMPILE_SECONDS = 3.0
"""What a network costs once in every process that trains it."""


def estimated_seconds(
    *, family: str, macs: int, epochs: int, images: int, batch_size: int
) -> float:
    """Return the estimated seconds of one training run.

    Forward and backward together cost about three forward passes of ``macs`` multiply-accumulates.
    """
    steps = images // batch_size
    return epochs * (3 * macs * images / MACS_PER_SECOND + steps * STEP_SECONDS[family])
