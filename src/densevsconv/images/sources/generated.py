"""Data that are made, not fetched: a source whose knobs say all that its images are."""

from abc import abstractmethod
from pathlib import Path

import numpy as np
from pydantic import Field

from densevsconv.images.sources.base import ImageSource, Part, Probe, image_shape
from densevsconv.images.sources.places import Place
from densevsconv.store.seeds import derive_seed, generator


class GeneratedSource(ImageSource):
    """Rows of numbers as images of height 1, drawn from ``seed``; the classes are equally many."""

    samples: int = Field(default=5000, ge=20, le=1_000_000, description="Images.")
    seed: int = Field(default=0, ge=0, description="What they are drawn from.")

    @property
    @abstractmethod
    def width(self) -> int:
        """How long a row is."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many classes there are."""

    @abstractmethod
    def rows(self, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Return a row for each label, float64 (N, width), mostly between -1 and 1."""

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        random = generator(derive_seed(self.seed, self.kind, 0))
        labels = random.permutation(np.arange(self.samples, dtype=np.int64) % self.count)
        # in an image 0 lies between black and white
        rows = np.clip(np.rint(127.5 * (1 + self.rows(labels, random))), 0, 255)
        images = rows.astype(np.uint8)[:, None, :, None]
        return [Part(self.kind, image_shape(images.shape, self.kind), labels, images)]

    def probe(self, folder: Path) -> Probe:
        names = [str(label) for label in range(self.count)]
        return Probe(self.samples, None, (1, self.width, 1), self.count, names, names)
