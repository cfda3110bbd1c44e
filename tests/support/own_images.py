"""Images of one's own: files of every kind, a configuration with them, and what prepare makes."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
import yaml
from PIL import Image

from densevsconv.images.load import load_test_data, load_training_data
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.stages.plan import run_stage
from densevsconv.store.layout import Layout

CONFIG = Path(__file__).parents[2] / "config"
CAPTIONS = CONFIG.parent / "workflow" / "report"

TRAIN, TEST = slice(30), slice(30, None)
RANDOM = np.random.default_rng(0)
COLOUR = RANDOM.integers(0, 256, (42, 8, 8, 3), np.uint8)
GREY = COLOUR[..., :1]
LABELS = np.concatenate([RANDOM.permutation(np.arange(n) % 3) for n in (30, 12)])
NAMES = np.array(["a", "b", "c"])
SORTED = np.concatenate(
    [np.argsort(LABELS[:30], kind="stable"), 30 + np.argsort(LABELS[30:], kind="stable")]
)
"""The rows as folders have them: class by class."""

Expected = tuple[np.ndarray, np.ndarray, slice | None]
"""Images and labels of all parts, and which of them are the test part."""
GREYS: Expected = (GREY[TRAIN], LABELS[TRAIN], None)
COLOURS: Expected = (COLOUR[TRAIN], LABELS[TRAIN], None)
BOTH: Expected = (GREY, LABELS, TEST)


def encoded(pixels: np.ndarray, kind: str = "PNG", mode: str | None = None) -> bytes:
    stream, picture = io.BytesIO(), Image.fromarray(pixels.squeeze())
    (picture.convert(mode) if mode else picture).save(stream, kind)
    return stream.getvalue()


def write(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        Path("mine", name).parent.mkdir(parents=True, exist_ok=True)
        Path("mine", name).write_bytes(content)


def pictures(
    encode: Callable[[np.ndarray], bytes] = encoded,
    images: np.ndarray = GREY,
    top: str = "",
    rows: slice = TRAIN,
) -> dict[str, bytes]:
    numbers = range(len(LABELS))[rows]
    return {f"{top}{NAMES[LABELS[n]]}/{n:02}.png": encode(images[n]) for n in numbers}


def parts(*, validation: bool = False) -> dict[str, bytes]:
    train = pictures(top="train/", rows=slice(21 if validation else 30))
    val = pictures(top="val/", rows=slice(21, 30)) if validation else {}
    return train | val | pictures(top="test/", rows=TEST)


def folders(
    files: dict[str, bytes], images: np.ndarray = GREY, *, tested: bool = False
) -> Expected:
    write(files)
    rows = SORTED if tested else SORTED[TRAIN]
    return images[rows], LABELS[rows], TEST if tested else None


def zipped(files: dict[str, bytes], name: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    write({name: stream.getvalue()})


def tarred(files: dict[str, bytes], name: str) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for member, content in files.items():
            info = tarfile.TarInfo(f"./{member}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    write({name: stream.getvalue()})


def npz(name: str, expected: Expected = GREYS, **arrays: np.ndarray) -> Expected:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    write({name: stream.getvalue()})
    return expected


def two(
    images: np.ndarray = GREY[TRAIN], labels: np.ndarray = LABELS[TRAIN], expected: Expected = GREYS
) -> Expected:
    return npz("arrays.npz", expected, images=images, labels=labels)


def idx(**arrays: np.ndarray) -> None:
    types = {"uint8": 8, ">i4": 12}
    for name, array in arrays.items():
        kind = types["uint8" if array.dtype == np.uint8 else ">i4"]
        header = struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape)
        content = header + array.astype("u1" if kind == 8 else ">i4").tobytes()
        write({f"{name.replace('_', '-')}.gz": gzip.compress(content)})


def mat(name: str, **variables: Any) -> None:
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables)
    write({name: stream.getvalue()})


def hdf5(name: str, arrays: dict[str, np.ndarray], start: bytes = b"") -> None:
    stream = io.BytesIO()
    with h5py.File(stream, "w", userblock_size=512 if start else 0) as file:
        for key, array in arrays.items():
            file[key] = array
    content = stream.getvalue()
    write({name: start + content[len(start) :]})


def csv(rows: np.ndarray, head: list[str] | None, name: str = "train.csv") -> bytes:
    lines = ([head] if head else []) + rows.tolist()
    content = "\n".join(",".join(map(str, line)) for line in lines).encode()
    write({name: content})
    return content


def flat(images: np.ndarray, rows: slice = TRAIN) -> np.ndarray:
    return images[rows].reshape(len(images[rows]), -1)


def project(folder: Path, entry: dict[str, Any], datasets: dict[str, Any]) -> Layout:
    """Write a configuration with one catalogue entry, ``mine``, and the plans of a study."""
    (folder / "config" / "studies").mkdir(parents=True, exist_ok=True)
    if not (folder / "config" / "architectures").exists():
        (folder / "config" / "architectures").symlink_to(CONFIG / "architectures")
    study = {
        "title": "Mine",
        "datasets": datasets,
        "training": {"batch_size": 8, "epochs": 1},
        "cases": {
            "net": {
                "dataset": next(iter(datasets)),
                "architecture": "dense_3",
                "engines": ["numpy"],
            }
        },
        "refit": {"seeds": 2},
        "time": {"repeats": 1, "batch_sizes": [1]},
    }
    for name, content in {
        "config": {"study": "mine", "data": str(folder / "data")},
        "datasets": {"datasets": {"mine": {"title": "My images"} | entry}},
        "studies/mine": study,
    }.items():
        (folder / "config" / f"{name}.yaml").write_text(yaml.safe_dump(content))
    layout = Layout(folder / "results" / "mine", folder / "reports", CAPTIONS)
    write_plans(load_study(folder / "config" / "config.yaml"), layout)
    return layout


def prepared(
    folder: Path, entry: dict[str, Any], **used: Any
) -> tuple[np.ndarray, np.ndarray, int]:
    """Prepare a data set; return images, labels and the number of test images, as in the source."""
    run_stage("prepare", layout := project(folder, entry, {"mine": used}))
    data, test = load_training_data(layout, "mine"), load_test_data(layout, "mine")
    order = np.argsort(np.concatenate([data.train_indices, data.validation_indices, test.indices]))
    images = [data.train_images, data.validation_images, test.images]
    labels = [data.train_labels, data.validation_labels, test.labels]
    return np.concatenate(images)[order], np.concatenate(labels)[order], len(test.labels)
