"""The tables of a study's series, from right and wrong answers alone."""

from pathlib import Path

import numpy as np
import pytest

from densevsconv.results.follow import Follow, followed
from densevsconv.statistics.crossed import combination
from tests.support.series import LAYERS, SIZES, followed_study


@pytest.fixture(scope="module")
def follow() -> Follow:
    return followed_study()


def test_what_is_in_no_series_is_not_followed(follow: Follow) -> None:
    assert set(followed(follow.plan)) == follow.plan.cases.keys() - {"alone"}


def test_every_network_has_a_row_at_every_place(follow: Follow) -> None:
    found = {(r.series, r.images, r.value, r.network): r.accuracy for r in follow.series()}
    assert len(found) == 3 * (2 * len(SIZES) + 2)
    small = "patches (size 4, patches 4)"
    assert found["training_images", small, 100, "conv"] == pytest.approx(0.6)
    # what is permuted has no other sizes; the other has one place of two
    assert {images for series, images, *_ in found if series == "permuted"} == {small}
    assert found["permuted", small, 1, "dense"] == pytest.approx(0.7)


def test_leads_are_differences_of_the_same_images(follow: Follow) -> None:
    found = {(r.images, r.network_a, r.network_b, r.value): r for r in follow.leads()
             if r.series == "training_images"}  # fmt: skip
    row = found["patches (size 4, patches 8)", "conv", "local", 10]
    expected = combination([follow.right(row.case_a), follow.right(row.case_b)], [1, -1], 0.95)
    assert (row.lead, row.low, row.high) == (expected.mean, expected.low, expected.high)
    pairs = {(a, b) for _, a, b, _ in found}
    assert pairs == {("conv", "local"), ("conv", "dense"), ("local", "dense")}


@pytest.mark.parametrize(
    ("series", "patches", "pair", "ahead", "at", "change"),
    [
        ("training_images", 4, ("conv", "dense"), "crosses", 100, 0.2),
        ("training_images", 4, ("conv", "local"), "crosses", 316.2, 0.2),
        ("training_images", 8, ("conv", "dense"), "a", None, 0.0),
        ("permuted", 4, ("conv", "dense"), "crosses", 0.5, -0.2),
        ("permuted", 4, ("local", "dense"), "a", None, -0.03),
    ],
)
def test_a_crossing_is_where_the_lead_is_nothing(
    follow: Follow, series: str, patches: int, pair: tuple[str, str], ahead: str,
    at: float | None, change: float,
) -> None:  # fmt: skip
    (row,) = (
        row
        for row in follow.crossings()
        if (row.series, row.network_a, row.network_b) == (series, *pair)
        and f"patches {patches})" in row.images
    )
    assert row.ahead == ahead
    assert row.at == (at and pytest.approx(at, rel=0.01))
    assert row.change == pytest.approx(change, abs=1e-9)
    assert row.change_low is not None
    assert row.change_high is not None
    assert row.change_low < row.change < row.change_high
    if at:
        assert row.low is not None
        assert row.high is not None
        assert row.low <= at * 1.001
        assert row.high >= at * 0.999


def test_equivalents_and_needs_are_read_off_the_curves(follow: Follow) -> None:
    small = "patches (size 4, patches 4)"
    rows = {(r.images, r.network_a, r.network_b, r.training_images): r
            for r in follow.equivalents()}  # fmt: skip
    row = rows[small, "conv", "dense", 1000]  # 0.8: all that dense reaches
    assert (row.side, row.needed, row.factor) == ("inside", pytest.approx(10000), pytest.approx(10))
    assert (rows[small, "conv", "dense", 10000].side, rows[small, "conv", "dense", 10].side) == (
        "more", "fewer",
    )  # fmt: skip
    needs = {(r.images, r.network): r for r in follow.needed()}
    assert needs[small, "dense"].needed == pytest.approx(10**3.5)
    assert needs["patches (size 4, patches 8)", "dense"].needed is None
    assert {network: needs[small, network].predicted for network in LAYERS} == {
        "conv": 8, "local": 16, "dense": 64,
    }  # fmt: skip
    growth = {row.network: row for row in follow.growth()}
    assert growth.keys() == {"conv", "local"}  # dense reaches it on one set alone
    # conv: 10^2.75 and 10^2.5 of 8 and 12; local 10^3 and 10^3.5 of 16 and 32
    assert growth["conv"].exponent == pytest.approx(-0.25 * np.log(10) / np.log(1.5))
    assert growth["local"].exponent == pytest.approx(0.5 * np.log(10) / np.log(2))


def test_learning_curves_have_an_exponent(follow: Follow) -> None:
    rows = {(row.images, row.network): row for row in follow.learning()}
    row = rows["patches (size 4, patches 8)", "conv"]
    expected = -np.polyfit(np.log(SIZES), np.log([0.4, 0.3, 0.2, 0.1]), 1)[0]
    assert row.exponent == pytest.approx(expected)
    assert row.low is not None
    assert row.high is not None
    assert row.low < row.exponent < row.high


def test_rows_survive_their_file(follow: Follow, tmp_path: Path) -> None:
    for name in ("leads", "crossings", "equivalents", "needed"):
        rows = list(getattr(follow, name)())
        type(rows[0]).write_table(tmp_path / f"{name}.csv", rows)
        assert type(rows[0]).read_table(tmp_path / f"{name}.csv") == rows
