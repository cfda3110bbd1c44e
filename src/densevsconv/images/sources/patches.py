"""The task of Lahoti, Karp, Winston, Singh and Li (2024): one of many patches tells the class.

"Role of locality and weight sharing in image-based tasks: a sample complexity separation between
CNNs, LCNs, and FCNs", ICLR; arXiv:2403.15707.
"""

from typing import Literal

import numpy as np
from pydantic import Field

from densevsconv.images.sources.generated import GeneratedSource


class PatchesSource(GeneratedSource):
    """Patches of noise in a row; to one of them, at random, the class adds or takes off a pattern.

    The pattern has as many numbers as a patch, is the same for all images, and is drawn from the
    seed. The examples that a network needs grow as patches + size where it shares weights, as
    patches * size where it is only local, and as patches^2 * size where it is dense.
    """

    kind: Literal["patches"] = Field(description="`patches`")
    patches: int = Field(default=8, ge=1, le=1000, description="Patches of an image.")
    size: int = Field(default=8, ge=1, le=1000, description="Pixels of a patch.")
    signal: float = Field(default=1, ge=0, description="Length of the pattern.")
    noise: float = Field(default=0.2, ge=0, description="Deviation of the noise in every pixel.")

    @property
    def width(self) -> int:
        return self.patches * self.size

    @property
    def count(self) -> int:
        return 2

    def growth(self) -> dict[str, float]:
        return {
            "dense": self.patches**2 * self.size,
            "local": self.patches * self.size,
            "shared": self.patches + self.size,
        }

    def rows(self, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
        pattern = random.standard_normal(self.size)
        pattern *= self.signal / np.sqrt(np.sum(pattern**2))
        rows = self.noise * random.standard_normal((len(labels), self.patches, self.size))
        which = random.integers(0, self.patches, len(labels))
        rows[np.arange(len(labels)), which] += (2 * labels - 1)[:, None] * pattern
        largest = np.abs(pattern).max() + 4 * self.noise
        return rows.reshape(len(labels), -1) / (largest or 1)
