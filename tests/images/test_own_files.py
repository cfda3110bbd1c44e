"""Every row of the table "what you have" of docs/data.md, from its files to prepared images."""

import bz2
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.datasets import dump_svmlight_file, load_digits

from densevsconv.cli import STAGES
from densevsconv.errors import DataError
from densevsconv.stages.plan import run_stage
from tests.support.clones import rows as csv_rows
from tests.support.own_images import (
    BOTH,
    COLOUR,
    COLOURS,
    GREY,
    GREYS,
    LABELS,
    NAMES,
    SORTED,
    TEST,
    TRAIN,
    Expected,
    csv,
    encoded,
    flat,
    folders,
    hdf5,
    idx,
    mat,
    npz,
    parts,
    pictures,
    prepared,
    project,
    tarred,
    two,
    write,
    zipped,
)

DOCS = Path(__file__).parents[2] / "docs" / "data.md"
ROWS = dict(re.findall(r"^\| (.+?) \| `(\{.*\})` \|$", DOCS.read_text("utf-8"), re.MULTILINE))


def medmnist() -> Expected:
    found = {}
    for part, rows in (("train", slice(21)), ("val", slice(21, 30)), ("test", TEST)):
        found |= {f"{part}_images": COLOUR[rows], f"{part}_labels": LABELS[rows, np.newaxis]}
    return npz("pathmnist.npz", (COLOUR, LABELS, TEST), **found)


def emnist() -> Expected:
    content = {
        part: {"images": flat(GREY.swapaxes(1, 2), rows), "labels": LABELS[rows, None] + 1.0}
        for part, rows in (("train", TRAIN), ("test", TEST))
    }
    mat("emnist.mat", dataset=content | {"mapping": np.arange(6).reshape(3, 2)})
    return BOTH


def svhn() -> Expected:
    for part, rows in (("train", TRAIN), ("test", TEST)):
        shown = np.where(LABELS[rows], LABELS[rows], 10)[:, np.newaxis]
        mat(f"{part}_32x32.mat", X=COLOUR[rows].transpose(1, 2, 3, 0), y=shown)
    return COLOUR, LABELS, TEST


def matlab_7_3() -> Expected:
    # MATLAB's first axis is the fastest: h5py writes them the other way round
    arrays = {"X": COLOUR[TRAIN].transpose(0, 3, 2, 1), "y": LABELS[np.newaxis, TRAIN] + 0.0}
    hdf5("mine.mat", arrays, b"MATLAB 7.3 MAT-file")
    return COLOURS


def usps() -> Expected:
    for name, rows in (("usps.bz2", TRAIN), ("usps.t.bz2", TEST)):
        stream = io.BytesIO()
        dump_svmlight_file(
            flat(GREY, rows) / 127.5 - 1, LABELS[rows] + 1.0, stream, zero_based=False
        )
        write({name: bz2.compress(stream.getvalue())})
    return BOTH


def cifar() -> Expected:
    planes = COLOUR.transpose(0, 3, 1, 2).reshape(42, -1)
    records = np.column_stack([LABELS, planes]).astype(np.uint8)
    files = {"1.bin": records[:9], "2.bin": records[9:30], "test.bin": records[TEST]}
    tarred({f"data/{name}": rows.tobytes() for name, rows in files.items()}, "cifar.tar.gz")
    return COLOUR, LABELS, TEST


def after(value: Any, expected: Expected) -> Expected:
    return expected


TWO_NAMES = LABELS[TRAIN] % 2
HEAD = ["label", *(f"pixel{n}" for n in range(64))]
KAGGLE = np.column_stack([LABELS[TRAIN], flat(GREY)])
BAD = {"a/bad.png": b"nothing", "b/worse.jpg": b""}
SIXTEEN = GREY.astype(np.uint16) * 257
PRINT = {name: encoded(np.full((8, 8, 3), 9, np.uint8), "JPEG", "CMYK") for name in pictures()}

HAVE: dict[str, Callable[[], Expected]] = {
    "pictures, a folder for each class": lambda: folders(pictures(images=COLOUR), COLOUR),
    "pictures of several sizes": lambda: folders(
        pictures() | {"a/z.webp": encoded(GREY[0].repeat(2, 0).repeat(3, 1), "TIFF")}
    ),
    "folders `train` and `test`, each with a folder for each class": lambda: folders(
        parts(), tested=True
    ),
    "the same with `val`, which joins the training part": lambda: folders(
        parts(validation=True), tested=True
    ),
    "a zip file of such folders": lambda: after(
        zipped(parts() | {"__MACOSX/train/a/._0.png": b"x"}, "pictures.zip"),
        (GREY[SORTED], LABELS[SORTED], TEST),
    ),
    "a .tgz file of folders in a folder": lambda: after(
        tarred(pictures(top="pictures/"), "pictures.tgz"), folders({})
    ),
    "damaged pictures among them": lambda: folders(pictures() | BAD),
    "many damaged pictures, listed in a file": lambda: folders(
        pictures() | BAD | {"bad.txt": b"a/bad.png\nb/worse.jpg\n"}
    ),
    "pictures of 16 bits, as microscopes make them": lambda: folders(pictures(images=SIXTEEN)),
    "pictures for print (CMYK)": lambda: folders(PRINT, np.full_like(COLOUR, 9)),
    "a NumPy file with `images` and `labels`": lambda: npz(
        "cells.npz", images=GREY[TRAIN, ..., 0], labels=LABELS[TRAIN]
    ),
    "the mnist.npz of Keras": lambda: npz(
        "mnist.npz",
        BOTH,
        x_train=GREY[TRAIN, ..., 0],
        y_train=LABELS[TRAIN].astype(np.uint8),
        x_test=GREY[TEST, ..., 0],
        y_test=LABELS[TEST].astype(np.uint8),
    ),
    "arrays of PyTorch, channels first": lambda: two(
        COLOUR[TRAIN].transpose(0, 3, 1, 2), expected=COLOURS
    ),
    "pixels from 0 to 1": lambda: two((COLOUR[TRAIN] / 255).astype(np.float32), expected=COLOURS),
    "pixels from -1 to 1": lambda: two(
        (COLOUR[TRAIN] / 127.5 - 1).astype(np.float32), expected=COLOURS
    ),
    "pixels of 12 bits": lambda: two(
        np.minimum(GREY[TRAIN].astype(np.uint16) * 16, 4095),
        expected=(np.rint(np.minimum(GREY[TRAIN] * 16.0, 4095) * 255 / 4095), *GREYS[1:]),
    ),
    "labels as one-hot rows": lambda: two(labels=np.eye(3)[LABELS[TRAIN]]),
    "labels from 1": lambda: two(labels=LABELS[TRAIN] + 1.0),
    "labels -1 and 1": lambda: two(
        labels=TWO_NAMES * 2 - 1, expected=(GREY[TRAIN], TWO_NAMES, None)
    ),
    "MedMNIST, its validation part too": medmnist,
    "files of `numpy.save`": lambda: after(
        [
            np.save(f"mine/{name}.npy", of)
            for name, of in (("x", GREY[TRAIN] > 99), ("y", LABELS[TRAIN]))
        ],
        ((GREY[TRAIN] > 99) * 255, *GREYS[1:]),
    ),
    "files in MNIST's format": lambda: after(
        idx(
            images=GREY[TRAIN, ..., 0],
            labels=LABELS[TRAIN].astype(np.uint8),
            t10k_images=GREY[TEST, ..., 0],
            t10k_labels=LABELS[TEST].astype(np.uint8),
        ),
        BOTH,
    ),
    "EMNIST's letters: on their sides, labels from 1": lambda: after(
        idx(images=GREY[TRAIN, ..., 0].swapaxes(1, 2), labels=(LABELS[TRAIN] + 1).astype(np.uint8)),
        GREYS,
    ),
    "EMNIST as a MATLAB file": emnist,
    "QMNIST, eight columns of labels": lambda: after(
        idx(
            images=GREY[TRAIN, ..., 0],
            labels=np.column_stack([LABELS[TRAIN], np.arange(210).reshape(30, 7)]),
        ),
        GREYS,
    ),
    "SVHN, where 10 stands for 0": svhn,
    "a MATLAB file (also `-v7.3`)": matlab_7_3,
    "an HDF5 file": lambda: after(
        hdf5("mine.h5", {"train/x": COLOUR[TRAIN], "train/y": LABELS[TRAIN]}), COLOURS
    ),
    "a table of label and pixels, as Kaggle's digits": lambda: after(csv(KAGGLE, HEAD), GREYS),
    "a table whose label is a word in another column": lambda: after(
        csv(np.column_stack([flat(GREY), NAMES[LABELS[TRAIN]]]), [*HEAD[1:], "animal"]), GREYS
    ),
    "a table without a head, colours channel by channel": lambda: after(
        csv(np.column_stack([LABELS[TRAIN], flat(COLOUR.transpose(0, 3, 1, 2))]), None), COLOURS
    ),
    "USPS as LIBSVM has it": usps,
    "such a table in a zip file": lambda: after(
        zipped({"train.csv": csv(KAGGLE, HEAD)}, "digits.zip"), GREYS
    ),
    "CIFAR-10, as it comes": cifar,
    "the name of a data set in scikit-learn or OpenML": lambda: (
        load_digits().images[..., np.newaxis],
        load_digits().target,
        None,
    ),
}
STATED = {"images": 1797, "shape": [8, 8, 1], "classes": 10, "max_value": 16}
"""Of the digits of scikit-learn."""
ELSEWHERE = {
    "the name of one of Hugging Face's `datasets`",
    "the name of one of TensorFlow Datasets",
}
"""Rows with tests of their own below."""


def test_every_row_is_tested() -> None:
    assert set(ROWS) == set(HAVE) | ELSEWHERE


@pytest.mark.parametrize("row", HAVE)
@pytest.mark.usefixtures("mine")
def test_what_people_have_is_read(row: str, tmp_path: Path) -> None:
    images, labels, tested = HAVE[row]()
    entry: dict[str, Any] = {"source": yaml.safe_load(ROWS[row])}
    if entry["source"]["kind"] == "sklearn":
        entry |= STATED
    found, found_labels, count = prepared(tmp_path, entry, validation=0.3)
    if row == "pictures of several sizes":
        images, labels = np.insert(images, 10, GREY[0], axis=0), np.insert(labels, 10, 0)
    if row == "pictures for print (CMYK)":
        assert np.abs(found.astype(int) - 9).max() < 6  # a conversion without a profile
        images = found
    np.testing.assert_array_equal(found, images)
    np.testing.assert_array_equal(found_labels, labels)
    assert tested is None or count == len(labels[tested])


def test_a_data_set_of_hugging_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasets")
    monkeypatch.chdir(tmp_path)
    images, labels, _ = folders(parts(), tested=True)
    stated = {"images": 42, "test_images": 12, "shape": [8, 8, 1], "classes": 3}
    entry = {"source": {"kind": "huggingface", "name": "./mine"}, "class_names": ["a", "b", "c"]}
    found, found_labels, count = prepared(tmp_path, entry | stated, validation=0.3)
    np.testing.assert_array_equal(found, images)
    np.testing.assert_array_equal(found_labels, labels)
    assert count == 12
    with pytest.raises(DataError, match=r"has the classes a, b, c, .* says x, y, z"):
        prepared(tmp_path, entry | stated | {"class_names": ["x", "y", "z"]}, validation=0.3)


def test_a_data_set_of_tensorflow(tmp_path: Path) -> None:
    tfds = pytest.importorskip("tensorflow_datasets")
    import tensorflow as tf

    kinds = {
        "image": tfds.features.Image(shape=(8, 8, 3)),
        "label": tfds.features.ClassLabel(num_classes=3),
    }
    tfds.core.add_data_dir(tmp_path / "tfds")
    tfds.dataset_builders.store_as_tfds_dataset(
        name="mine", version="1.0.0", features=tfds.features.FeaturesDict(kinds),
        data_dir=tmp_path / "tfds", disable_shuffling=True, split_datasets={
            name: tf.data.Dataset.from_tensor_slices({"image": COLOUR[of], "label": LABELS[of]})
            for name, of in (("train", TRAIN), ("test", TEST))
        },
    )  # fmt: skip
    stated = {"images": 42, "test_images": 12, "shape": [8, 8, 3], "classes": 3}
    entry = {"source": {"kind": "tensorflow_datasets", "name": "mine"}} | stated
    images, labels, _ = prepared(tmp_path, entry, validation=0.3)
    np.testing.assert_array_equal(images, COLOUR)
    np.testing.assert_array_equal(labels, LABELS)


WHOLE = (
    "folders `train` and `test`, each with a folder for each class",
    "MedMNIST, its validation part too",
    "EMNIST as a MATLAB file",
    "a table whose label is a word in another column",
    "USPS as LIBSVM has it",
)


@pytest.mark.slow
@pytest.mark.parametrize("row", WHOLE)
@pytest.mark.usefixtures("mine")
def test_what_people_have_becomes_a_report(row: str, tmp_path: Path) -> None:
    HAVE[row]()
    entry = {"source": yaml.safe_load(ROWS[row])}
    layout = project(tmp_path, entry, {"mine": {"validation": 0.3}})
    for stage in STAGES:
        if layout.plan(stage).exists():
            run_stage(stage, layout)
    (case,) = csv_rows(layout.summary)
    assert 0 <= float(case["test_accuracy_mean"]) <= 1
    page = layout.page.read_text(encoding="utf-8")
    assert "My images" in page
