"""Lists of transformations: the same bytes whatever the chunks, company and order of the images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densevsconv.images.transforms.apply import stages, transform, transformed_shape
from densevsconv.images.transforms.random_numbers import random_bits, uniform
from densevsconv.images.transforms.registry import TRANSFORMS
from densevsconv.images.transforms.schema import Transform

EXAMPLES: dict[str, Any] = {
    "resolution": 11,
    "shift": 0.2,
    "rotation": 30.0,
    "scale": 0.3,
    "contrast": 0.5,
    "brightness": 0.2,
    "noise": 0.1,
    "clutter": {"patches": 3, "size": 0.25},
    "colour": "grey",
    "permute_pixels": True,
    "negative": True,
}
IDENTITIES: dict[str, Any] = {
    "resolution": 16,
    "shift": 0.0,
    "rotation": 0.0,
    "scale": 0.0,
    "contrast": 0.0,
    "brightness": 0.0,
    "noise": 0.0,
    "clutter": {"patches": 0, "size": 0.25},
    "colour": "rgb",
    "permute_pixels": False,
    "negative": False,
}
ALL = [{name: setting} for name, setting in EXAMPLES.items()]
ROWS = np.random.default_rng(1).permutation(1000)[:23]


def pictures(count: int = 23, side: int = 16, channels: int = 3, max_value: int = 255) -> Any:
    random = np.random.default_rng(0)
    return random.integers(0, max_value + 1, (count, side, side, channels), np.uint8)


def changed(steps: list[dict[str, Any]], images: np.ndarray, **other: Any) -> np.ndarray:
    arguments: dict[str, Any] = {"rows": ROWS[: len(images)], "seed": 5, "max_value": 255}
    return transform(images, transforms=steps, **(arguments | other))


def test_every_transformation_is_in_the_schema_and_here() -> None:
    assert list(TRANSFORMS) == list(Transform.model_fields) == list(EXAMPLES) == list(IDENTITIES)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_identity_settings_give_identical_bytes(name: str) -> None:
    images = pictures()
    np.testing.assert_array_equal(changed([{name: IDENTITIES[name]}], images), images)


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("max_value", [16, 255])
def test_pixels_stay_in_range_and_the_shape_is_the_one_stated(name: str, max_value: int) -> None:
    images = pictures(max_value=max_value)
    before = images.copy()
    step = {name: EXAMPLES[name]}
    out = changed([step], images, max_value=max_value)
    assert out.dtype == np.uint8
    assert out.max() <= max_value
    assert out.shape[1:] == transformed_shape([step], images.shape[1:])
    assert out.shape != images.shape or not np.array_equal(out, images)
    np.testing.assert_array_equal(images, before)  # the argument is left as it is


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("chunk_values", [1, 5 * 16 * 16 * 3])
def test_chunks_change_no_byte(name: str, chunk_values: int) -> None:
    step, images = {name: EXAMPLES[name]}, pictures()
    whole = changed([step], images)
    np.testing.assert_array_equal(changed([step], images, chunk_values=chunk_values), whole)
    np.testing.assert_array_equal(changed([step], images), whole)


@pytest.mark.parametrize("name", sorted(set(TRANSFORMS) - {"clutter"}))
def test_an_image_changes_in_the_same_way_in_whatever_company(name: str) -> None:
    step, images = {name: EXAMPLES[name]}, pictures()
    some = np.array([20, 3, 11])
    alone = changed([step], images[some], rows=ROWS[some])
    np.testing.assert_array_equal(alone, changed([step], images)[some])


@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_order_of_images_does_not_matter(name: str) -> None:
    step, images = {name: EXAMPLES[name]}, pictures()
    order = np.random.default_rng(3).permutation(len(images))
    mixed = changed([step], images[order], rows=ROWS[order])
    np.testing.assert_array_equal(mixed, changed([step], images)[order])


@pytest.mark.parametrize(
    "name", ["shift", "rotation", "scale", "contrast", "brightness", "noise", "clutter"]
)
def test_seed_and_row_decide_what_is_random(name: str) -> None:
    same = np.repeat(pictures(1, side=24), 8, axis=0)
    if name == "clutter":
        same = np.concatenate([same, pictures(8, side=24)])
    step, rows = {name: EXAMPLES[name]}, np.arange(len(same))
    out = changed([step], same, rows=rows)[:8]
    assert len(np.unique(out.reshape(8, -1), axis=0)) > 4  # equal images, different rows
    assert not np.array_equal(changed([step], same, rows=rows, seed=6)[:8], out)


def test_another_step_changes_no_random_number_of_the_others() -> None:
    images = pictures()
    alone = changed([{"brightness": 0.2}], images)
    after = changed([{"negative": True}, {"negative": True}, {"brightness": 0.2}], images)
    np.testing.assert_array_equal(alone, after)


def test_the_same_step_twice_draws_twice() -> None:
    spot = np.zeros((23, 17, 17, 1), np.uint8)
    spot[:, 8, 8] = 255
    once = changed([{"shift": 0.2}], spot)
    twice = changed([{"shift": 0.2}, {"shift": 0.2}], spot)
    moved_once, moved_twice = (np.argwhere(x)[:, 1:3] - 8 for x in (once, twice))
    assert not np.array_equal(moved_twice, 2 * moved_once)


def test_stages_show_what_transform_returns() -> None:
    images, show = pictures(), np.array([4, 0, 22])
    steps = [step for step in ALL if "colour" not in step]
    shown = list(stages(images, ROWS, steps, seed=5, max_value=255, show=show))
    assert [name for name, _ in shown] == [next(iter(step)) for step in steps]
    for number, (_, some) in enumerate(shown, start=1):
        np.testing.assert_array_equal(some, changed(steps[:number], images)[show])


def test_no_transformation_and_no_image() -> None:
    images = pictures()
    np.testing.assert_array_equal(changed([], images), images)
    assert changed(ALL, images[:0]).shape == (0, 11, 11, 1)


@pytest.mark.parametrize(
    ("steps", "shape", "words"),
    [
        ([{"resolution": 3}], (8, 8, 1), r"resolution \(number 1 of the list\).*at least 4"),
        ([{"resolution": 4}, {"shift": 0.1}], (28, 28, 1), r"shift \(number 2.*at least 0.125"),
        ([{"colour": "grey"}], (8, 8, 2), "2 channels; allowed: 1 .* 3"),
        ([{"blur": 1}], (8, 8, 1), "allowed: one of resolution, shift"),
    ],
)
def test_settings_that_do_not_fit(
    steps: list[dict[str, Any]], shape: tuple[int, int, int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        transformed_shape(steps, shape)
    with pytest.raises(ValueError, match=words):
        changed(steps, np.zeros((1, *shape), np.uint8))


@settings(max_examples=20)
@given(st.integers(0, 2**63 - 1), st.lists(st.integers(0, 2**40), min_size=1, unique=True))
def test_numbers_of_a_row_do_not_depend_on_the_others(seed: int, rows: list[int]) -> None:
    several = random_bits(seed, np.array(rows), 5)
    np.testing.assert_array_equal(several[-1:], random_bits(seed, np.array(rows[-1:]), 5))
    np.testing.assert_array_equal(several[:, :2], random_bits(seed, np.array(rows), 2))


def test_random_numbers_are_the_published_ones() -> None:
    # SplitMix64 from state 1234567, as in the published C program's first outputs
    stream = np.array([0], np.int64)
    first = random_bits(1234567, stream, 1)
    assert first.dtype == np.uint64
    mixed = 6457827717110365317  # first output of that state: here the start of row 0's stream
    assert first[0, 0] == splitmix64(mixed)


def splitmix64(state: int) -> int:
    """Return the first output of Python's own big integers."""
    z = (state + 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


def test_random_numbers_are_even() -> None:
    numbers = uniform(0, np.arange(20_000), 3)
    assert ((numbers >= 0) & (numbers < 1)).all()
    np.testing.assert_allclose(numbers.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose(numbers.var(axis=0), 1 / 12, atol=0.002)
    np.testing.assert_allclose(np.corrcoef(numbers.T), np.eye(3), atol=0.03)
    neighbours = np.corrcoef(numbers[:-1, 0], numbers[1:, 0])[0, 1]
    assert abs(neighbours) < 0.03


def test_pinned_bytes() -> None:
    """A change of these numbers changes every published transformed data set."""
    images = np.arange(4 * 36, dtype=np.uint8).reshape(4, 6, 6, 1)
    steps = [{"shift": 0.3}, {"noise": 0.1}, {"clutter": {"patches": 1, "size": 0.3}}]
    steps += [{"permute_pixels": True}]
    out = transform(images, np.arange(4), steps, seed=0, max_value=255)
    assert out[:, 2, :4, 0].tolist() == [
        [27, 39, 36, 11],
        [0, 80, 52, 9],
        [120, 0, 43, 0],
        [194, 116, 102, 155],
    ]
