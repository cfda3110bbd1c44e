"""Which settings a search tries."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from densevsconv.schema.strict import Strict

KEYS_OF_METHOD = {"grid": ("grid",), "random": ("space", "samples"), "list": ("points",)}
"""The keys that one method uses and the others do not."""


class Dimension(Strict):
    """The values that random search draws one setting from: a range or a list."""

    low: float | None = Field(default=None, description="Smallest value of a range.")
    high: float | None = Field(default=None, description="Largest value of a range.")
    scale: Literal["linear", "log", "integer"] = Field(
        default="linear",
        description="How a range is drawn from: evenly, evenly in the logarithm, whole numbers "
        "evenly (both ends included).",
    )
    choices: list[Any] | None = Field(
        default=None, min_length=1, description="Values to choose from, in place of a range."
    )

    @model_validator(mode="after")
    def _range_or_choices(self) -> Dimension:
        if self.choices is not None:
            if self.low is not None or self.high is not None:
                raise ValueError("found choices together with low or high; allowed: either")
        elif self.low is None or self.high is None:
            raise ValueError("incomplete; allowed: low and high, or choices")
        elif self.low > self.high:
            raise ValueError(f"found low {self.low} above high {self.high}; allowed: low <= high")
        elif self.scale == "log" and self.low <= 0:
            raise ValueError(f"found low {self.low} with scale log; allowed: a low above 0")
        elif self.scale == "integer" and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError("scale integer needs whole numbers for low and high")
        return self


class Search(Strict):
    """Which settings are tried for a case; all of them keys of Training."""

    method: Literal["grid", "random", "list"] = Field(
        default="list",
        description="`grid`: every combination of the values in `grid`; `random`: `samples` draws "
        "from `space`; `list`: the `points` as they stand. Of a single point, as in the "
        "default (the case's own training settings), no trial is made.",
    )
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict, description="For `grid`: Training keys, each with its values."
    )
    space: dict[str, Dimension] = Field(
        default_factory=dict, description="For `random`: Training keys, each with a Dimension."
    )
    samples: int | None = Field(
        default=None, ge=1, description="For `random`: number of points drawn from `space`."
    )
    points: list[dict[str, Any]] | None = Field(
        default=None,
        min_length=1,
        description="For `list`: points, each a mapping of Training keys to values; null: one "
        "point that changes nothing.",
    )
    seeds: int = Field(
        default=1, ge=1, description="Trainings of every point, each from its own random start."
    )

    @model_validator(mode="after")
    def _fits_method(self) -> Search:
        for method, keys in KEYS_OF_METHOD.items():
            for key in keys:
                value = getattr(self, key)
                if method == self.method:
                    if not value and method != "list":
                        raise ValueError(f"found no {key}; method {method} needs it")
                elif value:
                    raise ValueError(
                        f"{key} belongs to method {method}, found it with method {self.method}"
                    )
        return self
