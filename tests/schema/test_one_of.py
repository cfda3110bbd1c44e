"""Tests of claims and transformations are mappings with exactly one key, by one base."""

import pytest
from pydantic import ValidationError

from densevsconv.claims.registry import ClaimTest
from densevsconv.commands.document import table
from densevsconv.images.transforms.registry import Transform
from densevsconv.schema.strict import OneOf

NEAR = {"case": "a", "value": 0.5, "other_images": 100}
ONES = [(ClaimTest, "near", NEAR), (Transform, "shift", 0.1), (Transform, "negative", False)]


@pytest.mark.parametrize(("model", "key", "value"), ONES)
def test_one_key_is_kept_as_it_was_given(model: type[OneOf], key: str, value: object) -> None:
    made = model.model_validate({key: value})
    assert made.model_dump() == {key: value}
    assert made.kind == key


@pytest.mark.parametrize(
    ("model", "given", "message"),
    [
        (ClaimTest, {}, "found nothing; allowed: one kind of test an item, the next one as"),
        (Transform, {}, "found nothing; allowed: one transformation an item, the next one as"),
        (Transform, {"shift": 0.1, "scale": 0.1}, "found scale, shift; allowed: one"),
        (ClaimTest, {"near": None}, "near"),
        (Transform, {"shift": None}, "shift"),
    ],
)
def test_anything_else_is_refused(model: type[OneOf], given: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model.model_validate(given)


@pytest.mark.parametrize("model", [ClaimTest, Transform])
def test_their_tables_offer_no_null(model: type[OneOf]) -> None:
    assert "null" not in table(model)
    assert table(model).count("| absent |") == len(model.model_fields)
