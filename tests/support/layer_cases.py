"""Layers that the common checks go over, as an architecture file has them: every kind and option.

A new kind of layer gets a line here, and with it its gradients, shapes, words, files and Keras's
agreement are checked.
"""

from typing import Any

import yaml

from numpynet.layers import Layer, layer_from_config
from tests.support.networks import written

CASES: dict[str, tuple[list[int], Any]] = yaml.safe_load(
    """
dense: [[7], {dense: {units: 4, activation: tanh}}]
dense without bias: [[7], {dense: {units: 4, use_bias: false}}]
conv: [[7, 6, 2], {conv: {filters: 3, kernel: 3}}]
conv same: [[7, 6, 2], {conv: {filters: 3, kernel: 3, padding: same, activation: elu}}]
conv same even: [[7, 6, 2], {conv: {filters: 3, kernel: [4, 2], padding: same}}]
conv 1x1: [[4, 5, 2], {conv: {filters: 3, kernel: 1, activation: sigmoid}}]
conv 1x1 strided: [[5, 5, 2], {conv: {filters: 3, kernel: 1, stride: 2}}]
conv one channel: [[6, 7, 1], {conv: {filters: 3, kernel: 3, padding: same}}]
conv strided: [[8, 7, 2], {conv: {filters: 3, kernel: 3, stride: [3, 2], padding: same}}]
conv with gaps: [[8, 8, 2], {conv: {filters: 3, kernel: 2, stride: 3, use_bias: false}}]
conv dilated: [[8, 7, 2], {conv: {filters: 3, kernel: [3, 2], dilation: [2, 3], padding: same}}]
separable: [[6, 5, 4], {separable_conv: {filters: 3, kernel: 3, activation: swish}}]
separable strided: [[7, 6, 2], {separable_conv: {filters: 3, kernel: 3, stride: 2, padding:
  same}}]
separable dilated: [[6, 5, 2], {separable_conv: {filters: 3, kernel: 2, dilation: 2}}]
local: [[6, 5, 2], {locally_connected: {filters: 3, kernel: [3, 2], activation: tanh}}]
local strided: [[6, 5, 2], {locally_connected: {filters: 2, kernel: 3, stride: [2, 3], padding:
  same}}]
local dilated: [[5, 5, 1], {locally_connected: {filters: 2, kernel: 2, dilation: 2, use_bias:
  false}}]
transposed: [[4, 3, 2], {conv_transpose: {filters: 3, kernel: 3, stride: 2, activation: tanh}}]
transposed same: [[4, 3, 2], {conv_transpose: {filters: 3, kernel: [3, 4], stride: 2, padding:
  same}}]
transposed with gaps: [[4, 3, 1], {conv_transpose: {filters: 3, kernel: 2, stride: 3}}]
max pool: [[7, 5, 2], {max_pool: {size: 2}}]
max pool with gaps: [[8, 8, 2], {max_pool: {size: 2, stride: 3}}]
max pool overlapping: [[7, 6, 2], {max_pool: {size: [3, 4], stride: [2, 1], padding: same}}]
average pool: [[6, 5, 2], {average_pool: {size: 2}}]
average pool overlapping: [[8, 7, 2], {average_pool: {size: 3, stride: 2, padding: same}}]
global average pool: [[5, 4, 3], global_average_pool]
zero padding: [[4, 3, 2], {zero_padding: {size: [1, 2]}}]
flatten: [[3, 4, 2], flatten]
batch norm of images: [[4, 3, 3], {batch_norm: {momentum: 0.9, epsilon: 0.01}}]
batch norm of features: [[6], batch_norm]
local response norm: [[3, 3, 7], {local_response_norm: {alpha: 0.3}}]
local response norm wide: [[2, 2, 4], {local_response_norm: {depth_radius: 5, bias: 1, alpha: 1,
  beta: 0.5}}]
dropout: [[5, 4, 2], {dropout: {rate: 0.4}}]
activation: [[3, 3, 4], {activation: {name: leaky_relu}}]
residual: [[4, 3, 2], {residual: {activation: relu, body: [conv: {filters: 2, kernel: 3, padding:
  same}, activation: {name: tanh}, conv: {filters: 2, kernel: 3, padding: same}]}}]
residual projected: [[7, 5, 2], {residual: {shortcut: projection, activation: sigmoid, body:
  [conv: {filters: 4, kernel: 3, stride: 2, padding: same, use_bias: false}, batch_norm]}}]
residual own shortcut: [[4, 4, 2], {residual: {shortcut: [average_pool: {size: 1, stride: 2}],
  body: [max_pool]}}]
branches: [[5, 3, 2], {branches: {paths: [[conv: {filters: 3, kernel: 1, activation: tanh}], [],
  [average_pool: {size: 3, stride: 1, padding: same}]]}}]
branches added: [[4], {branches: {join: add, paths: [[dense: {units: 4}], [activation: {name:
  swish}]]}}]
nested: [[5, 3, 2], {residual: {body: [branches: {paths: [[conv: {filters: 1, kernel: 1}],
  [dropout: {rate: 0.3}, conv: {filters: 1, kernel: 3, padding: same}]]}, residual: {body:
  [batch_norm]}]}}]
"""
)
"""Name -> [shape of the input, the layer]."""


def config(name: str) -> dict[str, Any]:
    """Return the configuration of a case's layer."""
    return written([CASES[name][1]]).layers[0]


def made(name: str) -> Layer:
    """Return the layer of a case, not built."""
    return layer_from_config(config(name))
