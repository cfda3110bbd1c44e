"""The same weights and inputs in Keras: outputs, gradients, optimisers, training."""

import numpy as np
import pytest

import numpynet as nn
from tests.support.architectures import architectures

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
ACTIVATION = {
    "leaky_relu": lambda z: tf.where(z > 0, z, 0.2 * z),  # tf.nn's slope is float32 always
    "swish": "silu",
}


def keras_layer(layer, dtype, last):
    """Return the Keras layer for a numpynet layer, without the final softmax."""
    k = keras.layers
    activation = getattr(layer, "activation", None)
    activation = "linear" if last else ACTIVATION.get(activation, activation)
    common = {"dtype": dtype}
    if isinstance(layer, nn.Conv2D | nn.SeparableConv2D):
        cls = k.Conv2D if isinstance(layer, nn.Conv2D) else k.SeparableConv2D
        return cls(
            layer.filters, layer.kernel_size, layer.strides, layer.padding,
            dilation_rate=layer.dilation, activation=activation, use_bias=layer.use_bias, **common,
        )  # fmt: skip
    if isinstance(layer, nn.MaxPool2D):
        return k.MaxPooling2D(layer.pool_size, layer.strides, layer.padding, **common)
    if isinstance(layer, nn.AveragePool2D):
        return k.AveragePooling2D(layer.pool_size, layer.strides, layer.padding, **common)
    if isinstance(layer, nn.GlobalAveragePool2D):
        return k.GlobalAveragePooling2D(**common)
    if isinstance(layer, nn.Flatten):
        return k.Flatten(**common)
    if isinstance(layer, nn.Dense):
        return k.Dense(layer.units, activation=activation, use_bias=layer.use_bias, **common)
    if isinstance(layer, nn.BatchNorm):
        return k.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon, **common)
    if isinstance(layer, nn.Dropout):
        return k.Dropout(layer.rate, **common)
    if isinstance(layer, nn.Activation):
        return k.Activation(activation, **common)
    return local_response_norm(layer, dtype)


def local_response_norm(layer, dtype):
    """tf.nn.lrn has float32 only: the formula from TensorFlow operations for float64."""
    radius, bias, alpha, beta = layer.depth_radius, layer.bias, layer.alpha, layer.beta

    def single(x):
        return tf.nn.local_response_normalization(x, radius, bias, alpha, beta)

    def double(x):
        channels = x.shape[-1]
        near = abs(np.subtract.outer(np.arange(channels), np.arange(channels))) <= radius
        sums = tf.tensordot(x * x, tf.constant(near.astype("float64")), 1)
        return x / (bias + alpha * sums) ** beta

    return keras.layers.Lambda(single if dtype == "float32" else double, dtype=dtype)


def twins(name, dtype, seed=0):
    """Return (numpynet network, Keras layers) with the same weights."""
    layers, shape = architectures()[name]
    network = nn.Network(layers, shape, generator=seed, dtype=dtype)
    source = np.random.default_rng(seed + 1)
    network.set_parameters(
        {k: v + source.normal(0, 0.05, v.shape) for k, v in network.parameters().items()}
    )
    built = []
    current = tuple(shape)
    for i, layer in enumerate(network.layers):
        twin = keras_layer(layer, dtype, last=i == len(network.layers) - 1)
        twin.build((None, *current))
        current = layer.output_shape
        values = list(layer.parameters.values()) + list(layer.state.values())
        if values:
            assert [v.name for v in twin.weights] == [*layer.parameters, *layer.state]
            twin.set_weights(values)
        built.append(twin)
    return network, built


def keras_pass(layers, x, y, training=True):
    variables = [v for layer in layers for v in layer.trainable_weights]
    with tf.GradientTape() as tape:
        z = tf.constant(x)
        for layer in layers:
            keywords = {}
            if isinstance(layer, keras.layers.BatchNormalization | keras.layers.Dropout):
                keywords["training"] = training
            z = layer(z, **keywords)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, z))
    gradients = tape.gradient(loss, [v.value for v in variables])
    return float(loss), z.numpy(), variables, gradients


def relative(ours, theirs):
    """Largest difference relative to the largest value."""
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-300))


def relative_gradient(ours, theirs):
    """Return the same for gradients; that of a bias before batch norm is exactly zero."""
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-6))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", architectures())
def test_outputs_and_gradients(name, dtype):
    network, layers = twins(name, dtype)
    source = np.random.default_rng(5)
    x = source.random((4, *network.input_shape)).astype(dtype)
    y = source.integers(0, 10, 4)
    state = [value for layer in layers for value in layer.get_weights()]
    value, gradients = network.loss_and_gradients(x, y)
    loss, logits, _, expected = keras_pass(layers, x, y)
    tolerance = TOLERANCE[dtype]
    assert value == pytest.approx(loss, rel=tolerance)
    assert relative(network.forward(x, True), logits) < tolerance
    for (key, ours), theirs in zip(gradients.items(), expected, strict=True):
        assert ours.dtype == np.dtype(dtype)
        assert relative_gradient(ours, np.asarray(theirs)) < tolerance, key
    for layer in layers:  # predicting, from the state before Keras moved its statistics
        count = len(layer.get_weights())
        layer.set_weights(state[:count])
        state = state[count:]
    logits = keras_pass(layers, x, y, training=False)[1]
    assert relative(network.predict_outputs(x), logits) < tolerance
    assert network.predict_proba(x).sum(axis=1) == pytest.approx(np.ones(4), rel=1e-6)


def train(name, dtype, steps, optimizer, keras_optimizer, batch=8):
    """Train both from the same start on the same batches; return the largest difference."""
    network, layers = twins(name, dtype)
    source = np.random.default_rng(9)
    x = source.random((4 * batch, *network.input_shape)).astype(dtype)
    y = source.integers(0, 10, 4 * batch)
    order = np.stack([source.permutation(4 * batch)[:batch] for _ in range(steps)])
    network.fit(x, y, epochs=1, order=order, optimizer=optimizer)
    for rows in order:
        _, _, variables, gradients = keras_pass(layers, x[rows], y[rows])
        keras_optimizer.apply_gradients(zip(gradients, variables, strict=True))
    worst = 0.0
    for ours, layer in zip(network.layers, layers, strict=True):
        values = [*ours.parameters.values(), *ours.state.values()]
        for value, theirs in zip(values, layer.get_weights(), strict=True):
            worst = max(worst, float(np.abs(value - theirs).max()))
    return worst


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("denseNet2_20", 0.1),
        ("convNet1_3", 0.1),
        ("convKeras4_20", 0.1),
        ("LeNet-5", 0.1),
        ("every kind", 0.02),  # at 0.1 batch norm makes it chaotic: float64 runs part as well
    ],
)
def test_fifty_steps(name, rate):
    worst = train(name, "float32", 50, nn.Sgd(rate), keras.optimizers.SGD(rate))
    assert worst < 1e-4


OPTIMIZERS = {
    "sgd": (nn.Sgd, keras.optimizers.SGD, {}),
    "momentum": (nn.Momentum, keras.optimizers.SGD, {"momentum": 0.8}),
    "nesterov": (nn.Nesterov, lambda r, **k: keras.optimizers.SGD(r, nesterov=True, **k),
                 {"momentum": 0.8}),
    "rmsprop": (nn.RmsProp, keras.optimizers.RMSprop, {}),
    "adam": (nn.Adam, keras.optimizers.Adam, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer(name):
    ours, theirs, settings = OPTIMIZERS[name]
    rate = 0.01
    worst = train(
        "denseNet2_20", "float64", 12, ours(rate, **settings), theirs(rate, **settings), batch=5
    )
    # Keras rounds learning rate, momentum and Adam's powers to float32 on the way
    assert worst < 2e-6


def test_ties_as_tensorflow():
    x = np.zeros((1, 5, 5, 2), "float32")
    x[0, 2:, 2:] = 1.0
    network = nn.Network([nn.MaxPool2D(3, 1)], x.shape[1:], loss="mean_squared_error")
    target = np.arange(18, dtype="float32").reshape(1, 3, 3, 2)
    _, _, ours = network.all_gradients(x, target, True, None)
    with tf.GradientTape() as tape:
        image = tf.constant(x)
        tape.watch(image)
        pooled = tf.nn.max_pool2d(image, 3, 1, "VALID")
        loss = tf.reduce_mean((pooled - target) ** 2)
    np.testing.assert_allclose(ours, tape.gradient(loss, image).numpy(), rtol=1e-6)
