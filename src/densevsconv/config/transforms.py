"""The schema of a data set's ``transform`` list: which transformations, and how strong.

Settings are shares of the image's side or of ``max_value``, so that one setting fits every data
set; what each does is in ``densevsconv/data/transforms/``, one file each.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, model_serializer, model_validator

from densevsconv.config.strict import Strict

_ABSENT: Any = None
"""The value of the keys that are not there.

Their types have no `| None`, so that a null in a file is refused and no message offers it; which
key is there is asked of ``model_fields_set``, never of the value.
"""


class Clutter(Strict):
    """Pieces of other images of the same part, laid over the background (Mnih et al. 2014)."""

    patches: int = Field(ge=0, le=256, description="Pieces an image.")
    size: float = Field(
        default=0.25, gt=0, le=1, description="Side of a piece, as a share of the image's side."
    )


class Transform(Strict):
    """One transformation: a mapping with one of these keys.

    Random ones draw afresh for each image, from the study's seed; a setting of 0 or false changes
    nothing.
    """

    resolution: int = Field(
        default=_ABSENT,
        ge=4,
        le=512,
        description="Height and width in pixels, by averaging over areas.",
    )
    shift: float = Field(
        default=_ABSENT,
        ge=0,
        le=1,
        description="Random shift, at most this share of the side each way, by whole pixels.",
    )
    rotation: float = Field(
        default=_ABSENT,
        ge=0,
        le=180,
        description="Random rotation, at most so many degrees each way.",
    )
    scale: float = Field(
        default=_ABSENT,
        ge=0,
        le=0.5,
        description="Random zoom, by a factor between 1 minus and 1 plus this.",
    )
    contrast: float = Field(
        default=_ABSENT,
        ge=0,
        le=1,
        description="Random contrast: distances from the image's mean times a factor between 1 "
        "minus and 1 plus this.",
    )
    brightness: float = Field(
        default=_ABSENT,
        ge=0,
        le=1,
        description="Random brightness: adds at most this share of `max_value`, or takes it away.",
    )
    noise: float = Field(
        default=_ABSENT,
        ge=0,
        le=1,
        description="Gaussian noise with this standard deviation, as a share of `max_value`.",
    )
    clutter: Clutter = Field(
        default=_ABSENT, description="Pieces of other images of the same part, see Clutter."
    )
    colour: Literal["grey", "rgb"] = Field(
        default=_ABSENT,
        description="`grey`: one channel, the luma of red, green and blue; `rgb`: three channels.",
    )
    permute_pixels: bool = Field(
        default=_ABSENT,
        description="One permutation of the pixels, the same for all images: no more neighbours.",
    )
    negative: bool = Field(default=_ABSENT, description="Negative: `max_value` minus the pixel.")

    @model_validator(mode="after")
    def _one_key(self) -> Transform:
        found = sorted(self.model_fields_set)
        if len(found) != 1:
            raise ValueError(
                f"found {', '.join(found) or 'nothing'}; allowed: one transformation an item, "
                "the next one as another item of the list"
            )
        return self

    @model_serializer
    def _plain(self) -> dict[str, Any]:
        (name,) = self.model_fields_set
        value = getattr(self, name)
        return {name: value.model_dump() if isinstance(value, BaseModel) else value}


Transforms = list[Transform]
"""Applied in order, each to what the one before left; dumped as single-key mappings."""
