"""Keras agrees: parameter counts, output shapes and the distributions of starting weights.

The only module here that imports TensorFlow. Its models are built from the description by the few
lines below, not by the engine, so that it checks the description alone.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from densevsconv.errors import ArchitectureError
from densevsconv.networks.initialise import NAMED_INITIALIZERS, draw
from densevsconv.networks.load import (
    available_architectures,
    load_architecture,
    parse_architecture,
)
from densevsconv.store.seeds import generator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
keras = pytest.importorskip("keras")

FOLDER = Path(__file__).parents[2] / "config" / "architectures"
LAYERS = {
    "conv": keras.layers.Conv2D,
    "separable_conv": keras.layers.SeparableConv2D,
    "max_pool": keras.layers.MaxPooling2D,
    "average_pool": keras.layers.AveragePooling2D,
    "global_average_pool": keras.layers.GlobalAveragePooling2D,
    "flatten": keras.layers.Flatten,
    "dense": keras.layers.Dense,
    "dropout": keras.layers.Dropout,
    "batch_norm": keras.layers.BatchNormalization,
    "activation": keras.layers.Activation,
}
KEYS = {"kernel": "kernel_size", "stride": "strides", "dilation": "dilation_rate",
        "size": "pool_size", "name": "activation"}  # fmt: skip
SIZES = {"denseNet4_300": (28, 28, 1), "denseNet4_300_committed": (28, 28, 1),
         "convKeras4_20": (28, 28, 1), "leNet2": (32, 32, 3),
         "convKeras12_32": (32, 32, 3), "lenet5": (28, 28, 1), "lenet5_32": (32, 32, 1),
         "doshi2020": (28, 28, 1)}  # fmt: skip


def keras_layer(kind, described, classes):
    arguments = {
        KEYS.get(key, key): tuple(value) if isinstance(value, list) else value
        for key, value in described.items()
        if key != "initializer"
    }
    if arguments.get("activation") == "committed_tanh":  # Keras has no wrong slope
        arguments["activation"] = "tanh"
    if arguments.get("units") == "classes":
        arguments["units"] = classes
    return LAYERS[kind](**arguments)


def assert_keras_agrees(architecture, image_shape, classes):
    bound = architecture.bind(image_shape, classes)
    made = [keras_layer(kind, described, classes) for kind, described in architecture.layers]
    model = keras.Sequential([keras.Input(image_shape), *made])
    assert [tuple(layer.output.shape[1:]) for layer in made] == [
        layer.output_shape for layer in bound.layers
    ]
    for layer, described in zip(made, bound.layers, strict=True):
        # dropout's random state is no weight of the network
        kept = [weight for weight in layer.weights if "seed" not in weight.name]
        assert {weight.name: tuple(weight.shape) for weight in kept} == described.weights
    assert model.count_params() == bound.parameters


@pytest.mark.parametrize("name", available_architectures(FOLDER))
def test_every_shipped_architecture(name):
    assert_keras_agrees(load_architecture(FOLDER, name), SIZES.get(name, (8, 8, 1)), 10)


pair = st.integers(1, 3) | st.tuples(st.integers(1, 4), st.integers(1, 4)).map(list)
padding = st.sampled_from(["valid", "same"])
activation = st.sampled_from(["relu", "tanh", "swish", "leaky_relu", "elu", "sigmoid", "linear"])
convolution = st.fixed_dictionaries(
    {"filters": st.integers(1, 5), "kernel": pair, "padding": padding},
    optional={"activation": activation, "use_bias": st.booleans()},
)
moved = st.one_of(
    st.fixed_dictionaries({"stride": st.integers(1, 3)}),
    st.fixed_dictionaries({"dilation": pair}),
)
window = st.fixed_dictionaries(
    {"size": pair, "padding": padding}, optional={"stride": st.integers(1, 3)}
)
anywhere = st.one_of(
    st.just("batch_norm"),
    st.just({"dropout": {"rate": 0.5}}),
    activation.map(lambda name: {"activation": {"name": name}}),
)
spatial = st.one_of(
    st.builds(lambda c, m: {"conv": {**c, **m}}, convolution, moved),
    st.builds(lambda c, m: {"separable_conv": {**c, **m}}, convolution, moved),
    window.map(lambda settings: {"max_pool": settings}),
    window.map(lambda settings: {"average_pool": settings}),
    anywhere,
)
flat = st.one_of(
    st.builds(lambda units, bias: {"dense": {"units": units, "use_bias": bias}},
              st.integers(1, 9), st.booleans()),
    anywhere,
)  # fmt: skip
stacks = st.builds(
    lambda images, bridge, rows, classes: [*images, bridge, *rows, classes],
    st.lists(spatial, max_size=5),
    st.sampled_from(["flatten", "global_average_pool"]),
    st.lists(flat, max_size=2),
    st.just({"dense": {"units": "classes", "activation": "softmax"}}),
)
image_shapes = st.tuples(st.integers(4, 14), st.integers(4, 14), st.integers(1, 3))


@settings(max_examples=60, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])  # fmt: skip
@given(stacks, image_shapes, st.integers(2, 12))
def test_random_stacks(layers, image_shape, classes):
    content = {"title": "Random", "layers": layers}
    architecture = parse_architecture(content, name="random", file="random.yaml")
    try:
        architecture.bind(image_shape, classes)
    except ArchitectureError:
        assume(False)
    assert_keras_agrees(architecture, image_shape, classes)


@settings(max_examples=30, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])  # fmt: skip
@given(stacks, image_shapes, st.integers(2, 12))
def test_what_is_refused_keras_refuses_too(layers, image_shape, classes):
    content = {"title": "Random", "layers": layers}
    architecture = parse_architecture(content, name="random", file="random.yaml")
    try:
        architecture.bind(image_shape, classes)
        assume(False)
    except ArchitectureError:
        pass
    made = [keras_layer(kind, described, classes) for kind, described in architecture.layers]
    with pytest.raises(ValueError, match=r"[Nn]egative|zero|must|Invalid|Computed"):
        keras.Sequential([keras.Input(image_shape), *made])


KERAS_INITIALIZERS = {
    **{name: getattr(keras.initializers, "".join(map(str.title, name.split("_"))))
       for name in NAMED_INITIALIZERS if name != "zeros"},
    "normal": lambda seed: keras.initializers.RandomNormal(stddev=1.0, seed=seed),
}  # fmt: skip


@pytest.mark.parametrize("shape", [(150, 100), (3, 3, 40, 50), (5, 5, 600, 1)])
@pytest.mark.parametrize("name", KERAS_INITIALIZERS)
def test_starting_weights_are_distributed_as_keras_draws_them(name, shape):
    theirs = keras.ops.convert_to_numpy(KERAS_INITIALIZERS[name](seed=1)(shape)).ravel()
    ours = draw(shape, {"normal": {"std": 1.0}} if name == "normal" else name, generator(1))
    assert ks_2samp(ours.ravel(), theirs).pvalue > 0.001
