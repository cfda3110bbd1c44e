"""Every transform by its name in a study's ``transform`` list, and the schema of that list.

A new one is a function in a file beside this one, and an entry here.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from densevsconv.images.transforms import geometry, intensity, structure
from densevsconv.images.transforms.base import Transformation
from densevsconv.schema.strict import ABSENT, MADE, OneOf


def _strength(at_most: float) -> Any:
    """Return the type of a setting that is a number from 0, which changes nothing."""
    return Annotated[float, Field(ge=0, le=at_most)]


TRANSFORMS: dict[str, Transformation] = {
    "resolution": Transformation(
        geometry.resolution,
        Annotated[int, Field(ge=4, le=512)],
        "Height and width in pixels, by averaging over areas.",
        words="resolution {}\u00d7{}",
        examples=(6, 12),
        shape=lambda side, shape: (side, side, shape[2]),
    ),
    "shift": Transformation(
        geometry.shift,
        _strength(1),
        "Random shift, at most this share of the side each way, by whole pixels.",
        words="shift ±{}",
        examples=(0.15,),
        shape=geometry.shift_shape,
    ),
    "rotation": Transformation(
        geometry.rotation,
        _strength(180),
        "Random rotation, at most so many degrees each way.",
        words="rotation ±{}°",
        examples=(30.0,),
    ),
    "scale": Transformation(
        geometry.scale,
        _strength(0.5),
        "Random zoom, by a factor between 1 minus and 1 plus this.",
        words="scale ±{}",
        examples=(0.3,),
    ),
    "contrast": Transformation(
        intensity.contrast,
        _strength(1),
        "Random contrast: distances from the image's mean times a factor between 1 minus and 1 "
        "plus this.",
        words="contrast ±{}",
        examples=(0.8,),
    ),
    "brightness": Transformation(
        intensity.brightness,
        _strength(1),
        "Random brightness: adds at most this share of `max_value`, or takes it away.",
        words="brightness ±{}",
        examples=(0.4,),
    ),
    "noise": Transformation(
        intensity.noise,
        _strength(1),
        "Gaussian noise with this standard deviation, as a share of `max_value`.",
        words="noise {}",
        examples=(0.15,),
    ),
    "clutter": Transformation(
        structure.clutter,
        structure.Clutter,
        "Pieces of other images of the same part, see Clutter.",
        words="clutter {patches} of size {size}",
        examples=({"patches": 6, "size": 0.3},),
        whole_part=True,
    ),
    "colour": Transformation(
        intensity.colour,
        Literal["grey", "rgb"],
        "`grey`: one channel, the luma of red, green and blue; `rgb`: three channels.",
        words="colour {}",
        examples=("grey", "rgb"),
        shape=intensity.colour_shape,
    ),
    "permute_pixels": Transformation(
        structure.permute_pixels,
        bool,
        "One permutation of the pixels, the same for all images: no more neighbours.",
        words="permuted pixels",
        examples=(True,),
    ),
    "negative": Transformation(
        intensity.negative,
        bool,
        "Negative: `max_value` minus the pixel.",
        words="negative",
        examples=(True,),
    ),
}


class OneTransform(OneOf):
    """One transformation: a mapping with one of these keys.

    Random ones draw afresh for each image, from the study's seed; a setting of 0 or false changes
    nothing. Settings are shares of the image's side or of ``max_value``, so that one setting fits
    every data set.
    """

    item: ClassVar[str] = "one transformation"


_FIELDS: dict[str, Any] = {
    name: (entry.kind, Field(default=ABSENT, description=entry.description))
    for name, entry in TRANSFORMS.items()
}

Transform: type[OneTransform] = create_model(
    "Transform", __base__=OneTransform, __cls_kwargs__=MADE, **_FIELDS
)
"""The schema of an item of the list: a key for every transform."""

Transforms = list[Transform]  # type: ignore[valid-type]
"""Applied in order, each to what the one before left; dumped as single-key mappings."""
