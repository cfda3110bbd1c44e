"""Convolution and pooling on random shapes by their definitions, and the worked examples."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import numpynet as nn
import numpynet.convolution as convolution
from numpynet.arrays import Workspace
from numpynet.gradient_check import Projection
from numpynet.layers import AveragePool2D
from numpynet.layers.base import PREDICTING
from numpynet.windows import Geometry

DOCUMENT = Path(__file__).parents[2] / "docs" / "backprop.md"
small = st.integers(1, 3)
pairs = st.tuples(small, small)
sizes = st.tuples(st.integers(3, 6), st.integers(3, 6))
seeds = st.integers(0, 2**32 - 1)


def run(layer, x, source):
    """Return (network of one layer, output, input error, error)."""
    network = nn.Network([layer], x.shape[1:], generator=0, loss=Projection(), dtype="float64")
    output = network.forward(x).copy()
    error = source.normal(size=output.shape)
    _, _, input_error = network.loss_and_gradients(x, error, PREDICTING)
    return network, output, input_error, error


def windows(x, window, stride, dilation, padding, fill):
    """Return every window of padded images, (N, rows, columns, C, kh, kw), by NumPy alone."""
    reach = [(w - 1) * d + 1 for w, d in zip(window, dilation, strict=True)]
    missing = [0, 0]
    if padding == "same":  # TensorFlow's rule
        axes = zip(x.shape[1:3], reach, stride, strict=True)
        missing = [max((-(-size // step) - 1) * step + r - size, 0) for size, r, step in axes]
    pads = [(0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)]
    padded = np.pad(x, pads, constant_values=fill)
    assume(all(r <= size for r, size in zip(reach, padded.shape[1:3], strict=True)))
    view = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(1, 2))
    return view[:, :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]


@settings(max_examples=40, deadline=None)
@given(sizes, small, small, pairs, pairs, st.booleans(), st.sampled_from(["valid", "same"]), seeds)
def test_convolution(image, channels, filters, window, step, dilated, padding, seed):
    """Eqs. 1 and 42."""
    source = np.random.default_rng(seed)
    stride, dilation = ((1, 1), step) if dilated else (step, (1, 1))
    x = source.normal(size=(2, *image, channels))
    seen = windows(x, window, stride, dilation, padding, 0)
    layer = nn.Conv2D(filters, window, stride, dilation, padding)
    network, output, _, error = run(layer, x, source)
    kernel = network.parameters()["0_conv/kernel"]
    # sums of at most 72 products of numbers below 10: some 1e-12 of rounding at the very worst
    np.testing.assert_allclose(output, np.einsum("nrcquv,uvqf->nrcf", seen, kernel), atol=1e-11)
    assert nn.check_gradients(network, x, error).passed()


@settings(max_examples=60, deadline=None)
@given(sizes, pairs, pairs, st.sampled_from(["valid", "same"]), st.booleans(), st.booleans(), seeds)
def test_pooling(image, window, stride, padding, largest, ties, seed):
    source = np.random.default_rng(seed)
    x = source.normal(size=(2, *image, 2))
    if ties:
        x = np.round(x)
    seen = windows(x, window, stride, (1, 1), padding, np.nan)
    layer = (nn.MaxPool2D if largest else AveragePool2D)(window, stride, padding)
    network, output, input_error, error = run(layer, x, source)
    expected = (np.nanmax if largest else np.nanmean)(seen, axis=(-2, -1))
    np.testing.assert_allclose(output, expected, atol=1e-12)
    if ties:  # of equal pixels the first is the largest, as where they fall a little in their order
        x = x - 1e-3 * np.arange(x[0, ..., 0].size).reshape(1, *image, 1)
        _, _, untied = network.loss_and_gradients(x, error, PREDICTING)
        np.testing.assert_array_equal(input_error, untied)
    assert nn.check_gradients(network, x, error).passed()


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (2, 3)])
@pytest.mark.parametrize("pads", [((0, 0), (0, 0)), ((1, 2), (0, 3)), ((4, 4), (5, 3))])
def test_both_forms_of_the_input_error_agree(stride, pads):
    source = np.random.default_rng(0)
    for window, dilation in (((3, 2), (1, 1)), ((2, 3), (2, 1)), ((1, 1), (1, 1))):
        geometry = Geometry((7, 6), window, stride, dilation, pads)
        error = source.normal(size=(2, *geometry.output, 4))
        kernel = source.normal(size=(*window, 3, 4))
        one = convolution.input_error_by_rotation(error, kernel, geometry, Workspace("f8"))
        two = convolution.input_error_by_transpose(error, kernel, geometry, Workspace("f8"))
        np.testing.assert_allclose(one, two, atol=1e-12)


def test_worked_examples():
    text = DOCUMENT.read_text()
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert len(blocks) >= 10
    names = {}
    for block in blocks:
        line = text[: block.start(1)].count("\n")
        exec(compile("\n" * line + block.group(1), str(DOCUMENT), "exec"), names)
    for section in re.split(r"^## (?=\d)", text, flags=re.MULTILINE)[2:]:
        assert "```python" in section, section.splitlines()[0]
