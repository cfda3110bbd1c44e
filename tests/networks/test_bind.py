"""Shapes, parameters and multiply-accumulates against counts done by hand, and the refusals."""

import json

import pytest

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.describe import describe, layer_table, words
from tests.support.networks import bound, shipped, weight_shapes


def test_lenet5_by_hand():
    net = shipped("lenet5", (28, 28, 1))
    by_hand = [28 * 28 * 25 * 6, 0, 10 * 10 * 25 * 6 * 16, 0, 0, 400 * 120, 120 * 84, 84 * 10]
    assert [layer.macs for layer in net.layers] == by_hand
    assert net.macs == sum(by_hand) == 416_520
    rows = [layer.receptive_field[0] for layer in net.layers]
    assert rows == [5, 6, 14, 16, 16, 28, 28, 28]


def test_counts_of_every_kind_by_hand():
    net = bound(
        """conv: {filters: 4, kernel: [5, 3], stride: [2, 1], padding: same},
        conv: {filters: 2, kernel: 2, dilation: [2, 4], use_bias: false},
        separable_conv: {filters: 6, kernel: 3, stride: 2, padding: same},
        batch_norm, global_average_pool, SOFTMAX""",
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
    net = bound(
        """locally_connected: {filters: 4, kernel: 3, stride: 2, padding: same},
        conv_transpose: {filters: 3, kernel: 4, stride: 2}, zero_padding: {size: [1, 2]}, flatten,
        SOFTMAX""",
        (7, 5, 2),
    )
    local, transposed, padded, *_ = net.layers
    assert local.output_shape == (4, 3, 4)
    assert local.macs == 4 * 3 * 9 * 2 * 4
    assert local.parameters == local.macs + 4 * 3 * 4
    assert local.receptive_field == (3, 3)
    assert transposed.output_shape == (10, 8, 3)
    assert transposed.macs == 4 * 3 * 16 * 3 * 4
    assert transposed.receptive_field == (5, 5)  # of two neighbours, two pixels apart
    assert padded.output_shape == (12, 12, 3)


def test_nested_counts_by_hand():
    conv = "conv: {filters: 6, kernel: 3, padding: same}"
    strided = "conv: {filters: 6, kernel: 3, padding: same, stride: 2}"
    net = bound(
        f"""residual: {{shortcut: projection, body: [{strided}, batch_norm, {conv}]}},
        residual: {{shortcut: projection, body: [{conv}]}},
        branches: {{paths: [[], [{conv}, {conv}]]}}, flatten, SOFTMAX""",
        (8, 8, 2),
    )
    first, second, joined, *_ = net.layers
    assert (first.output_shape, joined.output_shape) == ((4, 4, 6), (4, 4, 12))
    assert [layer.kind for layer in first.parts["shortcut"]] == ["conv", "batch_norm"]
    assert first.parts["shortcut"][0].settings["stride"] == [2, 2]
    assert second.parts["shortcut"] == []  # nothing to project
    assert first.parameters == first.macs == 0  # its own: what lies within is counted there
    body = 9 * 2 * 6 + 6 + 4 * 6 + 9 * 6 * 6 + 6
    later = 3 * (9 * 6 * 6 + 6) + 4 * 4 * 12 * 10 + 10
    assert net.parameters == body + (2 * 6 + 6 + 4 * 6) + later
    assert net.macs == 16 * (9 * 2 * 6 + 9 * 6 * 6 + 2 * 6) + 3 * 16 * 9 * 36 + 192 * 10
    assert [layer.receptive_field for layer in net.layers[:3]] == [(7, 7), (8, 8), (8, 8)]
    assert BoundArchitecture.from_dict(json.loads(json.dumps(net.to_dict()))) == net
    other = bound(f"residual: {{body: [{conv}]}}, flatten, SOFTMAX", (8, 8, 6))
    plain = bound(f"{conv}, flatten, SOFTMAX", (8, 8, 6))
    assert other.identity_dict() != plain.identity_dict()


def test_defaults_fill_only_what_a_layer_leaves_open():
    net = bound(
        """conv: {filters: 2, kernel: 3},
        conv: {filters: 2, kernel: 3, padding: valid, activation: relu},
        max_pool: {size: 3, stride: 2}, max_pool: {size: [1, 2]}, flatten,
        dense: {units: classes, activation: softmax, use_bias: true}""",
        defaults={
            "padding": "same", "activation": "tanh", "initializer": "he_normal", "use_bias": False,
        },
    )  # fmt: skip
    first, second, pool, wide, _, last = (layer.settings for layer in net.layers)
    assert (first["padding"], first["activation"]) == ("same", "tanh")
    assert (second["padding"], second["activation"]) == ("valid", "relu")
    assert (pool["padding"], pool["stride"]) == ("same", [2, 2])
    assert wide["stride"] == [1, 2]
    assert (last["units"], last["activation"], last["initializer"]) == (10, "softmax", "he_normal")
    assert [s.get("use_bias") for s in (first, second, last)] == [False, False, True]


def test_identity_leaves_out_names():
    layers = "conv: {filters: 2, kernel: 3}, flatten, SOFTMAX"
    net, renamed = bound(layers), bound(layers, title="Other", source="elsewhere")
    assert renamed.to_dict() != net.to_dict()
    assert renamed.identity_dict() == net.identity_dict()
    assert bound(layers, classes=3).identity_dict() != net.identity_dict()


SEPARABLE = "separable_conv: {filters: 2, kernel: 3}"


@pytest.mark.parametrize(
    ("layers", "family", "first_weight"),
    [
        ("flatten, dropout: {rate: 0.5}", "dense", "2_dense/kernel"),
        ("locally_connected: {filters: 2, kernel: 3}, flatten", "dense",
         "0_locally_connected/kernel"),
        (f"{SEPARABLE}, flatten", "convolutional", "0_separable_conv/depthwise_kernel"),
        (f"branches: {{paths: [[max_pool, flatten], [{SEPARABLE}, flatten]]}}", "convolutional",
         "0_branches/1/0_separable_conv/depthwise_kernel"),
    ],
)  # fmt: skip
def test_family_and_weight_names(layers, family, first_weight):
    net = bound(f"{layers}, SOFTMAX")
    assert (net.family, next(iter(weight_shapes(net)))) == (family, first_weight)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ("SOFTMAX", ["layers[0] (dense)", "8x8x1", "put `flatten` before"]),
        ("flatten, max_pool: {size: 2}, SOFTMAX", ["layers[1] (max_pool)", "flat (64)"]),
        ("flatten, dense: {units: classes}", ["layers[1] (dense)", "softmax"]),
        ("flatten, SOFTMAX, dropout: {rate: 0.1}", ["layers[2] (dropout)", "softmax"]),
        ("flatten, dense: {units: 4, activation: softmax}",
         ["gives 4 values", "10 classes", "units: classes"]),
        ("activation: {name: softmax}", ["8x8x1 values", "flatten"]),
        ("conv: {filters: 1, kernel: 3, dilation: 4}, flatten, SOFTMAX",
         ["does not fit images of 8x8x1", "9x9 window", "input of 8x8", "fits images from 9x9"]),
        ("residual: {body: [conv: {filters: 1, kernel: 9}]}, SOFTMAX",
         ["layers[0] (residual) body[0] (conv) has a 9x9 window"]),
        ("branches: {paths: [[], [max_pool]]}, SOFTMAX",
         ["layers[0] (branches) has paths that end in 8x8x1, 4x4x1"]),
    ],
)  # fmt: skip
def test_refusals_name_the_layer_and_the_remedy(layers, words):
    with pytest.raises(ArchitectureError) as raised:
        bound(layers)
    for word in ["architecture net", *words]:
        assert word in str(raised.value)


def test_what_is_said_to_fit_is_the_smallest_that_does():
    with pytest.raises(ArchitectureError, match=r"lenet5 .* it fits images from 12x12"):
        shipped("lenet5", (11, 11, 1))
    assert shipped("lenet5", (12, 12, 1)).layers[-1].output_shape == (10,)


def test_words_tell_what_is_unusual():
    net = bound(
        """conv: {filters: 4, kernel: 3, stride: 2, padding: same},
        conv: {filters: 4, kernel: 2, dilation: 2, use_bias: false},
        residual: {activation: relu, body: [average_pool: {size: 1}]},
        global_average_pool, activation: {name: relu}, dropout: {rate: 0.25}, SOFTMAX"""
    )
    assert [words(layer) for layer in net.walk()] == [
        "conv 4 of 3x3 stride 2x2 same", "conv 4 of 2x2 dilation 2x2 no bias", "residual relu",
        "average pool 1x1", "global average pool", "relu", "dropout 0.25", "dense 10 softmax",
    ]  # fmt: skip
    assert layer_table(net)[3][0] == "  body: average pool 1x1"
    lines = describe(net).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[-1].replace("|", "").split() == ["total", f"{net.parameters:,}", f"{net.macs:,}"]
