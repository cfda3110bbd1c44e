"""Convolution and pooling on random shapes against plain loops."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import numpynet as nn
from numpynet.gradient_check import _Projection
from tests.support import loops

small = st.integers(1, 3)
sizes = st.integers(3, 6)


def run(layer, x, error):
    """Return (output, gradients, input error) of one layer."""
    network = nn.Network([layer], x.shape[1:], generator=0, loss=_Projection(), dtype="float64")
    output = network.forward(x, True).copy()
    if callable(error):
        error = error(output.shape)
    _, gradients, input_error = network.all_gradients(x, error, True, None)
    return output, gradients, input_error, network, error


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(sizes, sizes), small, small, st.tuples(small, small), st.tuples(small, small),
    st.tuples(st.integers(1, 2), st.integers(1, 2)),
    st.sampled_from(["valid", "same", "full", "explicit"]), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_convolution(image, channels, filters, window, strides, dilation, padding, seed):
    source = np.random.default_rng(seed)
    if padding == "explicit":
        pads = tuple((int(a), int(b)) for a, b in source.integers(0, 4, (2, 2)))
        padding = pads
    else:
        pads = tuple(
            loops.pads_for(padding, image[a], window[a], strides[a], dilation[a]) for a in (0, 1)
        )
    layer = nn.Conv2D(filters, window, strides=strides, dilation=dilation, padding=padding)
    if any((window[a] - 1) * dilation[a] + 1 > image[a] + sum(pads[a]) for a in (0, 1)):
        return
    x = source.normal(size=(2, *image, channels))
    output, gradients, input_error, network, error = run(
        layer, x, lambda shape: source.normal(size=shape)
    )
    kernel = network.parameters()["0_conv/kernel"]
    expected = loops.conv(x, kernel, np.zeros(filters), strides, pads, dilation)
    np.testing.assert_allclose(output, expected, atol=1e-12)
    d_kernel, d_bias, d_x = loops.conv_backward(x, kernel, error, strides, pads, dilation)
    np.testing.assert_allclose(gradients["0_conv/kernel"], d_kernel, atol=1e-11)
    np.testing.assert_allclose(gradients["0_conv/bias"], d_bias, atol=1e-11)
    np.testing.assert_allclose(input_error, d_x, atol=1e-11)


def complete(size, window, stride):
    """Eqs. 84-85 with their two exceptions, as printed."""
    if window > size:
        return 0, window - size
    chi = (size - window) - (size - window) // stride * stride
    padding = int(np.ceil(chi / stride)) * stride - chi
    return 0, 0 if padding >= window else padding


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(sizes, sizes), st.tuples(small, small), st.tuples(small, small),
    st.sampled_from(["valid", "same", "complete"]), st.sampled_from(["max", "average"]),
    st.booleans(), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_pooling(image, window, strides, padding, kind, ties, seed):
    source = np.random.default_rng(seed)
    if padding == "complete":
        pads = tuple(complete(image[a], window[a], strides[a]) for a in (0, 1))
    else:
        pads = tuple(loops.pads_for(padding, image[a], window[a], strides[a]) for a in (0, 1))
    x = source.normal(size=(2, *image, 2))
    if ties:
        x = np.round(x)
    layer = (nn.MaxPool2D if kind == "max" else nn.AveragePool2D)(window, strides, padding=padding)
    output, _, input_error, _, error = run(layer, x, lambda shape: source.normal(size=shape))
    expected, d_x = loops.pool(
        x, error, window, strides, pads, kind, zero_padded=padding == "complete"
    )
    np.testing.assert_allclose(output, expected, atol=1e-12)
    np.testing.assert_allclose(input_error, d_x, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 9), st.integers(1, 6), st.integers(1, 4))
def test_the_study_padding_completes_the_last_window(size, window, stride):
    before, after = complete(size, window, stride)
    layer = nn.MaxPool2D(window, stride, padding="complete")
    layer.build((size, size, 1), "float64")
    assert layer.geometry.pads[0] == (before, after)
    if after:
        assert (size + after - window) % stride == 0
        assert after < window
