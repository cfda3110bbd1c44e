"""Dropout inside the compiled loop; the random bits are those of the NumPy reference."""

import jax
import jax.numpy as jnp

from densevsconv.training.dropout import (
    HASH_MULTIPLIERS,
    HASH_SHIFTS,
    STEP_MULTIPLIER,
    drop_threshold,
)


def dropped(x: jax.Array, rate: float, seed: jax.Array, step: jax.Array) -> jax.Array:
    """Return x with some values at zero and the others scaled up (Srivastava et al. 2014).

    ``seed`` is the layer's, ``step`` counts from 0; see :mod:`densevsconv.training.dropout`.
    """
    if not rate:
        return x
    key = _hash(seed + step.astype("uint32") * jnp.uint32(STEP_MULTIPLIER))
    bits = _hash(jnp.arange(x.size, dtype="uint32") ^ key)
    keep = (bits >= jnp.uint32(drop_threshold(rate))).reshape(x.shape)
    return jnp.where(keep, x * (1 / (1 - rate)), 0.0)


def _hash(x: jax.Array) -> jax.Array:
    for shift, multiplier in zip(HASH_SHIFTS, (*HASH_MULTIPLIERS, 1), strict=True):
        x = (x ^ (x >> shift)) * jnp.uint32(multiplier)
    return x
