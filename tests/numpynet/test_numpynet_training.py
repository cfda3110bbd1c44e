"""fit, its order and stopping; reproducibility; the study's conventions; files; looking inside."""

import json
import zipfile

import numpy as np
import pytest

import numpynet as nn
from numpynet import figures, inspection
from numpynet.initializers import Fans, initializer
from tests.support.architectures import architectures


def blobs(samples=200, seed=0, features=6, classes=3):
    """Separable clusters."""
    source = np.random.default_rng(seed)
    y = source.integers(0, classes, samples)
    centres = np.random.default_rng(99).normal(0, 3, (classes, features))
    return centres[y] + source.normal(size=(samples, features)), y


def dense(seed=0, **settings):
    layers = [nn.Dense(8, activation="tanh"), nn.Dense(3, activation="softmax")]
    return nn.Network(layers, (6,), generator=seed, **settings)


def same(one, two):
    return all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "rmsprop", "adam"])
def test_learns(optimizer):
    x, y = blobs()
    net = dense()
    history = net.fit(
        x, y, epochs=15, batch_size=10, optimizer=optimizer, learning_rate=0.02, generator=1,
        validation=blobs(60, seed=5),
    )  # fmt: skip
    assert history["loss"][-1] < history["loss"][0]
    assert history["val_accuracy"][-1] > 0.9
    assert history.epochs == 15
    assert net.evaluate(x, y)["accuracy"] == np.mean(net.predict(x) == y)


def test_a_convolutional_network_learns_a_pattern():
    """Horizontal or vertical bar, anywhere: what position-bound weights find hard."""
    source = np.random.default_rng(0)
    x, y = np.zeros((240, 8, 8, 1)), source.integers(0, 2, 240)
    for image, label in zip(x, y, strict=True):
        r, c = source.integers(1, 6, 2)
        image[(r, slice(c - 1, c + 2)) if label else (slice(r - 1, r + 2), c)] = 1.0
    layers = [
        nn.Conv2D(4, 3, activation="relu", initializer="he"),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(2, activation="softmax"),
    ]
    net = nn.Network(layers, (8, 8, 1), generator=1)
    net.fit(
        x[:180],
        y[:180],
        epochs=25,
        batch_size=12,
        optimizer="adam",
        learning_rate=0.01,
        generator=2,
    )
    assert net.evaluate(x[180:], y[180:])["accuracy"] > 0.95


def test_same_seeds_same_bits():
    x, y = blobs()
    results = []
    for _ in range(2):
        net = nn.Network([nn.Dropout(0.2), *dense().layers], (6,), generator=3)
        net.fit(x, y, epochs=3, batch_size=7, generator=4)
        results.append(net.parameters())
    assert same(*results)


def test_no_global_random_state():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    test_same_seeds_same_bits()
    assert np.array_equal(before, np.random.get_state()[1])


def test_order_given_as_steps_epochs_or_function():
    x, y = blobs(12)
    order = np.random.default_rng(0).permutation(12).reshape(3, 4)
    results = []
    for given in (order, np.stack([order, order]), lambda epoch: list(order)):
        net = dense()
        net.fit(x, y, epochs=2, order=given)
        results.append(net.parameters())
    by_hand = dense()
    rule = nn.Sgd(0.01)
    for _ in range(2):
        for rows in order:
            by_hand.train_step(x[rows], y[rows], rule)
    assert all(same(result, by_hand.parameters()) for result in results)


def test_learning_rate_per_step():
    x, y = blobs(8)
    net, rates = dense(dtype="float64"), [0.1, 0.0]
    rule = nn.Sgd(rates)
    net.train_step(x, y, rule)
    after_one = net.parameters()
    net.train_step(x, y, rule)
    assert same(after_one, net.parameters())


def test_early_stopping_restores_the_best():
    x, y = blobs(60)
    net = dense()
    best = {}

    def keep(epoch, record):
        best[epoch] = net.parameters()

    history = net.fit(
        x, y, epochs=200, batch_size=10, generator=1, optimizer="adam", learning_rate=0.3,
        validation=(x, (y + 1) % 3), early_stopping=nn.EarlyStopping(patience=3), progress=keep,
    )  # fmt: skip
    assert history.stopped_early
    assert history.epochs == history.best_epoch + 4
    assert history["val_loss"][history.best_epoch] == min(history["val_loss"])
    assert same(best[history.best_epoch], net.parameters())


def test_progress_can_stop():
    x, y = blobs(20)
    history = dense().fit(
        x, y, epochs=9, batch_size=5, generator=0, progress=lambda epoch, record: epoch == 1
    )
    assert history.epochs == 2


def test_float32_throughout():
    layers, shape = architectures()["every kind"]
    net = nn.Network(layers, shape, generator=0)
    x = np.random.default_rng(0).random((4, *shape))
    for name, value in inspection.feature_maps(net, x).items():
        assert value.dtype == np.float32, name
    _, gradients = net.loss_and_gradients(x, [0, 1, 2, 3])
    assert all(value.dtype == np.float32 for value in gradients.values())
    net.train_step(x, [0, 1, 2, 3], nn.Adam())
    assert all(value.dtype == np.float32 for value in net.state().values())


def test_results_do_not_change_when_buffers_are_used_again():
    layers, shape = architectures()["every kind"]
    net = nn.Network(layers, shape, generator=0)
    x = np.random.default_rng(0).random((7, *shape))
    first = net.predict_proba(x)
    kept = first.copy()
    net.predict_proba(1.0 - x)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_allclose(net.predict_proba(x, batch_size=2), kept, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(net.predict_proba(x[:3]), kept[:3], rtol=1e-4, atol=1e-6)


def test_inputs_are_never_written_to():
    x = np.random.default_rng(0).normal(size=(4, 6, 6, 2)).astype("float32")
    original = x.copy()
    x.setflags(write=False)
    layers = [
        nn.Activation("relu"), nn.Conv2D(2, 3, activation="tanh"), nn.BatchNorm(), nn.Flatten(),
        nn.Dense(3, activation="softmax"),
    ]  # fmt: skip
    net = nn.Network(layers, (6, 6, 2), generator=0)
    net.fit(x, [0, 1, 2, 0], epochs=2, batch_size=2, generator=0)
    np.testing.assert_array_equal(x, original)


# The study's own conventions ----------------------------------------------------------------


def test_summed_gradient_is_the_mean_times_the_batch():
    x, y = blobs(10)
    _, mean = dense(dtype="float64").loss_and_gradients(x, y)
    summed = dense(dtype="float64", loss=nn.SoftmaxCrossEntropy(reduction="sum"))
    for name, value in summed.loss_and_gradients(x, y)[1].items():
        np.testing.assert_allclose(value, 10 * mean[name], rtol=1e-12)


def test_weight_decay_takes_eta_lambda_from_weights_and_biases():
    x, y = blobs(10)
    plain, decayed = dense(dtype="float64"), dense(dtype="float64", weight_decay=0.3)
    start = {k: v + 0.1 for k, v in plain.parameters().items()}
    for net in (plain, decayed):
        net.set_parameters(start)
        net.train_step(x, y, nn.Sgd(0.5))
    for name, value in plain.parameters().items():
        np.testing.assert_allclose(decayed.parameters()[name], value - 0.5 * 0.3 * start[name])


def test_l2_is_keras_and_spares_biases():
    layers = [nn.Dense(3, activation="softmax", l2=0.3, l1=0.1)]
    net = nn.Network(layers, (6,), generator=0, dtype="float64")
    kernel = net.parameters()["0_dense/kernel"]
    assert net.penalty() == pytest.approx(0.3 * (kernel**2).sum() + 0.1 * np.abs(kernel).sum())


def test_frozen_layers_compute_gradients_and_stay():
    layers = [
        nn.Conv2D(3, 3, activation="sigmoid", trainable=False),
        nn.Flatten(),
        nn.Dense(2, activation="softmax"),
    ]
    net = nn.Network(layers, (5, 5, 1), generator=0)
    x, y = np.random.default_rng(0).random((8, 5, 5, 1)), np.arange(8) % 2
    _, gradients = net.loss_and_gradients(x, y)
    assert np.abs(gradients["0_conv/kernel"]).max() > 0
    before = net.parameters()
    net.fit(x, y, epochs=2, batch_size=4, generator=0, optimizer="adam")
    after = net.parameters()
    assert np.array_equal(before["0_conv/kernel"], after["0_conv/kernel"])
    assert not np.array_equal(before["2_dense/kernel"], after["2_dense/kernel"])
    assert "frozen" in net.summary()


def test_independent_batches_repeat_between_but_not_within():
    from numpynet.training import independent_batches

    batches = list(independent_batches(40, 10, np.random.default_rng(0)))
    assert len(batches) == 4
    assert all(len(set(batch)) == 10 for batch in batches)
    assert len(set(np.concatenate(batches))) < 40
    x, y = blobs(40)
    dense().fit(x, y, epochs=2, batch_size=10, generator=0, sampling="independent")


@pytest.mark.parametrize(
    ("name", "fans", "std"),
    [
        ("standard_normal", Fans(50, 20, 50), 1.0),
        ("normal", Fans(50, 20, 50), 0.05),
        ("xavier", Fans(50, 30, 50), np.sqrt(2 / 80)),
        ("xavier_normal", Fans(50, 30, 50), np.sqrt(2 / 80)),
        ("he", Fans(50, 30, 50), np.sqrt(2 / 50)),
        ("lecun_uniform", Fans(50, 30, 50), np.sqrt(1 / 50)),
        ("committed_xavier", Fans(50, 20, 50), 50.0),
        ("committed_he", Fans(50, 20, 50), 25.0),
        ("committed_xavier", Fans(9, 27, 64, True), 1 / 64),
        ("committed_he", Fans(9, 27, 64, True), 2 / 64),
    ],
)
def test_initializer_spread(name, fans, std):
    values = initializer(name)(np.random.default_rng(0), (200, 300), fans)
    assert values.std() == pytest.approx(std, rel=0.02)
    assert abs(values.mean()) < 0.02 * std


# Files and views ----------------------------------------------------------------------------


def test_saved_and_loaded(tmp_path):
    layers, shape = architectures()["every kind"]
    layers[0].activation = nn.LeakyRelu(0.1)
    layers[6].initializer = nn.Normal(0.3)
    net = nn.Network(
        layers, shape, generator=0, weight_decay=0.1, loss=nn.SoftmaxCrossEntropy("sum")
    )
    x = np.random.default_rng(0).random((6, *shape))
    net.fit(x, np.arange(6), epochs=1, batch_size=3, generator=0)
    path = nn.save(net, tmp_path / "net.npz")
    again = nn.load(path)
    np.testing.assert_array_equal(again.predict_proba(x), net.predict_proba(x))
    assert same(net.state(), again.state())
    assert again.loss == net.loss
    assert again.summary() == net.summary()
    assert list(tmp_path.iterdir()) == [path]
    with np.load(path, allow_pickle=False) as file:
        assert json.loads(str(file["description"]))["layers"][0]["activation"]["slope"] == 0.1


def test_not_a_network(tmp_path):
    path = tmp_path / "other.npz"
    path.write_bytes(b"no")
    with pytest.raises(nn.FileFormatError, match="not a saved network"):
        nn.load(path)
    np.savez(path, a=np.zeros(3))
    with pytest.raises(nn.FileFormatError, match="description"):
        nn.load(path)
    np.savez(path, a=np.array([{}], dtype=object))
    with pytest.raises(nn.FileFormatError):
        nn.load(path)


def test_a_file_without_some_weights(tmp_path):
    path = nn.save(dense(), tmp_path / "net.npz")
    damaged = tmp_path / "damaged.npz"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            if "1_dense/bias" not in name:
                new.writestr(name, old.read(name))
    with pytest.raises(nn.FileFormatError, match="1_dense/bias"):
        nn.load(damaged)


def test_parameter_counts_of_the_literature():
    counts = {"LeNet-5": 61_706, "denseNet2_20": 1_930, "convNet1_3": 4_100}
    for name, count in counts.items():
        layers, shape = architectures()[name]
        net = nn.Network(layers, shape, generator=0)
        assert sum(value.size for value in net.parameters().values()) == count
        assert f"{count:,} parameters" in net.summary()


def test_looking_inside():
    layers, shape = architectures()["convKeras4_20"]
    net = nn.Network(layers, shape, generator=0)
    x = np.random.default_rng(0).random((2, *shape))
    assert inspection.kernels(net, "0_conv").shape == (3, 3, 1, 20)
    assert inspection.kernels(net, -1).shape == (128, 10)
    maps = inspection.feature_maps(net, x)
    assert [value.shape[1:] for value in maps.values()] == [
        layer.output_shape for layer in net.layers
    ]
    norms = inspection.gradient_norms(net, x, [1, 2])
    assert list(norms) == list(net.parameters())
    assert all(value > 0 for value in norms.values())
    with pytest.raises(nn.ConfigurationError, match="no kernel"):
        inspection.kernels(net, 1)
    with pytest.raises(nn.ConfigurationError, match=r"0_conv.*got 'conv'"):
        inspection.kernels(net, "conv")


def test_figures():
    pytest.importorskip("seaborn")
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    layers, shape = architectures()["convKeras4_20"]
    net = nn.Network(layers, shape, generator=0)
    x = np.random.default_rng(0).random((2, *shape))
    for figure, axes in (
        (figures.kernel_figure(net, 0), 24),
        (figures.feature_map_figure(net, x[0], "1_max_pool"), 24),
        (figures.gradient_norm_figure(net, x, [1, 2]), 1),
    ):
        assert len(figure.axes) == axes
        plt.close(figure)
    with pytest.raises(nn.ShapeError, match="0_conv"):
        figures.feature_map_figure(net, x[0], "4_flatten")
