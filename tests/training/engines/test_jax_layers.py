"""JAX's layers: the gradients that are written out, ties, what there is not; and what JAX takes."""

import os
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundLayer
from densevsconv.training.dropout import drop_threshold, random_bits
from densevsconv.training.engines.jax.dropout import dropped
from densevsconv.training.engines.jax.engine import JaxEngine
from densevsconv.training.engines.jax.layers import LAYERS as FUNCTIONS
from densevsconv.training.engines.jax.layers import activation, convolved, geometry
from numpynet.layers import LAYERS
from numpynet.layers.base import layer_of
from tests.support.layer_cases import CASES
from tests.support.networks import SOFTMAX, bound
from tests.support.training import DENSE, group, network

EPSILON = float(np.finfo(np.float32).eps)


def layer(name: str) -> BoundLayer:
    shape, described = CASES[name]
    return bound([described, "flatten", yaml.safe_load(SOFTMAX)], tuple(shape), 4).layers[0]


@pytest.mark.parametrize("patches", [False, True], ids=["native", "patches"])
@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("conv")])
def test_a_convolution_and_its_gradients_are_those_of_jax(name: str, patches: bool) -> None:
    made, random = layer(name), np.random.default_rng(0)
    g, shape = geometry(made), made.weights["kernel"].shape
    x = random.normal(size=(3, *made.input_shape)).astype("float32")
    kernel = random.normal(size=shape).astype("float32")
    error = random.normal(size=(3, *made.output_shape)).astype("float32")

    def theirs(x: Any, kernel: Any) -> Any:
        return jax.lax.conv_general_dilated(
            x, kernel, g.stride, g.pads, rhs_dilation=g.dilation,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )  # fmt: skip

    expected, back = jax.vjp(theirs, x, kernel)
    found, ours = jax.vjp(lambda x, kernel: convolved(x, kernel, g, patches), x, kernel)
    # sums of at most 3 x 7 x 7 products of numbers below 5
    allowed = 200 * 25 * EPSILON
    for one, other in zip((found, *ours(error)), (expected, *back(error)), strict=True):
        np.testing.assert_allclose(one, other, atol=allowed)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("max pool")])
def test_of_equal_pixels_the_first_has_the_gradient(name: str) -> None:
    pool, random = layer(name), np.random.default_rng(0)
    x = random.integers(0, 3, (5, *pool.input_shape)).astype("float32")
    error = random.integers(1, 9, (5, *pool.output_shape)).astype("float32")
    numpynet = layer_of(pool, LAYERS)
    numpynet.build(pool.input_shape, "float32")
    nothing: Any = None
    found, back = jax.vjp(lambda x: FUNCTIONS["max_pool"](pool, x, nothing), jnp.asarray(x))
    assert np.array_equal(found, numpynet.forward(x))
    assert np.array_equal(back(jnp.asarray(error))[0], numpynet.input_error(error.copy()))


def test_the_same_values_are_dropped() -> None:
    found = dropped(jnp.ones((6, 5, 3)), 0.3, jnp.uint32(9), jnp.int32(4))
    kept = random_bits(9, 4, 90).reshape(6, 5, 3) >= drop_threshold(0.3)
    np.testing.assert_allclose(found, kept / 0.7, rtol=1e-6)


def test_what_there_is_not_is_told_in_a_line() -> None:
    with pytest.raises(ArchitectureError, match=r'"committed_tanh".*allowed there: linear, '):
        activation("committed_tanh")


def test_trials_leave_nothing_behind() -> None:
    made, counts = JaxEngine(1, "native x4"), []
    for trials in (4, 40):
        settings = {"batch_size": 20, "epochs": 1}
        assert len(list(made.train(group(network(*DENSE), *[settings] * trials)))) == trials
        counts.append(len(jax.live_arrays()))
    assert counts[0] == counts[1]


THREADS = """
import sys
from pathlib import Path
from densevsconv.training.engines.registry import ENGINES
assert "jax" not in sys.modules, "imported before it is needed"
ENGINES["jax"](1)._library
import jax.numpy as jnp
(jnp.ones((500, 500)) @ jnp.ones((500, 500))).block_until_ready()
names = [file.read_text() for file in Path("/proc/self/task").glob("*/comm")]
assert sum("XLAEigen" in name for name in names) == 1, names
"""


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has one thread anyway")
def test_one_thread_is_one() -> None:
    """XLA's pool for arithmetic has the size it is given as JAX looks for devices, in a process."""
    subprocess.run([sys.executable, "-c", THREADS], check=True)
