"""The two things every layer shares: the array type and memory that is used again.

A training step needs the same arrays every time. Allocating them anew costs page faults that, for
small networks, exceed the arithmetic; a `Workspace` hands the same memory out again.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]
"""(rows, columns)"""


def text(shape: Sequence[int]) -> str:
    """Return a shape as people write it: 28x28x1."""
    return "x".join(map(str, shape))


class Workspace:
    """Named buffers, kept from step to step.

    A buffer lives until the same name is asked for again: what a layer returns is valid until its
    next pass, and callers that keep it copy it.
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._buffers: dict[str, Array] = {}

    def get(
        self,
        name: str,
        samples: int,
        shape: Shape = (),
        fill: float | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> Array:
        """Return the buffer `name` of shape ``(samples, *shape)``.

        Its content is what the last user left, or `fill` where it had to be allocated: a frame of
        zeros that nobody overwrites is thus written once. Fewer samples get a leading slice.
        """
        buffer = self._buffers.get(name)
        if buffer is None or buffer.shape[0] < samples or buffer.shape[1:] != shape:
            buffer = np.empty((samples, *shape), self.dtype if dtype is None else dtype)
            if fill is not None:
                buffer.fill(fill)
            self._buffers[name] = buffer
        return buffer if buffer.shape[0] == samples else buffer[:samples]

    def like(self, name: str, array: Array, dtype: npt.DTypeLike | None = None) -> Array:
        """Return the buffer `name` with the shape of `array`."""
        return self.get(name, array.shape[0], array.shape[1:], dtype=dtype)

    def ones(self, length: int) -> Array:
        """Return a vector of ones: ``ones @ matrix`` sums columns faster than ``matrix.sum(0)``."""
        return self.get("ones", length, fill=1.0)
