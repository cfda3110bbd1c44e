"""Architecture files: short forms, and one clear line for whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from densevsconv.errors import ConfigError
from densevsconv.networks.load import (
    available_architectures,
    load_architecture,
    parse_architecture,
)

FOLDER = Path(__file__).parents[2] / "config" / "architectures"
PUBLISHED = {
    "denseNet2_20",
    "convNet1_3",
    "denseNet4_300",
    "convKeras4_20",
    "leNet2",
    "convKeras12_32",
}


def parse(text):
    return parse_architecture(yaml.safe_load(text), name="net", file="net.yaml")


def test_every_shipped_file_loads_and_opens_with_its_source():
    names = available_architectures(FOLDER)
    assert set(names) >= PUBLISHED | {"lenet5", "lenet5_32", "lenet5_8", "conv_small", "dense_2"}
    for name in names:
        architecture = load_architecture(FOLDER, name)
        assert architecture.name == name
        assert architecture.source
        assert architecture.description
        assert (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").startswith("# ")


def test_published_networks_start_as_published():
    for name in PUBLISHED:
        starts = [
            settings["initializer"]
            for _, settings in load_architecture(FOLDER, name).layers
            if "initializer" in settings
        ]
        own = name in {"denseNet2_20", "convNet1_3", "denseNet4_300"}
        assert starts == [{"normal": {"std": 1.0}} if own else "glorot_uniform"] * len(starts)


def test_short_forms_mean_the_long_ones():
    short = parse("{title: A, layers: [{conv: {filters: 2, kernel: 3}}, {max_pool: {size: 3}}]}")
    long = parse(
        """
        title: A
        layers:
          - conv:
              filters: 2
              kernel: [3, 3]
              stride: [1, 1]
              dilation: [1, 1]
              padding: valid
              activation: linear
              initializer: glorot_uniform
              use_bias: true
          - max_pool: {size: [3, 3], stride: [3, 3], padding: valid}
        """
    )
    assert short == long
    assert parse("{title: A, layers: [flatten]}") == parse("{title: A, layers: [flatten: {}]}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{layers: [flatten]}", "net.yaml: title: missing; allowed: text, not empty"),
        ("{title: A, layers: []}", "net.yaml: layers: found []; allowed: a list, not empty"),
        ("{title: A, layer: [flatten]}", 'net.yaml: layer: unknown key; did you mean "layers"?'),
        (
            "{title: A, layers: [{covn: {filters: 1}}]}",
            'net.yaml: layers.0: unknown kind of layer "covn"; did you mean "conv"? allowed: conv',
        ),
        (
            "{title: A, layers: [flatten, {dense: {unit: 3}}]}",
            'net.yaml: layers.1.dense.unit: unknown key; did you mean "units"? allowed: units, ',
        ),
        (
            "{title: A, layers: [{conv: {filters: 2, kernel: 0}}]}",
            "net.yaml: layers.0.conv.kernel: found 0; allowed: a whole number, at least 1, or two",
        ),
        (
            "{title: A, layers: [{max_pool: {stride: [2, 2, 2]}}]}",
            "net.yaml: layers.0.max_pool.stride: found [2, 2, 2]; allowed: a whole number, at ",
        ),
        (
            "{title: A, layers: [{dense: {units: klasses}}]}",
            'net.yaml: layers.0.dense.units: found "klasses"; did you mean "classes"? allowed: ',
        ),
        (
            "{title: A, layers: [dense]}",
            "net.yaml: layers.0.dense.units: missing; allowed: a whole number, at least 1, or the",
        ),
        (
            "{title: A, layers: [{dense: {units: 3, activation: rellu}}]}",
            'net.yaml: layers.0.dense.activation: found "rellu"; did you mean "relu"? allowed: ',
        ),
        (
            "{title: A, layers: [{dense: {units: 3, initializer: {normal: {std: -1}}}}]}",
            'net.yaml: layers.0.dense.initializer: found {"normal": {"std": -1}}; allowed: one of ',
        ),
        (
            "{title: A, layers: [{dropout: {rate: 1}}]}",
            "net.yaml: layers.0.dropout.rate: found 1; allowed: a number of at least 0 and below 1",
        ),
        (
            "{title: A, layers: [{dense: [20]}]}",
            "net.yaml: layers.0.dense: found [20]; allowed: a mapping",
        ),
        (
            "{title: A, layers: [{conv: {filters: 2, kernel: 3}, flatten: {}}]}",
            "net.yaml: layers.0: found ",
        ),
        (
            "{title: A, layers: [{conv: {filters: 2, kernel: 3, stride: 2, dilation: 2}}]}",
            "net.yaml: layers.0.conv: stride and dilation cannot both be above 1",
        ),
        (
            "{title: A, layers: [{separable_conv: {filters: 2, kernel: 3, stride: [1, 2]}}]}",
            "net.yaml: layers.0.separable_conv: stride of a separable_conv must be the same both",
        ),
        (
            "{title: A, defaults: {activaton: relu}, layers: [flatten]}",
            'net.yaml: defaults.activaton: unknown key; did you mean "activation"?',
        ),
        ("[flatten]", "net.yaml: found "),
    ],
)
def test_wrong_files_get_one_line(text, message):
    with pytest.raises(ConfigError) as raised:
        parse(text)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_unknown_name_gets_the_nearest():
    with pytest.raises(ConfigError, match=r'"lenet-5"; did you mean "lenet5"\? allowed: convKer'):
        load_architecture(FOLDER, "lenet-5")


def test_damaged_yaml_names_the_file(tmp_path):
    (tmp_path / "bad.yaml").write_text("title: [A", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.yaml: line 1, column 10: ") as raised:
        load_architecture(tmp_path, "bad")
    assert "\n" not in str(raised.value)
