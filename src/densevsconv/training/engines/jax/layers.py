"""Each kind of layer as a function of arrays; the formulas, and their sources, are numpynet's.

Images are (N, H, W, C). Everything here may be mapped over a further axis, of networks trained as
one: then a convolution as XLA has it becomes one of many groups, which is no faster than one
network after the other, and a matrix product becomes a batch of them, which is.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

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


def _geometry(layer: BoundLayer, image: tuple[int, ...] | None = None) -> Geometry:
    s = layer.settings
    window = s["kernel"] if "kernel" in s else s["size"]
    pairs = (image or layer.input_shape[:2], window, s["stride"], s.get("dilation", (1, 1)))
    over, size, stride, dilation = ((pair[0], pair[1]) for pair in pairs)
    return Geometry.of(over, size, stride, dilation, s["padding"])


def taps(x: jax.Array, g: Geometry, fill: float = 0.0) -> list[jax.Array]:
    """Return for each place of a window, in reading order, the pixels there: (N, H', W', C)."""
    x = jnp.pad(x, [(0, 0), *g.pads, (0, 0)], constant_values=fill)
    return [x[:, rows, columns] for rows, columns in g.taps()]


def convolved(x: jax.Array, kernel: jax.Array, g: Geometry, patches: bool) -> jax.Array:
    """Return the cross-correlation with kernels (rows, columns, C, F)."""
    if patches:
        return jnp.concatenate(taps(x, g), axis=-1) @ kernel.reshape(-1, kernel.shape[-1])
    return jax.lax.conv_general_dilated(
        x, kernel, g.stride, g.pads, rhs_dilation=g.dilation,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )  # fmt: skip


def _dense(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    return _ended(layer, x @ _weights(layer, p)["kernel"], p)


def _conv(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    z = convolved(x, _weights(layer, p)["kernel"], _geometry(layer), p.patches)
    return _ended(layer, z, p)


def _separable_conv(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    weights = _weights(layer, p)
    each = weights["depthwise_kernel"].reshape(-1, x.shape[-1])
    depth = sum(tap * k for tap, k in zip(taps(x, _geometry(layer)), each, strict=True))
    return _ended(layer, depth @ weights["pointwise_kernel"][0, 0], p)


def _locally_connected(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    g, filters = _geometry(layer), layer.settings["filters"]
    columns = jnp.concatenate(taps(x, g), axis=-1)
    kernel = _weights(layer, p)["kernel"].reshape(*g.output, -1, filters)
    return _ended(layer, jnp.einsum("nhwk,hwkf->nhwf", columns, kernel), p)


def _conv_transpose(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    kernel, g = _weights(layer, p)["kernel"], _geometry(layer, layer.output_shape)
    blank = jnp.zeros((len(x), *layer.output_shape), x.dtype)
    _, back = jax.vjp(lambda image: convolved(image, kernel, g, p.patches), blank)
    return _ended(layer, back(x)[0], p)


def _max_pool(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    """Keep the first of the largest: it alone gets the gradient, as in numpynet and TensorFlow."""
    first, *others = taps(x, _geometry(layer), -jnp.inf)
    for tap in others:
        first = jnp.where(tap > first, tap, first)
    return first


def _average_pool(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    g = _geometry(layer)
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
