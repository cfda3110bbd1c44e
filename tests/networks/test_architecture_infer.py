"""Shapes, parameters and multiply-accumulates against counts done by hand, and the refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.describe import describe, label, layer_table
from densevsconv.networks.load import load_architecture, parse_architecture

FOLDER = Path(__file__).parents[2] / "config" / "architectures"
SOFTMAX = {"dense": {"units": "classes", "activation": "softmax"}}


def bind(layers, image_shape=(8, 8, 1), classes=10, **keys) -> BoundArchitecture:
    content = {"title": "Net", "layers": layers, **keys}
    return parse_architecture(content, name="net", file="net.yaml").bind(image_shape, classes)


@pytest.mark.parametrize(
    ("name", "image_shape", "parameters"),
    [
        ("lenet5", (28, 28, 1), 61_706),
        ("lenet5_32", (32, 32, 1), 61_706),
        ("lenet5_32", (32, 32, 3), 62_006),
        ("lenet5_32", (28, 28, 1), 44_426),
        ("denseNet2_20", (8, 8, 1), 64 * 20 + 20 + 20 * 20 + 20 + 20 * 10 + 10),
        ("convNet1_3", (8, 8, 1), 3 * 9 + 3 + 192 * 20 + 20 + 20 * 10 + 10),
    ],
)
def test_known_parameter_counts(name, image_shape, parameters):
    assert load_architecture(FOLDER, name).bind(image_shape, 10).parameters == parameters


def test_lenet5_multiply_accumulates_by_hand():
    net = load_architecture(FOLDER, "lenet5").bind((28, 28, 1), 10)
    by_hand = [28 * 28 * 25 * 6, 0, 10 * 10 * 25 * 6 * 16, 0, 0, 400 * 120, 120 * 84, 84 * 10]
    assert [layer.macs for layer in net.layers] == by_hand
    assert net.macs == sum(by_hand) == 416_520


def test_strided_dilated_and_separable_counts_by_hand():
    net = bind(
        [
            {"conv": {"filters": 4, "kernel": [5, 3], "stride": [2, 1], "padding": "same"}},
            {"conv": {"filters": 2, "kernel": 2, "dilation": [2, 4], "use_bias": False}},
            {"separable_conv": {"filters": 6, "kernel": 3, "stride": 2, "padding": "same"}},
            "batch_norm",
            "global_average_pool",
            SOFTMAX,
        ],
        (9, 11, 3),
    )
    strided, dilated, separable, normalised, pooled, _ = net.layers
    assert strided.output_shape == (5, 11, 4)
    assert strided.macs == 5 * 11 * (5 * 3) * 3 * 4
    assert dilated.output_shape == (3, 7, 2)
    assert dilated.macs == 3 * 7 * 4 * 4 * 2
    assert dilated.parameters == 2 * 2 * 4 * 2
    assert separable.output_shape == (2, 4, 6)
    assert separable.macs == 2 * 4 * (9 * 2) + 2 * 4 * (2 * 6)
    assert separable.parameters == 9 * 2 + 2 * 6 + 6
    assert normalised.parameters == 4 * 6
    assert pooled.output_shape == (6,)


def test_receptive_fields_by_hand():
    net = load_architecture(FOLDER, "lenet5").bind((28, 28, 1), 10)
    rows = [layer.receptive_field[0] for layer in net.layers]
    assert rows == [5, 6, 14, 16, 16, 28, 28, 28]


def test_defaults_fill_only_what_a_layer_leaves_open():
    net = bind(
        [
            {"conv": {"filters": 2, "kernel": 3}},
            {"conv": {"filters": 2, "kernel": 3, "padding": "valid", "activation": "relu"}},
            {"max_pool": {"size": 3, "stride": 2}},
            {"max_pool": {"size": [1, 2]}},
            "flatten",
            {"dense": {"units": "classes", "activation": "softmax", "use_bias": True}},
        ],
        defaults={
            "padding": "same",
            "activation": "tanh",
            "initializer": "he_normal",
            "use_bias": False,
        },
    )
    first, second, pool, wide, _, last = (layer.settings for layer in net.layers)
    assert (first["padding"], first["activation"]) == ("same", "tanh")
    assert (second["padding"], second["activation"]) == ("valid", "relu")
    assert (pool["padding"], pool["stride"]) == ("same", [2, 2])
    assert wide["stride"] == [1, 2]
    assert (last["units"], last["activation"], last["initializer"]) == (10, "softmax", "he_normal")
    assert [s.get("use_bias") for s in (first, second, last)] == [False, False, True]


def test_dictionary_survives_json_and_identity_leaves_out_names():
    layers = [{"conv": {"filters": 2, "kernel": 3}}, "flatten", SOFTMAX]
    net = bind(layers)
    assert BoundArchitecture.from_dict(json.loads(json.dumps(net.to_dict()))) == net
    renamed = bind(layers, title="Other", source="elsewhere")
    assert renamed.to_dict() != net.to_dict()
    assert renamed.identity_dict() == net.identity_dict()
    assert bind(layers, classes=3).identity_dict() != net.identity_dict()


def test_family_and_weight_names():
    net = bind(["flatten", {"dropout": {"rate": 0.5}}, SOFTMAX])
    assert net.family == "dense"
    assert net.weight_shapes == {"2_dense/kernel": (64, 10), "2_dense/bias": (10,)}
    separable = bind([{"separable_conv": {"filters": 2, "kernel": 3}}, "flatten", SOFTMAX])
    assert separable.family == "convolutional"
    assert next(iter(separable.weight_shapes)) == "0_separable_conv/depthwise_kernel"


def test_lenet5_is_refused_on_8x8_with_the_layer_and_what_fits():
    net = load_architecture(FOLDER, "lenet5")
    with pytest.raises(ArchitectureError) as raised:
        net.bind((8, 8, 1), 10)
    message = str(raised.value)
    assert "lenet5 does not fit images of 8x8x1" in message
    assert "layers[2] (conv)" in message
    assert "5x5" in message
    assert "4x4x6" in message
    assert "fits images from 12x12" in message
    assert "\n" not in message
    # what the message says is true
    assert net.bind((12, 12, 1), 10).layers[-1].output_shape == (10,)
    with pytest.raises(ArchitectureError):
        net.bind((11, 11, 1), 10)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([SOFTMAX], ["layers[0] (dense)", "8x8x1", "put `flatten` before"]),
        (["flatten", {"max_pool": {"size": 2}}, SOFTMAX], ["layers[1] (max_pool)", "flat (64)"]),
        (["flatten", "global_average_pool", SOFTMAX], ["layers[1] (global_average_pool)"]),
        (["flatten", {"dense": {"units": "classes"}}], ["layers[1] (dense)", "softmax"]),
        (["flatten", SOFTMAX, {"dropout": {"rate": 0.1}}], ["layers[2] (dropout)", "softmax"]),
        (
            ["flatten", {"dense": {"units": 4, "activation": "softmax"}}],
            ["gives 4 values", "10 classes", "units: classes"],
        ),
        ([{"activation": {"name": "softmax"}}], ["8x8x1 values", "flatten"]),
        (
            [{"conv": {"filters": 1, "kernel": 3, "dilation": 4}}, "flatten", SOFTMAX],
            ["9x9 window", "fits images from 9x9"],
        ),
    ],
)
def test_refusals_name_the_layer_and_the_remedy(layers, words):
    with pytest.raises(ArchitectureError) as raised:
        bind(layers)
    for word in ["architecture net", *words]:
        assert word in str(raised.value)


def test_table_states_layers_and_totals():
    net = load_architecture(FOLDER, "lenet5").bind((28, 28, 1), 10)
    lines = describe(net).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[-1].split() == ["|", "total", "|", "|", "61,706", "|", "416,520", "|"]
    assert layer_table(net)[2] == {
        "layer": "conv 16 of 5x5, tanh",
        "output": "10x10x16",
        "parameters": 2416,
        "macs": 240_000,
        "sees": "14x14",
    }


def test_labels_tell_what_is_unusual():
    net = bind(
        [
            {"conv": {"filters": 4, "kernel": 3, "stride": 2, "padding": "same"}},
            {"conv": {"filters": 4, "kernel": 2, "dilation": 2, "use_bias": False}},
            {"average_pool": {"size": 2, "stride": 1}},
            "global_average_pool",
            {"activation": {"name": "relu"}},
            {"dropout": {"rate": 0.25}},
            SOFTMAX,
        ]
    )
    assert [label(layer) for layer in net.layers] == [
        "conv 4 of 3x3, stride 2x2, same",
        "conv 4 of 2x2, dilation 2x2, no bias",
        "average pool 2x2, stride 1x1",
        "global average pool",
        "activation relu",
        "dropout 0.25",
        "dense 10, softmax",
    ]
