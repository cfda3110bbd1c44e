"""Keras agrees: outputs and gradients of every layer and architecture, and parameter counts.

Both engines build from the bound description, get the same weights and compare in float64.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from densevsconv.errors import ArchitectureError
from densevsconv.networks.schema import (
    available_architectures,
    load_architecture,
    parse_architecture,
)
from densevsconv.store.seeds import generator
from numpynet.initializers import BUILT_IN, fans, initializer
from tests.support.layer_cases import CASES

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
keras = pytest.importorskip("keras")
from densevsconv.training.engines.tensorflow.build import keras_model  # noqa: E402
from tests.support import agreement  # noqa: E402

FOLDER = Path(__file__).parents[2] / "config" / "architectures"
SOFTMAX = {"dense": {"units": "classes", "activation": "softmax"}}
IMAGENET = ("googlenet", "resnet50", "vgg16")
MADE_FOR = {
    **dict.fromkeys(("convKeras4_20", "denseNet4_300", "doshi2020", "lenet5"), (28, 28, 1)),
    **dict.fromkeys(("convKeras12_32", "leNet2"), (32, 32, 3)),
    **dict.fromkeys(("lenet5_32",), (32, 32, 1)),
    "resnet20": (12, 12, 3),
}
SHIPPED = sorted({*available_architectures(FOLDER)} - {*IMAGENET, "denseNet4_300_committed"})
"""All that Keras can train, of a size that is no trouble."""


def assert_agreement(bound):
    weights = agreement.start(bound)
    ours, theirs = (run(bound, weights) for run in (agreement.numpynet_pass, agreement.keras_pass))
    assert ours.keys() == theirs.keys()
    for name, bar in agreement.allowed(bound, weights).items():
        assert np.abs(ours[name] - theirs[name]).max() <= bar, name
        assert bar < 1e-6 * max(1, np.abs(ours[name]).max()), f"{name}: says nothing"


@pytest.mark.parametrize("name", CASES)
def test_every_layer(name):
    shape, layer = CASES[name]
    flat = len(shape) == 1
    before = ["flatten"] if flat else [{"conv": {"filters": shape[-1], "kernel": 1}}]
    layers = [*before, layer, "flatten", SOFTMAX]
    architecture = parse_architecture({"title": "A", "layers": layers}, name="a", file="a.yaml")
    assert_agreement(architecture.bind((1, 1, *shape) if flat else shape, 5))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_architecture(name):
    assert_agreement(load_architecture(FOLDER, name).bind(MADE_FOR.get(name, (8, 8, 1)), 10))


@pytest.mark.parametrize("name", CASES)
def test_float32_is_float64_but_for_rounding(name):
    shape, layer = CASES[name]
    layers = [*(["flatten"] if len(shape) == 1 else []), layer, "flatten", SOFTMAX]
    architecture = parse_architecture({"title": "A", "layers": layers}, name="a", file="a.yaml")
    bound = architecture.bind((1, 1, *shape) if len(shape) == 1 else shape, 5)
    weights = {key: np.float32(v).astype(float) for key, v in agreement.start(bound).items()}
    single = agreement.numpynet_pass(bound, weights, "float32")
    double = agreement.numpynet_pass(bound, weights)
    for key, bar in agreement.allowed(bound, weights, "float32").items():
        assert np.abs(single[key] - double[key]).max() <= bar, key


# Counts -----------------------------------------------------------------------------------------


def assert_counts(bound, model):
    """The model, built elsewhere, has the same numbers of parameters, layer by layer."""

    def counts(layers):
        return sorted(filter(None, (layer.count_params() for layer in layers)))

    assert bound.parameters == model.count_params()
    assert sorted(filter(None, (layer.parameters for layer in bound.walk()))) == counts(
        model.layers
    )


def resnet20():
    k = keras.layers

    def conv(x, filters, size, stride):
        settings = {"padding": "same", "use_bias": False}
        return k.BatchNormalization()(k.Conv2D(filters, size, stride, **settings)(x))

    x = images = keras.Input((32, 32, 3))
    x = k.ReLU()(conv(x, 16, 3, 1))
    for filters in (16, 32, 64):
        for block in range(3):
            stride = 2 if block == 0 and filters > 16 else 1
            shortcut = conv(x, filters, 1, stride) if stride == 2 else x
            x = conv(k.ReLU()(conv(x, filters, 3, stride)), filters, 3, 1)
            x = k.ReLU()(k.Add()([x, shortcut]))
    return keras.Model(images, k.Dense(10)(k.GlobalAveragePooling2D()(x)))


def googlenet():
    k = keras.layers

    def conv(x, filters, size, stride=1):
        return k.Conv2D(filters, size, stride, padding="same", activation="relu")(x)

    def pool(x, stride):
        return k.MaxPooling2D(3, stride, padding="same")(x)

    x = images = keras.Input((224, 224, 3))
    x = pool(conv(conv(pool(conv(x, 64, 7, 2), 2), 64, 1), 192, 3), 2)
    table = """64 96 128 16 32 32, 128 128 192 32 96 64, ,
        192 96 208 16 48 64, 160 112 224 24 64 64, 128 128 256 24 64 64, 112 144 288 32 64 64,
        256 160 320 32 128 128, ,
        256 160 320 32 128 128, 384 192 384 48 128 128"""
    for row in table.split(","):
        if not row.strip():
            x = pool(x, 2)
            continue
        a, b, c, d, e, f = map(int, row.split())
        paths = [conv(x, a, 1), conv(conv(x, b, 1), c, 3), conv(conv(x, d, 1), e, 5)]
        x = k.Concatenate()([*paths, conv(pool(x, 1), f, 1)])
    return keras.Model(images, k.Dense(1000)(k.GlobalAveragePooling2D()(x)))


@pytest.mark.parametrize(
    ("name", "parameters", "model"),
    [
        ("resnet20", 274_042, resnet20),
        ("googlenet", 6_998_552, googlenet),
        ("resnet50", 25_636_712, lambda: keras.applications.ResNet50(weights=None)),
        pytest.param(
            "vgg16", 138_357_544, lambda: keras.applications.VGG16(weights=None),
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_counts_of_the_literature(name, parameters, model):
    shape, classes = ((32, 32, 3), 10) if name == "resnet20" else ((224, 224, 3), 1000)
    bound = load_architecture(FOLDER, name).bind(shape, classes)
    assert bound.parameters == parameters
    assert_counts(bound, model())


def test_vgg16_described():
    bound = load_architecture(FOLDER, "vgg16").bind((224, 224, 3), 1000)
    assert bound.parameters == 138_357_544
    assert len([layer for layer in bound.layers if layer.kind in ("conv", "dense")]) == 16


# Random stacks ----------------------------------------------------------------------------------

pair = st.integers(1, 3) | st.tuples(st.integers(1, 4), st.integers(1, 4)).map(list)
padding = st.sampled_from(["valid", "same"])
anywhere = st.sampled_from(["batch_norm", {"dropout": {"rate": 0.5}}])
moved = st.fixed_dictionaries({"stride": st.integers(1, 3)}) | st.fixed_dictionaries(
    {"dilation": pair}
)
conv = st.builds(
    lambda kind, filters, kernel, pad, more: {
        kind: {"filters": filters, "kernel": kernel, "padding": pad, **more}
    },
    st.sampled_from(["conv", "separable_conv", "locally_connected"]),
    st.integers(1, 5), pair, padding, moved,
)  # fmt: skip
pool = st.builds(
    lambda kind, size, pad, stride: {kind: {"size": size, "padding": pad, "stride": stride}},
    st.sampled_from(["max_pool", "average_pool"]), pair, padding, st.integers(1, 3),
)  # fmt: skip
stacks = st.builds(
    lambda images, bridge, flat: [*images, bridge, *flat, SOFTMAX],
    st.lists(conv | pool | anywhere, max_size=4),
    st.sampled_from(["flatten", "global_average_pool"]),
    st.lists(anywhere | st.just({"dense": {"units": 4}}), max_size=2),
)
shapes = st.tuples(st.integers(4, 14), st.integers(4, 14), st.integers(1, 3))


@settings(max_examples=40, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])  # fmt: skip
@given(stacks, shapes, st.integers(2, 12))
def test_shapes_of_random_stacks(layers, shape, classes):
    architecture = parse_architecture({"title": "A", "layers": layers}, name="a", file="a.yaml")
    try:
        bound = architecture.bind(shape, classes)
    except ArchitectureError:
        assume(False)
    model = keras_model(bound)
    for layer in bound.layers:
        made = model.get_layer(layer.name)
        assert tuple(made.output.shape[1:]) == layer.output_shape
        kept = {w.name: tuple(w.shape) for w in made.weights if "seed" not in w.name}
        assert kept == {name: weight.shape for name, weight in layer.weights.items()}


@pytest.mark.parametrize("shape", [(150, 100), (3, 3, 40, 50), (5, 5, 600, 1)])
@pytest.mark.parametrize("name", [*BUILT_IN, "normal"])
def test_starting_weights_are_distributed_as_keras_draws_them(name, shape):
    if name == "zeros":
        assert not initializer(name)(generator(1), shape, fans(shape)).any()
        return
    ours = initializer({"normal": {"std": 1.0}} if name == "normal" else name)
    if name == "normal":
        theirs = keras.initializers.RandomNormal(stddev=1.0, seed=1)
    else:
        theirs = getattr(keras.initializers, "".join(map(str.title, name.split("_"))))(seed=1)
    drawn = ours(generator(1), shape, fans(shape)).ravel()
    assert ks_2samp(drawn, keras.ops.convert_to_numpy(theirs(shape)).ravel()).pvalue > 0.001
