"""Plug-ins: what is registered is known by name, and only who uses it depends on its code."""

from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import ConfigError
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.schema import load_architecture
from densevsconv.store.plugins import digests_of, extras_in, load_plugins
from numpynet.activations import ACTIVATIONS, Tanh
from numpynet.arrays import Workspace
from numpynet.errors import ConfigurationError
from numpynet.initializers import initializer

ARCHITECTURES = Path(__file__).parents[2] / "config" / "architectures"


@pytest.fixture(autouse=True)
def loaded() -> None:
    load_plugins()


def test_the_published_spread_of_starting_weights() -> None:
    """64 pixels into the convolution; 3 filters of 8x8 into a dense layer, 20 into the next."""
    bound = load_architecture(ARCHITECTURES, "convNet1_3").bind((8, 8, 1), 10)
    for name, scale in (("committed_xavier", 1), ("committed_he", 2)):
        weights = initial_weights(bound, 1, name)
        spread = {"0_conv": scale / 64, "2_dense": 192 / scale, "3_dense": 20 / scale}
        for layer, std in spread.items():
            kernel = weights[f"{layer}/kernel"]
            assert abs(kernel.std() / std - 1) < 5 * (0.5 / kernel.size) ** 0.5
            assert not weights[f"{layer}/bias"].any()


def test_the_published_slope_of_tanh_is_wrong_and_never_near_zero() -> None:
    a = np.linspace(-0.999, 0.999, 9)[None]
    slopes = [
        function().backward(np.ones_like(a), a.copy(), Workspace("float64")).copy()
        for function in (Tanh, ACTIVATIONS["committed_tanh"])
    ]
    assert np.abs(slopes[0] - slopes[1]).max() > 0.1
    assert slopes[1].min() >= 1 - np.tanh(1) ** 2


def test_only_who_uses_a_plugin_depends_on_it(tmp_path: Path) -> None:
    bound = load_architecture(ARCHITECTURES, "denseNet4_300_committed").bind((8, 8, 1), 10)
    plain = load_architecture(ARCHITECTURES, "denseNet4_300").bind((8, 8, 1), 10)
    assert list(digests_of(bound.identity_dict())) == ["fossheim2022"]
    assert list(digests_of({"initializer": "committed_he"})) == ["fossheim2022"]
    assert digests_of(plain.identity_dict(), {"initializer": "he_normal"}) == {}
    extra = extras_in(bound.identity_dict())["committed_tanh"]
    assert (extra.engines, extra.predicts_as) == (("numpy",), "tanh")


def test_a_plugin_of_a_users_own(tmp_path: Path) -> None:
    code = """
from densevsconv.store.plugins import register
from numpynet.initializers import INITIALIZERS, Normal

register(INITIALIZERS, "wide", Normal(3.0))
"""
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(ConfigurationError, match="or a plug-in's, got 'wide'"):
        initializer("wide")
    with pytest.raises(ConfigError, match='unknown plug-in "other"; allowed: mine'):
        load_plugins(["other"], tmp_path)
    load_plugins(["mine"], tmp_path)
    load_plugins(["mine"], tmp_path)  # once a process
    assert callable(initializer("wide"))
    assert list(digests_of({"initializer": "wide"})) == ["mine"]
