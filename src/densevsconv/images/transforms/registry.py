"""Every transform by its name in a study's ``transform`` list, and the schema of that list.

A new one is a function, the type of its setting and a ``Transformation`` in a file beside this one,
and a line here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, create_model

from densevsconv.images.transforms import geometry, intensity, structure
from densevsconv.images.transforms.base import Transformation
from densevsconv.schema.strict import ABSENT, OneOf

TRANSFORMS: dict[str, Transformation] = {
    "resolution": geometry.RESOLUTION,
    "shift": geometry.SHIFT,
    "rotation": geometry.ROTATION,
    "scale": geometry.SCALE,
    "contrast": intensity.CONTRAST,
    "brightness": intensity.BRIGHTNESS,
    "noise": intensity.NOISE,
    "clutter": structure.CLUTTER,
    "colour": intensity.COLOUR,
    "permute_pixels": structure.PERMUTE_PIXELS,
    "negative": intensity.NEGATIVE,
}


class OneTransform(OneOf):
    """One transformation: a mapping with one of these keys.

    Random ones draw afresh for each image, from the study's seed; a setting of 0 or false changes
    nothing. Settings are shares of the image's side or of ``max_value``, so that one setting fits
    every data set.
    """

    item: ClassVar[str] = "one transformation"


_FIELDS: dict[str, Any] = {
    name: (entry.setting, Field(default=ABSENT)) for name, entry in TRANSFORMS.items()
}

Transform: type[OneTransform] = create_model("Transform", __base__=OneTransform, **_FIELDS)
"""The schema of an item of the list: a key for every transform."""

Transforms = list[Transform]  # type: ignore[valid-type]
"""Applied in order, each to what the one before left; dumped as single-key mappings."""
