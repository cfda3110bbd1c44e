"""Small sources of every kind, written as other programs write them."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
from PIL import Image
from sklearn.datasets import dump_svmlight_file

from densevsconv.images.sources import ImageSource, RawImages, source_of

TRAIN, TEST, CLASSES = 12, 6, 3
RANDOM = np.random.default_rng(0)
COLOUR = RANDOM.integers(0, 256, (TRAIN + TEST, 7, 5, 3), np.uint8)
GREY = COLOUR[..., :1]
LABELS = np.concatenate([RANDOM.permutation(np.arange(n) % CLASSES) for n in (TRAIN, TEST)])


@dataclass
class Written:
    """A source, its files by name, and what must be read from them."""

    keys: dict[str, Any]
    files: dict[str, bytes]
    images: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None = None

    def write(self, folder: Path) -> ImageSource:
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return source_of(self.keys)

    def but(self, file: str, content: bytes) -> Written:
        self.files[file] = content
        return self

    @property
    def expected(self) -> RawImages:
        return RawImages(self.images, self.labels, TRAIN, self.groups)


def idx_bytes(array: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def tar_bytes(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        # a folder first, and in another order than they are asked for
        folder = tarfile.TarInfo("data")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name in reversed(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))
    return stream.getvalue()


def npz_bytes(*, compress: bool = False, **arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    save: Any = np.savez_compressed if compress else np.savez
    save(stream, **arrays)
    return stream.getvalue()


def npy_bytes(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def hdf5_bytes(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return stream.getvalue()


def mat_bytes(compress: bool = False, **variables: Any) -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables, do_compression=compress)
    return stream.getvalue()


def picture_bytes(pixels: np.ndarray, format: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(stream, format, **options)
    return stream.getvalue()


def idx(images: np.ndarray = GREY, pack: Callable[[bytes], bytes] = bytes) -> Written:
    pixels = images[..., 0] if images is GREY else images
    names = ("train_images", "test_images", "train_labels", "test_labels")
    arrays = (pixels[:TRAIN], pixels[TRAIN:], LABELS[:TRAIN], LABELS[TRAIN:])
    files = {name: pack(idx_bytes(array)) for name, array in zip(names, arrays, strict=True)}
    return Written({"kind": "idx"} | {name: name for name in names}, files, images, LABELS)


def mat(dtype: str = "u1", compress: bool = False) -> Written:
    shown = np.where(LABELS, LABELS, 3).astype(dtype)[:, np.newaxis]  # 3 is 0, as SVHN's 10
    pixels = COLOUR.transpose(1, 2, 3, 0)
    files = {
        "train.mat": mat_bytes(compress, X=pixels[..., :TRAIN], y=shown[:TRAIN], more="text"),
        "test.mat": mat_bytes(compress, X=pixels[..., TRAIN:], y=shown[TRAIN:]),
    }
    keys = {"kind": "mat", "train": "train.mat", "test": "test.mat", "label_map": {"3": 0}}
    return Written(keys, files, COLOUR, LABELS)


def cifar(packed: str = "", label_bytes: int = 1) -> Written:
    before = np.full((TRAIN + TEST, label_bytes), 255)  # the coarse one of two is not read
    before[:, -1] = LABELS
    planes = COLOUR.transpose(0, 3, 1, 2).reshape(TRAIN + TEST, -1)
    records = np.hstack([before, planes]).astype(np.uint8)
    files = {
        "data/batch_0.bin": records[:7].tobytes(),
        "data/batch_1.bin": records[7:TRAIN].tobytes(),
        "data/test.bin": records[TRAIN:].tobytes(),
    }
    keys = {
        "kind": "cifar", "train": ["data/batch_0.bin", "data/batch_1.bin"],
        "test": "data/test.bin", "shape": [7, 5, 3], "classes": CLASSES,
        "label_bytes": label_bytes, "archive": packed or None,
    }  # fmt: skip
    return Written(keys, _packed(files, packed), COLOUR, LABELS)


def stl(packed: str = "") -> Written:
    # as the STL-10 page reads them: reshape (N, 3, 96, 96), then transpose (0, 3, 2, 1)
    pixels, labels = COLOUR.transpose(0, 3, 2, 1), (LABELS + 1).astype(np.uint8)
    names = ("train_images", "train_labels", "test_images", "test_labels")
    arrays = (pixels[:TRAIN], labels[:TRAIN], pixels[TRAIN:], labels[TRAIN:])
    files = {name: array.tobytes() for name, array in zip(names, arrays, strict=True)}
    keys = {name: name for name in names} | {
        "kind": "stl", "shape": [7, 5, 3], "classes": CLASSES, "archive": packed or None,
    }  # fmt: skip
    return Written(keys, _packed(files, packed), COLOUR, LABELS)


def _packed(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    if not name:
        return files
    return {name: gzip.compress(tar_bytes(files)) if name.endswith(".gz") else tar_bytes(files)}


def npz(images: np.ndarray = COLOUR, compress: bool = False) -> Written:
    pixels = images[..., 0] if images is GREY else images
    content = npz_bytes(
        compress=compress, images=pixels[:TRAIN], labels=LABELS[:TRAIN].astype(np.int16),
        test_images=pixels[TRAIN:], test_labels=LABELS[TRAIN:].astype(">u4"),
        groups=np.array([7, 7, 7, 2, 2, 2, -1, -1, 5, 5, 5, 5]),
    )  # fmt: skip
    groups = np.array([3, 3, 3, 1, 1, 1, 0, 0, 2, 2, 2, 2, 4, 5, 6, 7, 8, 9])
    return Written({"kind": "npz", "train": "d.npz"}, {"d.npz": content}, images, LABELS, groups)


def npy() -> Written:
    names = ("train_images", "test_images", "train_labels", "test_labels")
    arrays = (COLOUR[:TRAIN], COLOUR[TRAIN:], LABELS[:TRAIN], LABELS[TRAIN:])
    files = {name: npy_bytes(array) for name, array in zip(names, arrays, strict=True)}
    return Written({"kind": "npy"} | {name: name for name in names}, files, COLOUR, LABELS)


def hdf5() -> Written:
    content = hdf5_bytes(
        **{"train/x": COLOUR[:TRAIN], "train/y": LABELS[:TRAIN, np.newaxis]},
        **{"test/x": COLOUR[TRAIN:], "test/y": LABELS[TRAIN:]},
    )
    keys = {
        "kind": "hdf5", "train": "d.h5", "images": "train/x", "labels": "train/y",
        "test_images": "test/x", "test_labels": "test/y",
    }  # fmt: skip
    return Written(keys, {"d.h5": content}, COLOUR, LABELS)


def csv() -> Written:
    files = {}
    for name, part in {"train.csv": slice(TRAIN), "test.csv": slice(TRAIN, None)}.items():
        rows = np.column_stack([LABELS[part], GREY[part].reshape(len(LABELS[part]), -1)])
        lines = [["label", *(f"pixel{n}" for n in range(35))], *rows]
        files[name] = "\n".join(",".join(map(str, line)) for line in lines).encode()
    keys = {"kind": "csv", "train": "train.csv", "test": "test.csv", "shape": [7, 5, 1]}
    return Written(keys, files, GREY, LABELS)


def libsvm() -> Written:
    files = {}
    for name, part in {"train.bz2": slice(TRAIN), "test.bz2": slice(TRAIN, None)}.items():
        stream = io.BytesIO()
        rows = GREY[part].reshape(-1, 35)
        dump_svmlight_file(rows.astype(float), LABELS[part] + 1.0, stream, zero_based=False)
        files[name] = bz2.compress(stream.getvalue())
    keys = {"kind": "libsvm", "train": "train.bz2", "test": "test.bz2"}
    return Written(keys | {"shape": [7, 5, 1], "labels_from": 1}, files, GREY, LABELS)


def zipped(written: Written) -> Written:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in written.files.items():
            archive.writestr(name, content)
    written.files = {"all.zip": stream.getvalue()}
    written.keys["archive"] = "all.zip"
    return written


def folder(images: np.ndarray = COLOUR, grouped: bool = True) -> Written:
    """Return pictures in formats that lose nothing, of three classes and a test part."""
    files, labels = {}, np.concatenate([np.repeat(range(CLASSES), n // 3) for n in (TRAIN, TEST)])
    for row, pixels in enumerate(images):
        part, number = ("train", row % 4) if row < TRAIN else ("test", row % 2)
        # the first two of every training class belong together
        below = "person/" if grouped and row < TRAIN and number < 2 else "x"
        kind = ("png", "bmp", "tiff")[row % 3]
        name = f"{part}/class {labels[row]}/{below}{number}.{kind}"
        files[name] = picture_bytes(pixels, kind.upper())
    groups = np.array([0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 5, 6, *range(7, 13)]) if grouped else None
    keys = {"kind": "folder", "path": "pictures", "train": "train", "test": "test"}
    return Written(keys, files, images, labels, groups)


WRITTEN: dict[str, Callable[[], Written]] = {
    "idx": idx,
    "idx-gzip": lambda: idx(pack=gzip.compress),
    "idx-colour": lambda: idx(COLOUR),
    "mat": mat,
    "mat-compressed": lambda: mat(compress=True),
    "mat-double": lambda: mat("f8"),
    "cifar": cifar,
    "cifar-100": lambda: cifar(label_bytes=2),
    "cifar-tar": lambda: cifar("all.tar"),
    "cifar-tar.gz": lambda: cifar("all.tar.gz"),
    "stl": stl,
    "stl-tar.gz": lambda: stl("all.tar.gz"),
    "npz": npz,
    "npz-compressed": lambda: npz(compress=True),
    "npz-grey": lambda: npz(GREY),
    "npy": npy,
    "hdf5": hdf5,
    "csv": csv,
    "libsvm": libsvm,
    "idx-zip": lambda: zipped(idx()),
    "folder-zip": lambda: zipped(folder()),
    "csv-zip": lambda: zipped(csv()),
    "folder": folder,
    "folder-grey": lambda: folder(GREY),
    "folder-without-groups": lambda: folder(grouped=False),
}
"""Sources of every kind, each with a training and a test part."""
