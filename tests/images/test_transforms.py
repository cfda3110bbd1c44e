"""Transforms: one set of checks for all, each against an example worked out by hand, the schema."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from densevsconv.errors import ConfigError
from densevsconv.images.transforms.apply import each_step, transform, transformed_shape
from densevsconv.images.transforms.base import Step
from densevsconv.images.transforms.geometry import area_average, overlaps, rotated, scaled
from densevsconv.images.transforms.intensity import quantiles
from densevsconv.images.transforms.registry import TRANSFORMS, Transforms
from densevsconv.images.transforms.structure import clutter
from densevsconv.schema.read import check
from densevsconv.schema.strict import Strict

EXAMPLES = [{name: entry.examples[0]} for name, entry in TRANSFORMS.items()]
IDENTITIES = {
    "resolution": 16,
    "clutter": {"patches": 0, "size": 0.25},
    "colour": "rgb",
}
"""Settings that change nothing, where that is not 0 or false."""
ROWS = np.random.default_rng(1).permutation(1000)[:23]

each = pytest.mark.parametrize("step", EXAMPLES, ids=list(TRANSFORMS))


def pictures(count: int = 23, side: int = 16, max_value: int = 255) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.integers(0, max_value + 1, (count, side, side, 3), np.uint8)


def changed(steps: list[dict[str, Any]], images: np.ndarray, **other: Any) -> np.ndarray:
    arguments: dict[str, Any] = {"rows": ROWS[: len(images)], "seed": 5, "max_value": 255}
    return transform(images, transforms=steps, **(arguments | other))


# every transform


@pytest.mark.parametrize("name", TRANSFORMS)
def test_identity_settings_give_identical_bytes(name: str) -> None:
    images = pictures()
    nothing = False if TRANSFORMS[name].examples[0] is True else 0.0
    step = {name: IDENTITIES.get(name, nothing)}
    np.testing.assert_array_equal(changed([step], images), images)


@each
@pytest.mark.parametrize("max_value", [16, 255])
def test_pixels_stay_in_range_and_the_shape_is_the_one_stated(
    step: dict[str, Any], max_value: int
) -> None:
    images = pictures(max_value=max_value)
    before = images.copy()
    out = changed([step], images, max_value=max_value)
    assert out.dtype == np.uint8
    assert out.max() <= max_value
    assert out.shape[1:] == transformed_shape([step], (16, 16, 3))
    assert out.shape != images.shape or not np.array_equal(out, images)
    np.testing.assert_array_equal(images, before)  # the argument is left as it is
    np.testing.assert_array_equal(changed([step], images, max_value=max_value), out)


@each
def test_an_image_changes_in_the_same_way_in_whatever_company(step: dict[str, Any]) -> None:
    images, rows = pictures(1500), np.arange(1500)  # more than are worked on at a time
    out = changed([step], images, rows=rows)
    order = np.random.default_rng(3).permutation(1500)
    np.testing.assert_array_equal(changed([step], images[order], rows=rows[order]), out[order])
    if not TRANSFORMS[next(iter(step))].whole_part:
        some = np.array([20, 3, 1499])
        np.testing.assert_array_equal(changed([step], images[some], rows=rows[some]), out[some])


@pytest.mark.parametrize(
    "name", ["shift", "rotation", "scale", "contrast", "brightness", "noise", "clutter"]
)
def test_seed_and_row_decide_what_is_random(name: str) -> None:
    same = np.concatenate([np.repeat(pictures(1, 24), 8, axis=0), pictures(8, 24)])
    step, rows = {name: TRANSFORMS[name].examples[0]}, np.arange(16)
    out = changed([step], same, rows=rows)[:8]
    assert len(np.unique(out.reshape(8, -1), axis=0)) > 4  # equal images, different rows
    assert not np.array_equal(changed([step], same, rows=rows, seed=6)[:8], out)


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


# lists


def test_steps_draw_by_their_names_and_how_often_they_came() -> None:
    images = pictures()
    after = changed([{"negative": True}, {"negative": True}, {"brightness": 0.2}], images)
    np.testing.assert_array_equal(changed([{"brightness": 0.2}], images), after)
    spot = np.zeros((23, 17, 17, 1), np.uint8)
    spot[:, 8, 8] = 255
    once, twice = (
        np.argwhere(changed([{"shift": 0.2}] * times, spot))[:, 1:3] - 8 for times in (1, 2)
    )
    assert not np.array_equal(twice, 2 * once)


def test_each_step_is_what_the_list_up_to_it_gives() -> None:
    images = pictures()
    shown = list(each_step(images, ROWS, EXAMPLES, seed=5, max_value=255))
    assert len(shown) == len(EXAMPLES)
    for number, after in enumerate(shown, start=1):
        np.testing.assert_array_equal(after, changed(EXAMPLES[:number], images))
    np.testing.assert_array_equal(changed([], images), images)
    assert changed(EXAMPLES, images[:0]).shape == (0, 6, 6, 1)


@pytest.mark.parametrize(
    ("steps", "shape", "words"),
    [
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


class Holder(Strict):
    """Something with a list of transformations."""

    transform: Transforms = Field(default_factory=list)


def test_the_schema_dumps_what_was_written_with_defaults_filled_in() -> None:
    held = Holder.model_validate({"transform": [*EXAMPLES, {"clutter": {"patches": 8}}]})
    dumped = [*EXAMPLES, {"clutter": {"patches": 8, "size": 0.25}}]
    assert held.model_dump()["transform"] == json.loads(held.model_dump_json())["transform"]
    assert held == Holder.model_validate({"transform": dumped})
    assert held.model_dump()["transform"] == dumped


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([{"shfit": 0.1}], 'transform.0.shfit: unknown key; did you mean "shift"? allowed: res'),
        ([{"shift": 0.1}, {"shift": 2}], "transform.1.shift: found 2; allowed: a number of at le"),
        ([{"resolution": 3}], "transform.0.resolution: found 3; allowed: a whole number of at "),
        ([{"permute_pixels": 1}], "transform.0.permute_pixels: found 1; allowed: true or false"),
        ([{"colour": "gray"}], 'found "gray"; did you mean "grey"? allowed: one of grey, rgb'),
        ([{"clutter": {}}], "transform.0.clutter.patches: missing; allowed: a whole number"),
    ],
)
def test_mistakes_are_named(written: Any, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(Holder, {"transform": written}, "file.yaml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


# random numbers


def test_random_numbers_are_even() -> None:
    numbers = Step(0, np.arange(20_000), 255).uniform(3)
    assert ((numbers >= 0) & (numbers < 1)).all()
    np.testing.assert_allclose(numbers.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose(numbers.var(axis=0), 1 / 12, atol=0.002)
    np.testing.assert_allclose(np.corrcoef(numbers.T), np.eye(3), atol=0.03)


# geometry


@pytest.mark.parametrize(
    ("row", "width", "expected"),
    [
        # each new pixel is one and a half wide: (0 + 30 / 2) / 1.5 and (30 / 2 + 60) / 1.5
        ([0, 30, 60], 2, [10.0, 50.0]),
        ([0, 60], 3, [0.0, 30.0, 60.0]),
    ],
)
def test_area_average_by_hand(row: list[int], width: int, expected: list[float]) -> None:
    image = np.array([row] * 2, np.uint8)[None, :, :, None]
    assert area_average(image, 2, width)[0, 0, :, 0].tolist() == expected


@settings(max_examples=30)
@given(st.integers(4, 40), st.integers(4, 40), st.integers(0, 99))
def test_area_averaging_keeps_the_mean(side: int, new_side: int, seed: int) -> None:
    weights = overlaps(side, new_side)
    assert (weights.sum(axis=1) == side).all()
    assert (weights.sum(axis=0) == new_side).all()
    images = np.random.default_rng(seed).integers(0, 256, (2, side, side, 3), np.uint8)
    small = area_average(images, new_side, new_side)
    np.testing.assert_allclose(small.mean(axis=(1, 2)), images.mean(axis=(1, 2)), rtol=1e-12)


def test_shift_moves_by_whole_pixels_and_brings_in_background() -> None:
    images = np.random.default_rng(0).integers(1, 256, (200, 10, 10, 1), np.uint8)
    out = transform(images, np.arange(200), [{"shift": 0.2}], seed=3, max_value=255)
    steps = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    padded = np.pad(images[..., 0], ((0, 0), (2, 2), (2, 2)))
    moved = {
        step: padded[:, 2 - step[0] : 12 - step[0], 2 - step[1] : 12 - step[1]] for step in steps
    }
    found = [[s for s in steps if np.array_equal(moved[s][n], out[n, ..., 0])] for n in range(200)]
    assert all(len(matches) == 1 for matches in found)
    assert {matches[0] for matches in found} == set(steps)


@pytest.mark.parametrize("side", [5, 6])
def test_a_quarter_turn_is_counter_clockwise(side: int) -> None:
    images = pictures(2, side)
    out = np.rint(rotated(images, np.array([90.0, 180.0])))
    np.testing.assert_array_equal(out[0], np.rot90(images[0]))
    np.testing.assert_array_equal(out[1], np.rot90(images[1], 2))


def test_rotation_stays_within_its_angle() -> None:
    image = np.zeros((1, 41, 41, 1), np.uint8)
    image[0, 20, 36:39] = 255  # right of the centre, 17 pixels away
    images, rows = np.repeat(image, 300, axis=0), np.arange(300)
    out = transform(images, rows, [{"rotation": 20}], seed=0, max_value=255)[..., 0].astype(float)
    mass = out.sum(axis=(1, 2))
    y = (out.sum(axis=2) @ np.arange(41)) / mass - 20
    x = (out.sum(axis=1) @ np.arange(41)) / mass - 20
    angle = np.rad2deg(np.arctan2(-y, x))
    assert -20.5 < angle.min() < -18
    assert 18 < angle.max() < 20.5
    assert abs(angle.mean()) < 2


def test_scale_by_two_and_by_a_half() -> None:
    image = np.zeros((2, 5, 5, 1), np.uint8)
    image[:, 2, 2] = 200
    large, small = scaled(image, np.array([2.0, 0.5]))[..., 0]
    # halfway to the neighbours, bilinear: half the value, a quarter diagonally
    assert large.tolist()[1] == [0, 50, 100, 50, 0]
    assert large.tolist()[2] == [0, 100, 200, 100, 0]
    assert small.tolist()[2] == [0, 0, 200, 0, 0]
    assert small.sum() == 200


# intensity


def test_contrast_keeps_the_mean_and_orders_values() -> None:
    images = np.full((500, 4, 4, 1), 100, np.uint8)
    images[:, ::2] = 140
    out = transform(images, np.arange(500), [{"contrast": 0.5}], seed=0, max_value=255)
    low, high = out[:, 1, 0, 0].astype(int), out[:, 0, 0, 0].astype(int)
    assert (abs(low + high - 240) <= 1).all()
    factor = (high - low) / 40
    assert 0.45 <= factor.min() < 0.55
    assert 1.45 < factor.max() <= 1.55


def test_brightness_adds_one_number_an_image() -> None:
    images = np.full((500, 4, 4, 3), 8, np.uint8)
    out = transform(images, np.arange(500), [{"brightness": 0.25}], seed=0, max_value=16)
    assert (out == out[:, :1, :1, :1]).all()
    assert set(np.unique(out)) == set(range(4, 13))  # 8 give or take a quarter of 16


def test_noise_has_the_stated_deviation() -> None:
    images = np.full((50, 30, 31, 1), 128, np.uint8)
    out = transform(images, np.arange(50), [{"noise": 0.1}], seed=0, max_value=255)
    assert abs(out.mean() - 128) < 0.5
    assert abs(out.std() - 25.5) < 0.5
    within = np.mean(abs(out.astype(int) - 128) <= 25)
    assert abs(within - 0.6827) < 0.01  # the Gaussian's share within one deviation
    flat = out.reshape(50, -1).astype(float)
    assert abs(np.corrcoef(flat[:, :-1].ravel(), flat[:, 1:].ravel())[0, 1]) < 0.02
    table = quantiles(1.0)
    np.testing.assert_array_equal(table, -table[::-1])


def test_grey_is_the_luma_and_rgb_repeats() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    grey = changed([{"colour": "grey"}], colours[None])
    assert grey[0, :, :, 0].tolist() == [[76, 150], [29, 255]]
    assert changed([{"colour": "rgb"}], grey)[0, 0, 1].tolist() == [150, 150, 150]


def test_negative() -> None:
    image = np.array([0, 16, 5, 10], np.uint8).reshape(1, 2, 2, 1)
    assert changed([{"negative": True}], image, max_value=16).ravel().tolist() == [16, 0, 11, 6]
    np.testing.assert_array_equal(changed([{"negative": True}], image), ~image)


# structure


def test_all_images_are_permuted_in_the_same_way_and_channels_move_together() -> None:
    numbers = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1)
    images = np.concatenate([np.concatenate([numbers, numbers + 64], axis=3)] * 5)
    out = changed([{"permute_pixels": True}], images)
    assert (out == changed([{"permute_pixels": True}], images[:1], rows=np.array([12]))).all()
    np.testing.assert_array_equal(out[..., 1], out[..., 0] + 64)
    assert np.sum(out[0, :, :, 0] == numbers[0, :, :, 0]) < 8
    assert sorted(out[0, :, :, 0].ravel()) == list(range(64))
    assert not np.array_equal(changed([{"permute_pixels": True}], images, seed=1), out)


def cluttered(images: np.ndarray, patches: int, size: float, seed: int = 0) -> np.ndarray:
    step = Step(seed, np.arange(len(images)), 255)
    return clutter(images, {"patches": patches, "size": size}, step)


def test_clutter_takes_from_other_images_and_keeps_the_larger_value() -> None:
    greys = np.arange(1, 41, dtype=np.uint8)
    images = np.tile(greys[:, None, None, None], (1, 12, 12, 1))  # each image has its own
    out = cluttered(images, 1, 0.25)
    changed = out != images
    assert (out >= images).all()
    assert (out.max(axis=(1, 2, 3)) > greys).sum() > 10
    assert set(changed.sum(axis=(1, 2, 3))) == {0, 9}  # a patch of 3x3, or one that was darker
    assert len({tuple(np.argwhere(c)[0]) for c in changed if c.any()}) > 10  # places differ


def test_clutter_never_takes_from_the_image_itself() -> None:
    images = np.zeros((2, 8, 8, 1), np.uint8)
    images[0, ::2] = 200  # its own patches would change it, the empty image's do not
    out = cluttered(images, 50, 0.5)
    np.testing.assert_array_equal(out[0], images[0])
    assert out[1].any()


def test_clutter_copies_pixels_as_they_stand() -> None:
    images = np.zeros((2, 8, 8, 1), np.uint8)
    images[0, :, :, 0] = np.arange(1, 65).reshape(8, 8)
    out = cluttered(images, 1, 0.4, seed=4)[1, :, :, 0]
    y, x = np.argwhere(out)[0]
    piece = out[y : y + 3, x : x + 3].astype(int)
    assert np.count_nonzero(out) == 9
    np.testing.assert_array_equal(piece - piece[0, 0], [[0, 1, 2], [8, 9, 10], [16, 17, 18]])


def test_clutter_needs_another_image() -> None:
    with pytest.raises(ValueError, match="found 1 image; allowed: at least 2"):
        changed([{"clutter": {"patches": 1, "size": 0.5}}], pictures(1))
