"""Every transformation by its name in a study's ``transform`` list."""

from __future__ import annotations

from densevsconv.images.transforms.brightness import BRIGHTNESS
from densevsconv.images.transforms.clutter import CLUTTER
from densevsconv.images.transforms.colour import COLOUR
from densevsconv.images.transforms.contrast import CONTRAST
from densevsconv.images.transforms.negative import NEGATIVE
from densevsconv.images.transforms.noise import NOISE
from densevsconv.images.transforms.permute_pixels import PERMUTE_PIXELS
from densevsconv.images.transforms.resolution import RESOLUTION
from densevsconv.images.transforms.rotation import ROTATION
from densevsconv.images.transforms.scale import SCALE
from densevsconv.images.transforms.shift import SHIFT
from densevsconv.images.transforms.transformation import Transformation

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
"""Their settings are the fields of ``densevsconv.images.transforms.schema.Transform``."""
