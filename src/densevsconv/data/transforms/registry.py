"""Every transformation by its name in a study's ``transform`` list."""

from __future__ import annotations

from densevsconv.data.transforms.brightness import BRIGHTNESS
from densevsconv.data.transforms.clutter import CLUTTER
from densevsconv.data.transforms.colour import COLOUR
from densevsconv.data.transforms.contrast import CONTRAST
from densevsconv.data.transforms.negative import NEGATIVE
from densevsconv.data.transforms.noise import NOISE
from densevsconv.data.transforms.permute_pixels import PERMUTE_PIXELS
from densevsconv.data.transforms.resolution import RESOLUTION
from densevsconv.data.transforms.rotation import ROTATION
from densevsconv.data.transforms.scale import SCALE
from densevsconv.data.transforms.shift import SHIFT
from densevsconv.data.transforms.transformation import Transformation

TRANSFORMS: dict[str, Transformation] = {
    "resolution": RESOLUTION,
    "shift": SHIFT,
    "rotation": ROTATION,
    "scale": SCALE,
    "contrast": CONTRAST,
    "brightness": BRIGHTNESS,
    "noise": NOISE,
    "clutter": CLUTTER,
    "colour": COLOUR,
    "permute_pixels": PERMUTE_PIXELS,
    "negative": NEGATIVE,
}
"""Their settings are the fields of ``densevsconv.config.transforms.Transform``."""
