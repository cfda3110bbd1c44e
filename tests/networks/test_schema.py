"""Architecture files: short forms, and one clear line for whatever is wrong."""

import re

import pytest
import yaml

from densevsconv.errors import ConfigError
from densevsconv.networks.schema import (
    available_architectures,
    load_architecture,
    parse_architecture,
)
from densevsconv.store.plugins import load_plugins
from tests.support.networks import ARCHITECTURES, written

OWN_START = {"denseNet2_20", "convNet1_3", "denseNet4_300"}
PUBLISHED = OWN_START | {"convKeras4_20", "leNet2", "convKeras12_32"}


def parse(text):
    return parse_architecture(yaml.safe_load(text), name="net", file="net.yaml")


def test_every_shipped_file_loads_and_opens_with_its_source():
    load_plugins()
    names = available_architectures(ARCHITECTURES)
    assert set(names) >= PUBLISHED | {"lenet5", "lenet5_32", "lenet5_8", "conv_small", "dense_2"}
    for name in names:
        architecture = load_architecture(ARCHITECTURES, name)
        assert architecture.name == name
        assert architecture.source
        assert architecture.description
        assert (ARCHITECTURES / f"{name}.yaml").read_text(encoding="utf-8").startswith("# ")


def test_published_networks_start_as_published():
    for name in PUBLISHED:
        layers = load_architecture(ARCHITECTURES, name).layers
        starts = [settings["initializer"] for settings in layers if "initializer" in settings]
        assert starts == [
            {"normal": {"std": 1.0}} if name in OWN_START else "glorot_uniform"
        ] * len(starts)


def test_a_block_is_repeated_its_first_time_apart():
    short = """
        repeat: {times: 2, layers: [
          residual: {
            shortcut: {first: projection, then: identity},
            body: [
              conv: {filters: 4, kernel: 3, stride: {first: 2}},
              repeat: {times: 2, layers: [activation: {name: {first: relu, then: tanh}}]}]},
          first: max_pool]}"""
    body = "activation: {name: relu}, activation: {name: tanh}"
    long = f"""
        residual: {{
          shortcut: projection, body: [conv: {{filters: 4, kernel: 3, stride: 2}}, {body}]}},
        max_pool,
        residual: {{shortcut: identity, body: [conv: {{filters: 4, kernel: 3}}, {body}]}}"""
    assert written(short).layers == written(long).layers


def test_short_forms_mean_the_long_ones():
    short = "conv: {filters: 2, kernel: 3}, max_pool: {size: 3}, flatten, SOFTMAX"
    long = """
        conv: {filters: 2, kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: valid,
          activation: linear, initializer: glorot_uniform, use_bias: true},
        max_pool: {size: [3, 3], stride: [3, 3], padding: valid}, flatten: {},
        dense: {units: classes, activation: softmax, initializer: glorot_uniform, use_bias: true}"""
    assert written(short).bind((9, 9, 1), 2) == written(long).bind((9, 9, 1), 2)


WRONG = """
{layers: [flatten]}
    title: missing; allowed: text, not empty
{title: A, layer: [flatten]}
    layer: unknown key; did you mean "layers"?
{covn: {filters: 1}}
    layers.0: unknown kind of layer "covn"; did you mean "conv"? allowed: conv
flatten, {dense: {unit: 3}}
    layers.1.dense.unit: unknown key; did you mean "units"? allowed: units,
{conv: {filters: 2, kernel: 0}}
    layers.0.conv.kernel: found 0; allowed: a whole number, at least 1, or two
{dense: {units: klasses}}
    layers.0.dense.units: found "klasses"; did you mean "classes"? allowed:
dense
    layers.0.dense.units: missing; allowed: a whole number, at least 1, or the
{dense: {units: 3, activation: rellu}}
    layers.0.dense.activation: found "rellu"; did you mean "relu"? allowed:
{dense: {units: 3, initializer: {normal: {std: -1}}}}
    layers.0.dense.initializer: found {"normal": {"std": -1}}; allowed: one of
{dropout: {rate: 1}}
    layers.0.dropout.rate: found 1; allowed: a number of at least 0 and below 1
{dense: [20]}
    layers.0.dense: found [20]; allowed: a mapping
{conv: {filters: 2, kernel: 3, stride: 2, dilation: 2}}
    layers.0.conv: stride and dilation cannot both be above 1
{separable_conv: {filters: 2, kernel: 3, stride: [1, 2]}}
    layers.0.separable_conv: stride of a separable_conv must be the same both
{title: A, defaults: {activaton: relu}, layers: [flatten]}
    defaults.activaton: unknown key; did you mean "activation"?
[flatten]
    found
{residual: {body: [flatten, {covn: {}}]}}
    layers.0.residual.body.1: unknown kind of layer "covn"; did you mean
{residual: {body: [flatten], shortcut: projektion}}
    layers.0.residual.shortcut: found "projektion"; did you mean "projection"?
{branches: {paths: [[flatten], [dense: {units: 0}]]}}
    layers.0.branches.paths.1.0.dense.units: found 0; allowed: a whole number
{branches: {paths: [[flatten]]}}
    layers.0.branches: branches: paths: found [[Flatten()]]; allowed: a list
{repeat: {layers: [flatten]}}
    layers.0.repeat.times: missing; allowed: a whole number of at least 1
"""
"""What a list of layers, or a whole file in braces or brackets, holds; what is said of it."""


@pytest.mark.parametrize(
    ("text", "message"), re.findall(r"^(\S.*)\n    (.*)$", WRONG, re.MULTILINE)
)
def test_wrong_files_get_one_line(text, message):
    whole = text.startswith(("{title", "{layers", "["))
    with pytest.raises(ConfigError) as raised:
        parse(text if whole else f"{{title: A, layers: [{text}]}}")
    assert f"net.yaml: {message}" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_unknown_name_gets_the_nearest():
    with pytest.raises(ConfigError, match=r'"lenet-5"; did you mean "lenet5"\? allowed: convKer'):
        load_architecture(ARCHITECTURES, "lenet-5")


def test_damaged_yaml_names_the_file(tmp_path):
    (tmp_path / "bad.yaml").write_text("title: [A", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.yaml: line 1, column 10: ") as raised:
        load_architecture(tmp_path, "bad")
    assert "\n" not in str(raised.value)
