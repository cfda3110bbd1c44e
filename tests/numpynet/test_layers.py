"""What holds for every layer, over :data:`tests.support.layer_cases.CASES`."""

import json
from dataclasses import replace

import numpy as np
import pytest

import numpynet as nn
from numpynet.activations import BUILT_IN
from numpynet.gradient_check import Projection
from numpynet.layers import LAYERS, layer_from_config
from numpynet.layers.base import PREDICTING, Mode, Sees, walk
from numpynet.layers.elementwise import Activation
from tests.support.layer_cases import CASES, made

EVERY = pytest.mark.parametrize("name", CASES)


def network(layer, shape, dtype="float64", seed=0):
    """A network of that one layer, none of its weights at a special value."""
    built = nn.Network([layer], shape, generator=seed, loss=Projection(), dtype=dtype)
    source = np.random.default_rng(seed)
    for values in built.vector.views.values():
        values += source.normal(0.0, 0.1, values.shape)
    return built


def images(name, samples, dtype="float64"):
    return np.random.default_rng(1).normal(size=(samples, *CASES[name][0])).astype(dtype)


def test_every_kind_has_a_case():
    kinds = {layer.kind for name in CASES for _, layer in walk([made(name)])}
    assert kinds == set(LAYERS)


@pytest.mark.parametrize("training", [True, False], ids=["training", "predicting"])
@EVERY
def test_gradients(name, training):
    checked = nn.check_layer(made(name), CASES[name][0], training=training, samples=4)
    assert checked.errors
    assert checked.passed(1e-6), f"\n{checked}"


@EVERY
def test_configuration_and_copies_make_the_same_layer(name):
    layer = made(name)
    for other in (layer_from_config(json.loads(json.dumps(layer.config()))), replace(layer)):
        assert other.config() == layer.config()
        for part, row in layer.parts().items():
            assert not {*map(id, row)} & {*map(id, other.parts()[part])}


@EVERY
def test_shapes_precision_and_buffers(name):
    net, x = network(made(name), CASES[name][0], "float32"), images(name, 5, "float32")
    kept = x.copy()
    x.setflags(write=False)
    for array in net.feature_maps(x).values():
        assert array.dtype == np.float32
    output = net.forward(x, Mode(True, np.random.default_rng(0))).copy()
    assert output.shape == (5, *net.output_shape)
    mode = Mode(True, np.random.default_rng(0))
    _, gradients, into = net.loss_and_gradients(x, np.ones_like(output), mode)
    assert into.shape == x.shape
    for key, value in net.parameters().items():
        assert gradients[key].shape == value.shape
        assert gradients[key].dtype == np.float32
    first = net.predict_outputs(x)
    net.predict_outputs(1 - x)
    np.testing.assert_array_equal(net.predict_outputs(x), first)  # buffers are used again
    np.testing.assert_array_equal(x, kept)


@EVERY
def test_words_hold_no_code(name):
    words = made(name).words()
    assert words
    assert not set(words) & set("{}[]()='_")
    for mark in ("None", "True", "False"):
        assert mark not in words


@EVERY
def test_receptive_field_by_experiment(name):
    """No output changes with a pixel outside of its field, and some depend on all its width."""
    net, shape = network(made(name), CASES[name][0]), CASES[name][0]
    if len(shape) < 3 or len(net.output_shape) < 3:
        return
    sees, spans = net.layers[0].sees(Sees()), []
    for place in np.ndindex(net.output_shape[:2]):
        error = np.zeros((1, *net.output_shape))
        error[0][place] = np.random.default_rng(2).normal(size=net.output_shape[2])
        _, _, into = net.loss_and_gradients(images(name, 1), error, PREDICTING)
        met = np.argwhere(np.abs(into[0]).sum(axis=2) > 0)
        spans.append(np.ptp(met, axis=0) + 1 if len(met) else np.zeros(2))
    widest, field = np.max(spans, axis=0), np.minimum([sees.rows, sees.columns], shape[:2])
    assert (widest <= field).all()
    if "max" not in name:  # a maximum hands one error on
        assert (widest == field).all()


@pytest.mark.parametrize("function", BUILT_IN)
def test_activation(function):
    assert nn.check_layer(Activation(function), (3, 3, 4)).passed()


def test_a_local_layer_with_equal_kernels_is_a_convolution():
    settings = {"filters": 3, "kernel": (3, 2), "activation": "tanh"}
    conv, local = (
        network(LAYERS[kind](**settings), (5, 4, 2)) for kind in ("conv", "locally_connected")
    )
    for key, value in conv.parameters().items():
        shared = local.vector.views[key.replace("conv", "locally_connected")]
        shared[...] = np.broadcast_to(value, shared.shape)
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 2))
    # sums of 12 products of numbers below 5
    np.testing.assert_allclose(local.predict_outputs(x), conv.predict_outputs(x), atol=1e-13)
