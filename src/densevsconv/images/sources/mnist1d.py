"""A generated set in the manner of MNIST-1D (Greydanus 2020, arXiv:2011.14439)."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from densevsconv.images.sources.generated import GeneratedSource
from densevsconv.schema.strict import Allowed

_CURVES = (
    (0, 2, 5, 7, 8, 8, 8, 8, 7, 5, 2, 0),
    (1, 8, 8, 7, 6, 5, 4, 3, 2, 1, 1, 0),
    (0, 4, 8, 7, 3, 1, -1, -3, -7, -8, -4, 0),
    (0, -4, -8, -7, -3, -1, 1, 3, 7, 8, 4, 0),
    (0, 6, 8, 5, 1, 0, 0, 1, 5, 8, 6, 0),
    (0, -2, -5, -7, -8, -8, -8, -8, -7, -5, -2, 0),
    (0, -6, -8, -5, -1, 0, 0, -1, -5, -8, -6, 0),
    (0, 5, 8, 3, -4, -8, -8, -4, 3, 8, 5, 0),
    (0, -5, -8, -3, 4, 8, 8, 4, -3, -8, -5, 0),
    (0, 7, 5, -5, -7, 2, 8, 2, -7, -5, 5, 7),
)
TEMPLATES = np.array(_CURVES) / 8
"""A smooth curve of 12 points for each class, this project's own."""

Padding = Annotated[
    list[Annotated[int, Field(ge=0, le=1000)]],
    Field(min_length=2, max_length=2, description="Fewest and most points around a curve."),
    Allowed("[fewest, most], whole numbers from 0 to 1000"),
]


class Mnist1dSource(GeneratedSource):
    """Ten curves of 12 points, each padded, moved, scaled, sheared and made noisy, then resampled.

    Dense networks must learn every place of a curve; a convolution learns it once.
    """

    kind: Literal["mnist1d"] = Field(description="`mnist1d`")
    length: int = Field(default=40, ge=4, le=1000, description="Points of a row.")
    padding: Padding = Field(default=[36, 60])
    shift: float = Field(
        default=1, ge=0, le=1, description="Random place, as a share of the padding; 0: the middle."
    )
    scale: float = Field(
        default=0.4, ge=0, description="Height: times 1 plus Gaussian noise of this deviation."
    )
    shear: float = Field(
        default=0.75,
        ge=0,
        description="Slope, from one end to the other: Gaussian, this deviation.",
    )
    noise: float = Field(default=0.02, ge=0, description="White noise: its deviation.")
    correlated_noise: float = Field(
        default=0.25, ge=0, description="Noise smoothed over about five points: its deviation."
    )

    @property
    def width(self) -> int:
        return self.length

    @property
    def count(self) -> int:
        return len(TEMPLATES)

    def rows(self, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
        images, points = len(labels), TEMPLATES.shape[1]
        fewest, most = self.padding
        pad = random.integers(fewest, most + 1, images)
        start = pad * (0.5 + self.shift * random.uniform(-0.5, 0.5, images))
        # where on its curve each point lies; a curve ends in two points of background
        place = np.linspace(0, 1, self.length) * (pad + points - 1)[:, None] - start[:, None] + 1
        curves = np.pad(TEMPLATES, [(0, 0), (1, 1)])[labels]
        left = np.clip(np.floor(place), 0, points).astype(np.int64)
        share = np.clip(place - left, 0, 1)
        one, other = (np.take_along_axis(curves, left + side, 1) for side in (0, 1))
        height = 1 + self.scale * random.standard_normal(images)
        slope = self.shear * random.standard_normal(images)
        rows = height[:, None] * (one * (1 - share) + other * share)
        rows += slope[:, None] * np.linspace(-0.5, 0.5, self.length)
        smooth = np.exp(-(np.arange(-6, 7) ** 2) / 8)
        white = random.standard_normal((images, self.length + len(smooth) - 1))
        noise = np.lib.stride_tricks.sliding_window_view(white, len(smooth), axis=1) @ smooth
        rows += self.correlated_noise * noise / np.sqrt(np.sum(smooth**2))
        return (rows + self.noise * random.standard_normal(rows.shape)) / 3
