"""The benchmarks measure what they say, and the committed tables are those of the measurements."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import gpu, start, tables
from benchmarks.cases import CASES, first, images, unit
from benchmarks.ways import WAYS
from benchmarks.ways.engines import group
from benchmarks.worker import forked, measured, save
from densevsconv.networks.initialise import initial_weights
from densevsconv.training.engines.registry import ENGINES

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


def test_the_committed_tables_are_those_of_the_committed_measurements() -> None:
    report = json.loads((RESULTS / "benchmark.json").read_text())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert tables.updated(readme, report) == readme
    assert tables.speed(report) in readme
    assert tables.page(report) == (RESULTS / "benchmark.md").read_text(encoding="utf-8")


def searches(way: str, seconds: list[float], **more: Any) -> list[dict[str, Any]]:
    return [
        {"case": "c", "way": way, "round": number, "seconds": value, **more}
        for number, value in enumerate(seconds)
    ]


def test_a_ratio_is_within_a_round() -> None:
    ours, theirs = searches("tensorflow", [1.0, 2.0, 4.0]), searches("torch", [3.0, 8.0])
    assert tables.ratios({"searches": ours + theirs}, "c", "torch").tolist() == [3.0, 4.0]


@pytest.mark.parametrize(("shift", "agree"), [(0.0, True), (0.02, False)])
def test_accuracies_agree_within_their_noise(shift: float, agree: bool) -> None:
    noise = np.random.default_rng(0).normal(0.9, 0.003, (2, 60))
    both = searches("tensorflow", [1.0], accuracies=noise[0].tolist())
    both += searches("torch", [1.0], accuracies=(noise[1] + shift).tolist())
    found = tables.difference({"searches": both}, "c", "torch")
    assert found is not None
    assert (abs(found[0]) <= found[1]) == agree


def test_a_search_in_a_process_of_its_own_says_why_it_failed(tmp_path: Path) -> None:
    case, search = CASES["denseNet2_20"].quick(), WAYS["numpy"].ready()
    save(tmp_path / "digits.npz", images("digits"))
    done = forked(measured, search, case, tmp_path)
    assert len(done["accuracies"]) == len(case.points) == 2
    assert done["seconds"] >= done["training"] > 0
    missing = forked(measured, search, replace(case, dataset="mnist"), tmp_path)
    assert "mnist.npz" in missing["failed"]


def test_a_step_is_timed_and_trained_twice_with_the_same_bits() -> None:
    row = gpu.of_engine("numpy", gpu.smaller(gpu.NETWORKS[0]), group=True)
    assert row["members"] == 2
    assert row["same_bits"]
    assert row["step_ms"] > 0
    assert "denseNet2_20" in gpu.page([{"way": "jax", "network": "denseNet2_20", **row}])


@pytest.mark.slow
def test_all_ways_that_are_installed_train_the_same_grid(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--parts", "searches"]
    command += ["--cases", "denseNet2_20,conv_small", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    report = json.loads((tmp_path / "benchmark.json").read_text())
    counts = {
        (each["case"], each["way"]): len(each.get("accuracies", ())) for each in report["searches"]
    }
    ways = [name for name, way in WAYS.items() if not way.missing]
    assert counts == {(c, w): 2 for c in ("denseNet2_20", "conv_small") for w in ways}


@pytest.mark.slow
def test_what_a_study_spends_is_shared_out() -> None:
    found = start.study()
    assert 0 < found["training"] < found["processor"]
    assert 0 < found["importing"] < found["processor"]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_pytorch_has_the_same_networks(name: str) -> None:
    torch = pytest.importorskip("torch")
    from benchmarks.ways.torch_loop import network

    shape = {"digits": (8, 8, 1), "mnist": (28, 28, 1), "svhn": (32, 32, 3)}[CASES[name].dataset]
    random, data = np.random.default_rng(0), first(images("digits"), 2)
    pixels = random.integers(0, 16, (2, *shape), np.uint8)
    data = replace(data, train_images=pixels, info=data.info | {"shape": shape})
    made = group(replace(CASES[name], rates=(0.01,), l2s=(0.0,)), data)
    weights = initial_weights(made.architecture, 0)
    ours = ENGINES["numpy"](1).predictor(made, weights)(pixels)
    theirs, layers = network(made.architecture).eval(), made.architecture.layers
    flat = next(layer.input_shape for layer in layers if layer.kind == "flatten")
    with torch.no_grad():
        for value, tensor in zip(weights.values(), theirs.parameters(), strict=True):
            if value.ndim == 2 and len(value) == np.prod(flat):  # it reads a map, channels last
                value = value.reshape(*flat, -1).transpose(2, 0, 1, 3).reshape(value.shape)
            value = value.transpose(3, 2, 0, 1) if value.ndim == 4 else value.T
            tensor.copy_(torch.from_numpy(value.copy()))
        x = torch.from_numpy(unit(data).apply(pixels).transpose(0, 3, 1, 2).copy())
        found = torch.softmax(theirs(x), 1).numpy()
    np.testing.assert_allclose(found, ours, rtol=1e-3)
