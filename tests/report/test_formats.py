"""Formats print what people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from densevsconv.report.wording import format_value, setting, significant


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.98611, "percent", "98.61"), (0.95, "percent_whole", "95"), (0.2, "percent_plain", "20"),
        (0.0, "points", "0.00"), (-1e-9, "points", "0.00"),
        (0.0123, "points", "+1.23"), (-0.0123, "points", "\u22121.23"),
        (1234567, "integer", "1,234,567"),
        (0.00021, "milliseconds", "0.210"), (2**30, "mebibytes", "1,024"),
        (0.0004, "p_value", "< 0.001"), (0.0421, "p_value", "0.042"),
        (None, "percent", "\u2013"), (None, "setting", "none"),
        ("adam", "setting", "adam"), (1e-5, "setting", "1e\u22125"), (0.0003, "setting", "0.0003"),
        (0.00345512, "setting", "0.00346"), (256, "setting", "256"), (1500.0, "setting", "1500"),
        (True, "setting", "yes"), ([], "setting", "none"),
        (["conv", "dense"], "setting", "conv, dense"),
        ({"rotation": 10.0, "shift": 0.1, "zoom": 0.0, "flip": "forced"}, "setting",
         "shift ±0.1, rotation ±10°, mirrored"),
        ({"shift": 0.0, "flip": False}, "setting", "none"),
        ({"crop": 4, "negative": 0.5}, "setting", "crop 4 px, negatives 0.5"),
        ({"name": "cosine", "warmup_epochs": 2}, "setting", "name cosine, warmup epochs 2"),
        ({"resolution": 14}, "change", "resolution 14\u00d714"),
        ({"rotation": 15.0}, "change", "rotation ±15°"),
        ({"rotation": 0}, "change", "rotation ±0°"),
        ({"clutter": {"patches": 4, "size": 0.25}}, "change", "clutter 4 of size 0.25"),
        ({"permute_pixels": True}, "change", "permuted pixels"),
        ({"negative": False}, "change", "negative off"),
        ({"colour": "grey"}, "change", "colour grey"),
    ],
)  # fmt: skip
def test_formats(value: object, form: str, text: str) -> None:
    assert format_value(value, form) == text


@given(st.floats(1e-9, 1e9))
def test_significant_digits_keep_the_value(value: float) -> None:
    assert float(significant(value).replace(",", "")) == pytest.approx(value, rel=5.1e-3)


@given(st.floats(1e-9, 999))
def test_a_printed_setting_is_within_half_a_percent(value: float) -> None:
    assert float(setting(value).replace("\u2212", "-")) == pytest.approx(value, rel=5.1e-3)
