"""Networks that branch, on digits: both engines from the same weights, step by step."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from densevsconv.networks.schema import parse_architecture
from tests.support import agreement
from tests.support.agreement import GRADIENT, INPUT, SAMPLES

CONV = {"conv": {"filters": 4, "kernel": 3, "padding": "same"}}
NETWORKS = {
    "residual": [
        CONV,
        {
            "residual": {
                "activation": "relu",
                "shortcut": "projection",
                "body": [
                    {"conv": {"filters": 8, "kernel": 3, "padding": "same", "stride": 2}},
                    "batch_norm",
                    {"activation": {"name": "relu"}},
                    {"dropout": {"rate": 0.2}},
                    {"conv": {"filters": 8, "kernel": 3, "padding": "same"}},
                    "batch_norm",
                ],
            }
        },
        "global_average_pool",
    ],
    "branching": [
        {
            "branches": {
                "paths": [
                    [CONV],
                    [{"dropout": {"rate": 0.2}}, {"conv": {"filters": 3, "kernel": 1}}],
                    [{"max_pool": {"size": 3, "stride": 1, "padding": "same"}}],
                    [{"residual": {"body": [{"conv": {"filters": 1, "kernel": 1}}]}}],
                ]
            }
        },
        "flatten",
    ],
}
RATE, STEPS = 0.1, 5


@pytest.mark.parametrize("name", NETWORKS)
def test_five_steps_of_both_engines_agree(name):
    """Each step starts both at one place: compared are steps, not what they add up to."""
    layers = [*NETWORKS[name], {"dense": {"units": "classes", "activation": "softmax"}}]
    content = {"title": "Net", "layers": layers}
    bound = parse_architecture(content, name="net", file="n.yaml").bind((8, 8, 1), 10)
    digits = load_digits()
    given = agreement.start(bound)
    losses = []
    for step in range(STEPS):
        rows = slice(step * SAMPLES, (step + 1) * SAMPLES)
        batch = given | {INPUT: digits.images[rows, :, :, None] / 16}
        ours, theirs = agreement.numpynet_pass(bound, batch), agreement.keras_pass(bound, batch)
        bars = agreement.allowed(bound, batch)
        assert ours.keys() == theirs.keys() == bars.keys()
        for key, bar in bars.items():
            assert np.abs(ours[key] - theirs[key]).max() <= bar, (step, key)
        losses.append(float(ours["loss"][0]))
        for key, value in ours.items():
            if key.startswith(GRADIENT):
                given[key.removeprefix(GRADIENT)] = given[key.removeprefix(GRADIENT)] - RATE * value
    assert losses[-1] < losses[0]
