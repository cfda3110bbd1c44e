"""Keras agrees on shapes, counts and starts; on results it is an engine, as others are."""

import keras
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from densevsconv.errors import ArchitectureError
from densevsconv.store.seeds import generator
from densevsconv.training.engines.tensorflow.build import keras_model
from numpynet.initializers import BUILT_IN, fans, initializer
from tests.support.networks import SOFTMAX, shipped, written

END = yaml.safe_load(SOFTMAX)


@pytest.mark.parametrize(
    ("name", "shape", "parameters", "model"),
    [
        ("convNet1_3", (8, 8, 1), 3 * 9 + 3 + 192 * 20 + 20 + 20 * 10 + 10, None),
        ("lenet5", (28, 28, 1), 61_706, None),
        ("lenet5_32", (32, 32, 3), 62_006, None),
        ("resnet20", (32, 32, 3), 274_042, None),
        ("googlenet", (224, 224, 3), 6_998_552, None),
        ("resnet50", (224, 224, 3), 25_636_712, "ResNet50"),
        pytest.param("vgg16", (224, 224, 3), 138_357_544, "VGG16", marks=pytest.mark.slow),
    ],
)
def test_counts_of_the_literature(name, shape, parameters, model):
    bound = shipped(name, shape, 1000 if shape[0] == 224 else 10)
    assert bound.parameters == parameters
    if model:
        layers = getattr(keras.applications, model)(weights=None).layers
        ours, theirs = (sorted(filter(None, counts)) for counts in (
            (layer.parameters for layer in bound.walk()), (each.count_params() for each in layers)
        ))  # fmt: skip
        assert ours == theirs


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
    lambda images, bridge, flat: [*images, bridge, *flat, END],
    st.lists(conv | pool | anywhere, max_size=4),
    st.sampled_from(["flatten", "global_average_pool"]),
    st.lists(anywhere | st.just({"dense": {"units": 4}}), max_size=2),
)
shapes = st.tuples(st.integers(4, 14), st.integers(4, 14), st.integers(1, 3))


@settings(max_examples=40, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])  # fmt: skip
@given(stacks, shapes, st.integers(2, 12))
def test_shapes_of_random_stacks(layers, shape, classes):
    try:
        bound = written(layers).bind(shape, classes)
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
