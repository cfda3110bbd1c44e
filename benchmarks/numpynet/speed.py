"""numpynet beside what one would use instead, in one run on one machine.

    python -m benchmarks.numpynet.speed [--repetitions 7] [--out benchmarks/numpynet]

Each pair is timed in turns (one epoch of one, one of the other, ...), after a warm-up epoch of
each, so that a slow minute of the machine meets both; the median of the epochs counts, with the
quartiles. Writes speed.json and speed.md. Random images: a step's time does not depend on them.

BLAS runs on one thread here (unless OPENBLAS_NUM_THREADS says otherwise): products of this size
gain little from a second one, and lose tenfold when something else runs on the machine, for
OpenBLAS threads wait for each other busily. TensorFlow keeps its own threads.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import argparse
import json
import platform
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import numpynet as nn
from benchmarks.cases import ROOT
from benchmarks.numpynet.per_sample_network import PerSampleConvNet
from benchmarks.worker import forked
from densevsconv.networks.schema import load_architecture
from numpynet.optimizers import Sgd

HERE = Path(__file__).resolve().parent


def conv_net_1_3():
    return [
        nn.Conv2D(3, (3, 3), padding="same", activation="sigmoid"),
        nn.Flatten(),
        nn.Dense(20, activation="sigmoid"),
        nn.Dense(10, activation="softmax"),
    ]


def conv_keras_4_20():
    return [
        nn.Conv2D(20, (3, 3), activation="sigmoid"),
        nn.MaxPool2D(),
        nn.Conv2D(20, (3, 3), activation="sigmoid"),
        nn.MaxPool2D(padding="same"),
        nn.Flatten(),
        nn.Dense(128, activation="sigmoid"),
        nn.Dense(10, activation="softmax"),
    ]


def dense_net_2_20():
    return [
        nn.Flatten(),
        nn.Dense(20, activation="sigmoid"),
        nn.Dense(20, activation="sigmoid"),
        nn.Dense(10, activation="softmax"),
    ]


PYTORCH = "PyTorch, one thread"  # its gradients are automatic, nothing is compiled

CASES = [
    # name, layers, image shape, samples, batch, rival, must be at least this many times as fast
    ("convNet1_3", conv_net_1_3, (8, 8, 1), 1293, 15, "per-sample scipy.signal loop", 10.0),
    ("convNet1_3", conv_net_1_3, (8, 8, 1), 1293, 15, "Keras fit", None),
    ("convNet1_3", conv_net_1_3, (8, 8, 1), 1293, 15, PYTORCH, None),
    ("denseNet2_20", dense_net_2_20, (8, 8, 1), 1293, 10, "Keras fit", 10.0),
    ("denseNet2_20", dense_net_2_20, (8, 8, 1), 1293, 10, PYTORCH, None),
    ("convKeras4_20", conv_keras_4_20, (28, 28, 1), 1500, 30, "Keras fit", 0.4),
    ("convKeras4_20", conv_keras_4_20, (28, 28, 1), 1500, 30, PYTORCH, None),
]


def keras_model(network):
    """Return a compiled Keras model of the same layers and weights."""
    import keras

    k = keras.layers
    layers = [k.Input(network.input_shape)]
    for layer in network.layers:
        if isinstance(layer, nn.Conv2D):
            layers.append(
                k.Conv2D(
                    layer.filters, layer.kernel, padding=layer.padding,
                    activation=layer.activation,
                )
            )  # fmt: skip
        elif isinstance(layer, nn.MaxPool2D):
            layers.append(k.MaxPooling2D(layer.size, padding=layer.padding))
        elif isinstance(layer, nn.Flatten):
            layers.append(k.Flatten())
        else:
            layers.append(k.Dense(layer.units, activation=layer.activation))
    model = keras.Sequential(layers)
    model.set_weights(list(network.parameters().values()))
    model.compile(
        optimizer=keras.optimizers.SGD(0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def torch_epoch(name, x, y, batch):
    """Return a function that trains the same layers for an epoch, in eager PyTorch."""
    import torch

    from benchmarks.ways.torch_loop import network

    torch.set_num_threads(1)
    described = load_architecture(ROOT / "config" / "architectures", name)
    model = network(described.bind(x.shape[1:], 10))
    rule, loss = torch.optim.SGD(model.parameters(), lr=0.01), torch.nn.CrossEntropyLoss()
    images = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()
    labels = torch.from_numpy(y)

    def epoch():
        for rows in torch.randperm(len(images)).split(batch):
            rule.zero_grad()
            loss(model(images[rows]), labels[rows]).backward()
            rule.step()

    return epoch


def check_same_step(network, x, y):
    """Make sure that the loop computes what numpynet computes."""
    loop, twin = PerSampleConvNet(network.parameters()), network.copy("float64")
    loop.step(x.astype(np.float64), y, 0.5 / len(x))
    twin.step(x.astype(np.float64), y, Sgd(0.5))
    after = twin.parameters()
    np.testing.assert_allclose(loop.kernel, after["0_conv/kernel"], rtol=1e-9)
    np.testing.assert_allclose(loop.w1, after["2_dense/kernel"], rtol=1e-9)


def epochs_of(rival, name, network, x, y, batch):
    """Return a function that trains the rival for one epoch."""
    if rival == "Keras fit":
        model = keras_model(network)
        return lambda: model.fit(x, y, batch_size=batch, epochs=1, verbose=0)
    if rival == PYTORCH:
        return torch_epoch(name, x, y, batch)
    check_same_step(network, x[:batch], y[:batch])
    loop = PerSampleConvNet(network.parameters())
    generator = np.random.default_rng(0)
    images = x.astype(np.float64)

    def epoch():
        order = generator.permutation(len(x))
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            loop.step(images[rows], y[rows], 0.01 / batch)

    return epoch


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(case, repetitions):
    """Return one row of the table."""
    name, layers, shape, samples, batch, rival, required = case
    source = np.random.default_rng(0)
    x = source.random((samples, *shape), dtype=np.float32)
    y = source.integers(0, 10, samples)
    network = nn.Network(layers(), shape, generator=1)
    theirs = epochs_of(rival, name, network, x, y, batch)
    rule, order = Sgd(0.01), np.random.default_rng(1)

    def ours():
        nn.fit(network, x, y, epochs=1, batch_size=batch, optimizer=rule, generator=order)

    times = {"numpynet": [], rival: []}
    for function in (ours, theirs):
        function()
    for _ in range(repetitions):
        times["numpynet"].append(seconds(ours))
        times[rival].append(seconds(theirs))
    quartiles = {key: np.percentile(value, [25, 50, 75]).tolist() for key, value in times.items()}
    steps = -(-samples // batch)
    ratio = quartiles[rival][1] / quartiles["numpynet"][1]
    return {
        "model": name, "samples": samples, "batch": batch, "steps": steps, "rival": rival,
        "numpynet_epoch_s": quartiles["numpynet"], "rival_epoch_s": quartiles[rival],
        "numpynet_step_ms": 1e3 * quartiles["numpynet"][1] / steps,
        "rival_step_ms": 1e3 * quartiles[rival][1] / steps,
        "times_as_fast": ratio, "required": required,
        "met": None if required is None else bool(ratio >= required),
        "epochs_s": times,
    }  # fmt: skip


def table(rows, machine):
    """Return the rows as markdown."""
    lines = [
        "# numpynet: time per step",
        "",
        f"{machine['cores']} cores, NumPy {machine['numpy']}, BLAS threads "
        f"{machine['blas_threads']}, load before {machine['load_before']:.2f}; median of "
        f"{machine['repetitions']} epochs in turns, after warm-up.",
        "",
        "| model | batch | beside | numpynet, ms/step | beside, ms/step | times as fast | "
        "required |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        required = "" if row["required"] is None else f">= {row['required']:g}"
        if row["met"] is not None:
            required += " (met)" if row["met"] else " (not met)"
        lines.append(
            f"| {row['model']} | {row['batch']} | {row['rival']} | {row['numpynet_step_ms']:.3f} | "
            f"{row['rival_step_ms']:.3f} | {row['times_as_fast']:.1f} | {required} |"
        )
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    machine = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas_threads": os.environ["OPENBLAS_NUM_THREADS"],
        "load_before": os.getloadavg()[0],
        "repetitions": options.repetitions,
    }
    installed = find_spec("torch") is not None  # it is in the optional group `peers`
    # each in a process of its own: PyTorch and TensorFlow do not live in one
    rows = [
        forked(compare, case, options.repetitions)
        for case in CASES
        if installed or case[5] != PYTORCH
    ]
    if failed := [row["failed"] for row in rows if "failed" in row]:
        raise SystemExit(failed[0])
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "speed.json").write_text(
        json.dumps({"machine": machine, "rows": rows}, indent=1)
    )
    (options.out / "speed.md").write_text(table(rows, machine))
    print(table(rows, machine))


if __name__ == "__main__":
    main()
