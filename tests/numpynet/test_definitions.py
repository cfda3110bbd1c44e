"""Convolution and pooling on random shapes against plain loops, and the worked examples."""

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
from tests.support import loops

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


@settings(max_examples=40, deadline=None)
@given(sizes, small, small, pairs, pairs, st.booleans(), st.sampled_from(["valid", "same"]), seeds)
def test_convolution(image, channels, filters, window, step, dilated, padding, seed):
    source = np.random.default_rng(seed)
    stride, dilation = ((1, 1), step) if dilated else (step, (1, 1))
    pads = tuple(
        loops.pads_for(padding, image[a], window[a], stride[a], dilation[a]) for a in (0, 1)
    )
    assume(all((window[a] - 1) * dilation[a] < image[a] + sum(pads[a]) for a in (0, 1)))
    layer = nn.Conv2D(filters, window, stride, dilation, padding)
    x = source.normal(size=(2, *image, channels))
    network, output, _, error = run(layer, x, source)
    kernel = network.parameters()["0_conv/kernel"]
    expected = loops.conv(x, kernel, np.zeros(filters), stride, pads, dilation)
    # sums of at most 72 products of numbers below 10: some 1e-12 of rounding at the very worst
    np.testing.assert_allclose(output, expected, atol=1e-11)
    assert nn.check_gradients(network, x, error).passed()


@settings(max_examples=60, deadline=None)
@given(sizes, pairs, pairs, st.sampled_from(["valid", "same"]), st.booleans(), st.booleans(), seeds)
def test_pooling(image, window, stride, padding, largest, ties, seed):
    source = np.random.default_rng(seed)
    pads = tuple(loops.pads_for(padding, image[a], window[a], stride[a]) for a in (0, 1))
    x = source.normal(size=(2, *image, 2))
    if ties:
        x = np.round(x)
    layer = (nn.MaxPool2D if largest else AveragePool2D)(window, stride, padding)
    _, output, input_error, error = run(layer, x, source)
    expected, d_x = loops.pool(x, error, window, stride, pads, "max" if largest else "average")
    np.testing.assert_allclose(output, expected, atol=1e-12)
    np.testing.assert_allclose(input_error, d_x, atol=1e-12)


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
