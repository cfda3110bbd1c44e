"""Named seeds: every random choice is derived from (study seed, axis, repetition).

An axis says what the randomness is for ("split", "initialisation", "batch_order", ...),
prefixed by the stage where the stages must not share it ("refit/initialisation"), so that
changing one source of variation leaves the others as they were.
"""

import hashlib

import numpy as np

AXES = ("initialisation", "batch_order", "dropout", "augmentation")
"""The sources of randomness of one training run."""


def derive_seed(study_seed: int, axis: str, repetition: int) -> int:
    """Return the 63-bit seed of one axis and repetition.

    SHA-256 instead of arithmetic on seeds: neighbouring seeds stay unrelated, and the value is
    the same on every platform and Python version.
    """
    text = f"{study_seed}/{axis}/{repetition}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1


def generator(seed: int) -> np.random.Generator:
    """Return NumPy's generator for a derived seed (PCG64, named so that bits stay the same)."""
    return np.random.Generator(np.random.PCG64(seed))


def training_seeds(study_seed: int, stage: str, repetition: int) -> dict[str, int]:
    """Return the seeds of one training run, one for each of :data:`AXES`.

    ``stage`` keeps the seeds of the search apart from the fresh seeds of the refit.
    """
    return {axis: derive_seed(study_seed, f"{stage}/{axis}", repetition) for axis in AXES}
