"""A rough estimate of training time, to share work out evenly; never reported."""

from __future__ import annotations

MACS_PER_SECOND = 2e10
STEP_SECONDS = 5e-5
EPOCH_SECONDS = 4e-3
"""Measured on one processor core with the networks for 8x8 images: an epoch's call, and a step's
operations, cost this much however small the network."""


def estimated_seconds(*, macs: int, epochs: int, images: int, batch_size: int) -> float:
    """Return the estimated seconds of one training run.

    Forward and backward together cost about three forward passes of ``macs`` multiply-accumulates.
    """
    epoch = 3 * macs * images / MACS_PER_SECOND + images // batch_size * STEP_SECONDS
    return epochs * (epoch + EPOCH_SECONDS)
