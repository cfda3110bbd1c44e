"""The claims of a published study name every case that their words are about."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from densevsconv.planning.load import load_study

CONFIG = Path(__file__).parents[2] / "config" / "config.yaml"


@pytest.mark.parametrize("scale", ["laptop", "full"])
def test_the_best_dense_network_is_any_of_them(scale: str) -> None:
    found = load_study(CONFIG, {"study": "fossheim2022", "scale": scale})
    tuned = [
        case
        for case in found.cases.values()
        if case.dataset == "house_numbers" and case.points != [{}]
    ]
    dense = {case.name for case in tuned if "dense" in case.name}
    assert len(dense) == 2
    convolutional = {case.name for case in tuned} - dense
    published = {"leNet2_corrected", "convKeras12_32_corrected"}
    assert published <= convolutional
    tests = [test.difference for test in found.study.claims["conv_beats_dense_svhn"].tests]
    assert {(test.a, test.b) for test in tests} == set(product(published, dense))
