"""The schema of a data set's ``transform`` list: which transformations, and how strong.

Settings are shares of the image's side or of ``max_value``, so that one setting fits every data
set; what each does is in ``densevsconv/images/transforms/``, one file each.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from densevsconv.schema.strict import ABSENT, OneOf, Strict


class Clutter(Strict):
    """Pieces of other images of the same part, laid over the background (Mnih et al. 2014)."""

    patches: int = Field(ge=0, le=256, description="Pieces an image.")
    size: float = Field(
        default=0.25, gt=0, le=1, description="Side of a piece, as a share of the image's side."
    )


class Transform(OneOf):
    """One transformation: a mapping with one of these keys.

    Random ones draw afresh for each image, from the study's seed; a setting of 0 or false changes
    nothing.
    """

    item: ClassVar[str] = "one transformation"

    resolution: int = Field(
        default=ABSENT,
        ge=4,
        le=512,
        description="Height and width in pixels, by averaging over areas.",
    )
    shift: float = Field(
        default=ABSENT,
        ge=0,
        le=1,
        description="Random shift, at most this share of the side each way, by whole pixels.",
    )
    rotation: float = Field(
        default=ABSENT,
        ge=0,
        le=180,
        description="Random rotation, at most so many degrees each way.",
    )
    scale: float = Field(
        default=ABSENT,
        ge=0,
        le=0.5,
        description="Random zoom, by a factor between 1 minus and 1 plus this.",
    )
    contrast: float = Field(
        default=ABSENT,
        ge=0,
        le=1,
        description="Random contrast: distances from the image's mean times a factor between 1 "
        "minus and 1 plus this.",
    )
    brightness: float = Field(
        default=ABSENT,
        ge=0,
        le=1,
        description="Random brightness: adds at most this share of `max_value`, or takes it away.",
    )
    noise: float = Field(
        default=ABSENT,
        ge=0,
        le=1,
        description="Gaussian noise with this standard deviation, as a share of `max_value`.",
    )
    clutter: Clutter = Field(
        default=ABSENT, description="Pieces of other images of the same part, see Clutter."
    )
    colour: Literal["grey", "rgb"] = Field(
        default=ABSENT,
        description="`grey`: one channel, the luma of red, green and blue; `rgb`: three channels.",
    )
    permute_pixels: bool = Field(
        default=ABSENT,
        description="One permutation of the pixels, the same for all images: no more neighbours.",
    )
    negative: bool = Field(default=ABSENT, description="Negative: `max_value` minus the pixel.")


Transforms = list[Transform]
"""Applied in order, each to what the one before left; dumped as single-key mappings."""
