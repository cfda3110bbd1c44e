"""Each kind of layer as a function of arrays; the formulas, and their sources, are numpynet's.

Images are (N, H, W, C). Everything here may be mapped over a further axis, of networks trained as
one: then a convolution as XLA has it becomes one of many groups, which is no faster than one
network after the other, and a matrix product becomes a batch of them, which is.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundLayer
from densevsconv.training.engines.jax.dropout import dropped
from numpynet.windows import Geometry

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "linear": lambda z: z,
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "leaky_relu": lambda z: jnp.where(z > 0, z, 0.2 * z),
    "elu": jax.nn.elu,
    "swish": jax.nn.silu,
    "softmax": jax.nn.softmax,
}


class Pass(NamedTuple):
    """What a layer needs beside its input."""

    arrays: Mapping[str, jax.Array]
    """All weights and moving statistics, by full name."""
    moved: dict[str, jax.Array]
    """Where a layer leaves its moving statistics after a training step."""
    training: bool
    patches: bool
    """Convolutions as matrix products of patches, instead of XLA's own."""
    seeds: Mapping[str, jax.Array]
    """Of each dropout layer, by full name; uint32."""
    step: jax.Array


def activation(name: str) -> Callable[[jax.Array], jax.Array]:
    if name not in ACTIVATIONS:
        raise ArchitectureError(
            f'found activation "{name}", which the engine jax has not; allowed there: '
            f"{', '.join(ACTIVATIONS)}"
        )
    return ACTIVATIONS[name]


def _weights(layer: BoundLayer, p: Pass) -> dict[str, jax.Array]:
    return {name: p.arrays[f"{layer.name}/{name}"] for name in layer.weights}


def _ended(layer: BoundLayer, z: jax.Array, p: Pass) -> jax.Array:
    """Return f(z + b)."""
    if layer.settings["use_bias"]:
        z = z + p.arrays[f"{layer.name}/bias"]
    return activation(layer.settings["activation"])(z)


def geometry(layer: BoundLayer, image: tuple[int, ...] | None = None) -> Geometry:
    s = layer.settings
    window = s["kernel"] if "kernel" in s else s["size"]
    pairs = (image or layer.input_shape[:2], window, s["stride"], s.get("dilation", (1, 1)))
    over, size, stride, dilation = ((pair[0], pair[1]) for pair in pairs)
    return Geometry.of(over, size, stride, dilation, s["padding"])


def taps(x: jax.Array, g: Geometry, fill: float = 0.0) -> list[jax.Array]:
    """Return for each place of a window, in reading order, the pixels there: (N, H', W', C)."""
    x = jnp.pad(x, [(0, 0), *g.pads, (0, 0)], constant_values=fill)
    if g.window == g.stride and g.dilation == (1, 1):  # each pixel once: views, and quicker
        (high, wide), (down, across) = g.window, g.output
        blocks = x[:, : down * high, : across * wide].reshape(len(x), down, high, across, wide, -1)
        return [blocks[:, :, row, :, column] for row, column in np.ndindex(high, wide)]
    return [x[:, rows, columns] for rows, columns in g.taps()]


def convolved(x: jax.Array, kernel: jax.Array, g: Geometry, patches: bool) -> jax.Array:
    """Return the cross-correlation with kernels (rows, columns, C, F)."""
    if patches:
        return jnp.concatenate(taps(x, g), axis=-1) @ kernel.reshape(-1, kernel.shape[-1])
    return _native(x, kernel, g)


_nhwc = partial(jax.lax.conv_general_dilated, dimension_numbers=("NHWC", "HWIO", "NHWC"))


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def _native(x: jax.Array, kernel: jax.Array, g: Geometry) -> jax.Array:
    """A convolution whose gradients are convolutions of NHWC and HWIO as well.

    JAX's own have the axes elsewhere, and inside a loop XLA then falls back, on a processor, to
    code a hundred times slower.
    """
    return _nhwc(x, kernel, g.stride, g.pads, rhs_dilation=g.dilation)


def _native_forward(x: jax.Array, kernel: jax.Array, g: Geometry) -> tuple[jax.Array, Any]:
    return _native(x, kernel, g), (x, kernel)


def _native_backward(g: Geometry, kept: Any, error: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the convolutions of the image with the error, and of the error with the kernel."""
    x, kernel = kept
    axes = range(2)
    before = [g.pads[a][0] for a in axes]
    reach = [(g.window[a] - 1) * g.dilation[a] for a in axes]
    last = [(g.output[a] - 1) * g.stride[a] - before[a] - g.image[a] + 1 for a in axes]
    by_kernel = _nhwc(
        x.transpose(3, 1, 2, 0), error.transpose(1, 2, 0, 3), g.dilation,
        [(before[a], last[a] + reach[a]) for a in axes], rhs_dilation=g.stride,
    )  # fmt: skip
    by_image = _nhwc(
        error, kernel[::-1, ::-1].transpose(0, 1, 3, 2), (1, 1),
        [(reach[a] - before[a], -last[a]) for a in axes],
        lhs_dilation=g.stride, rhs_dilation=g.dilation,
    )  # fmt: skip
    return by_image, by_kernel.transpose(1, 2, 0, 3)


_native.defvjp(_native_forward, _native_backward)


def _dense(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    return _ended(layer, x @ _weights(layer, p)["kernel"], p)


def _conv(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    z = convolved(x, _weights(layer, p)["kernel"], geometry(layer), p.patches)
    return _ended(layer, z, p)


def _separable_conv(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    weights = _weights(layer, p)
    each = weights["depthwise_kernel"].reshape(-1, x.shape[-1])
    depth = sum(tap * k for tap, k in zip(taps(x, geometry(layer)), each, strict=True))
    return _ended(layer, depth @ weights["pointwise_kernel"][0, 0], p)


def _locally_connected(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    g, filters = geometry(layer), layer.settings["filters"]
    columns = jnp.concatenate(taps(x, g), axis=-1)
    kernel = _weights(layer, p)["kernel"].reshape(*g.output, -1, filters)
    return _ended(layer, jnp.einsum("nhwk,hwkf->nhwf", columns, kernel), p)


def _conv_transpose(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    kernel, g = _weights(layer, p)["kernel"], geometry(layer, layer.output_shape)
    blank = jnp.zeros((len(x), *layer.output_shape), x.dtype)
    # patches: what is differentiated once more would not be a convolution of NHWC
    _, back = jax.vjp(lambda image: convolved(image, kernel, g, patches=True), blank)
    return _ended(layer, back(x)[0], p)


def _max_pool(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    """Keep the first of the largest: it alone gets the gradient, as in numpynet and TensorFlow."""
    first, *others = taps(x, geometry(layer), -jnp.inf)
    for tap in others:
        first = jnp.where(tap > first, tap, first)
    return first


def _average_pool(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    g = geometry(layer)
    counts = np.zeros((*g.output, 1), np.float32)
    for _, (_, rows, columns) in g.offsets():
        counts[rows, columns] += 1
    return sum(taps(x, g)) / counts


def _zero_padding(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    rows, columns = layer.settings["size"]
    return jnp.pad(x, [(0, 0), (rows, rows), (columns, columns), (0, 0)])


def _dropout(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    return dropped(x, layer.settings["rate"], p.seeds[layer.name], p.step) if p.training else x


def _batch_norm(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    weights, s = _weights(layer, p), layer.settings
    mean, variance = weights["moving_mean"], weights["moving_variance"]
    if p.training:
        axes = tuple(range(x.ndim - 1))
        mean = x.mean(axes)
        variance = jnp.square(x - mean).mean(axes)
        for name, now in (("moving_mean", mean), ("moving_variance", variance)):
            old = weights[name] * s["momentum"]
            p.moved[f"{layer.name}/{name}"] = old + now * (1 - s["momentum"])
    normal = (x - mean) * jax.lax.rsqrt(variance + s["epsilon"])
    return normal * weights["gamma"] + weights["beta"]


def _local_response_norm(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    s, channel = layer.settings, np.arange(x.shape[-1])
    near = np.abs(channel[:, None] - channel) <= s["depth_radius"]
    scale = s["bias"] + s["alpha"] * (x * x @ near.astype(np.float32))
    return x * scale ** -s["beta"]


LAYERS: dict[str, Callable[[BoundLayer, jax.Array, Pass], jax.Array]] = {
    "conv": _conv,
    "separable_conv": _separable_conv,
    "locally_connected": _locally_connected,
    "conv_transpose": _conv_transpose,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "global_average_pool": lambda layer, x, p: x.mean((1, 2)),
    "zero_padding": _zero_padding,
    "flatten": lambda layer, x, p: x.reshape(len(x), -1),
    "dense": _dense,
    "dropout": _dropout,
    "batch_norm": _batch_norm,
    "local_response_norm": _local_response_norm,
    "activation": lambda layer, x, p: activation(layer.settings["name"])(x),
}
"""Those that hold no others, by kind."""
