"""The schema of the ``transform`` list: what it takes, gives back and says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import Field

from densevsconv.errors import ConfigError
from densevsconv.images.transforms.schema import Transforms
from densevsconv.schema.read import check
from densevsconv.schema.strict import Strict


class Holder(Strict):
    """Something with a list of transformations."""

    transform: Transforms = Field(default_factory=list)


def test_it_dumps_what_was_written_with_defaults_filled_in() -> None:
    written: list[dict[str, Any]] = [
        {"resolution": 14}, {"shift": 0.1}, {"rotation": 15}, {"clutter": {"patches": 8}},
        {"colour": "grey"}, {"permute_pixels": True}, {"negative": False},
    ]  # fmt: skip
    held = Holder.model_validate({"transform": written})
    dumped = held.model_dump()["transform"]
    assert dumped == [
        *written[:3], {"clutter": {"patches": 8, "size": 0.25}}, *written[4:],
    ]  # fmt: skip
    assert json.loads(held.model_dump_json())["transform"] == dumped
    assert Holder.model_validate({"transform": dumped}) == held


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([{"shfit": 0.1}], 'transform.0.shfit: unknown key; did you mean "shift"? allowed: res'),
        ([{"shift": 0.1}, {"shift": 2}], "transform.1.shift: found 2; allowed: a number of at le"),
        ([{"shift": None}], "transform.0.shift: found null; allowed: a number of at least 0 and"),
        ([{"noise": float("nan")}], "transform.0.noise: found NaN; allowed: a number"),
        ([{}], "transform.0: found nothing; allowed: one transformation an item"),
        ([{"shift": 0.1, "scale": 0.1}], "transform.0: found scale, shift; allowed: one transf"),
        (["negative"], 'transform.0: found "negative"; allowed: a mapping with the keys'),
        ([{"resolution": 3}], "transform.0.resolution: found 3; allowed: a whole number of at "),
        ([{"permute_pixels": 1}], "transform.0.permute_pixels: found 1; allowed: true or false"),
        ([{"colour": "gray"}], 'found "gray"; did you mean "grey"? allowed: one of grey, rgb'),
        ([{"clutter": {"patches": -1}}], "transform.0.clutter.patches: found -1; allowed: a wh"),
        ([{"clutter": {}}], "transform.0.clutter.patches: missing; allowed: a whole number"),
        ({"shift": 0.1}, 'transform: found {"shift": 0.1}; allowed: a list'),
    ],
)
def test_mistakes_are_named(written: Any, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(Holder, {"transform": written}, "file.yaml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
