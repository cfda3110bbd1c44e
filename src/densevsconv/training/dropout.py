"""Dropout's random bits, the same on every engine.

A library's generator is a poor fit for dropout inside a compiled loop (XLA's takes 450 ns a number
on a processor) and differs from engine to engine. A hash of (seed, layer, step, element) needs a
few integer operations, runs the same in NumPy and TensorFlow, and keeps no state but a counter.
"""

import numpy as np

from densevsconv.store.seeds import derive_seed

STEP_MULTIPLIER = 0x9E3779B9  # 2**32 over the golden ratio: spreads consecutive steps
HASH_MULTIPLIERS = (0x7FEB352D, 0x846CA68B)
HASH_SHIFTS = (16, 15, 16)


def layer_seed(seed: int, index: int, within: str = "") -> int:
    """Return the 32-bit seed of one layer's dropout from the seed of the "dropout" axis.

    ``index`` is its place in its row of layers, ``within`` the part of another layer that the row
    lies in (:attr:`densevsconv.networks.bound.BoundLayer.within`).
    """
    return derive_seed(seed, f"layer/{within}" if within else "layer", index) & 0xFFFFFFFF


def random_bits(seed: int, step: int, count: int) -> np.ndarray:
    """Return a random 32-bit number (uint32) for each of ``count`` elements, in C order.

    ``seed`` is from :func:`layer_seed`, the training ``step`` counts from 0, the batch axis is
    among the elements.
    """
    key = _hash(np.array([(seed + step * STEP_MULTIPLIER) & 0xFFFFFFFF], np.uint32))[0]
    return _hash(np.arange(count, dtype=np.uint32) ^ key)


def drop_threshold(rate: float) -> int:
    """Return the 32-bit number below which hashed bits mean "dropped"."""
    return min(round(rate * 2**32), 2**32 - 1)


def _hash(x: np.ndarray) -> np.ndarray:
    """Return the 32-bit mixing function "lowbias32" of Wellons (2018), elementwise.

    Exact bias 0.17: about as good as 32-bit mixers get, far better than dropout needs.
    """
    for shift, multiplier in zip(HASH_SHIFTS, (*HASH_MULTIPLIERS, 1), strict=True):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(multiplier)
    return x
