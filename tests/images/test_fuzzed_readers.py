"""A damaged file is refused by name, or it is read exactly; it never costs the machine's memory.

Every case is a small source with one file damaged by a fixed seed: cut, bits flipped, a header of
random bytes or huge numbers, two numbers of it swapped, bytes appended, inserted or removed; in
compressed formats either the file itself or what is in it, packed again with right checksums. The
cases are read in a process that may use 1 GB of address space. Each must end in one of:

- a DataError of one line that names the damaged file;
- exactly the arrays of the undamaged file (a bit of a comment or an unused field has changed);
- where no checksum covers the damage, and nowhere else: arrays of the right shapes, types, order
  and range of labels in which values differ. A reader cannot see a flipped bit of a pixel in such
  formats. Neither can it see that CIFAR records, which have no header, are missing or added as a
  whole, nor that a label has become the next higher one that was not there before; the catalogue's
  numbers of images and classes, and the checksums of fetched files, are for that.

Anything else fails: another exception, MemoryError, an array of another shape, a file read as if
undamaged that was cut short or added to (but for pictures, whose decoders stop when they have all
pixels, and for the padding of tar archives).
"""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import traceback
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import DataError
from densevsconv.images.sources import RawImages, read_source
from densevsconv.store.seeds import derive_seed, generator
from tests.images.test_readers_round_trip import (
    WRITTEN,
    Written,
    folder_source,
    picture_bytes,
    random_images,
    settings,
)

ADDRESS_SPACE = 10**9
CASES = 1000

Damage = Callable[[bytes, np.random.Generator], bytes]


def cut(data: bytes, random: np.random.Generator) -> bytes:
    return data[: random.integers(len(data))]


def flip(data: bytes, random: np.random.Generator) -> bytes:
    return _flipped(data, random, len(data))


def flip_header(data: bytes, random: np.random.Generator) -> bytes:
    return _flipped(data, random, 200)


def flip_end(data: bytes, random: np.random.Generator) -> bytes:
    return _flipped(data[::-1], random, 200)[::-1]


def _flipped(data: bytes, random: np.random.Generator, among: int) -> bytes:
    damaged = bytearray(data)
    for _ in range(random.integers(1, 4)):
        damaged[random.integers(min(among, len(data)))] ^= 1 << int(random.integers(8))
    return bytes(damaged)


def random_header(data: bytes, random: np.random.Generator) -> bytes:
    size = int(random.integers(1, 65))
    return random.bytes(size) + data[size:]


def huge_number(data: bytes, random: np.random.Generator) -> bytes:
    values = (0, 1, 2**31 - 1, 2**32 - 1, 2**60, 2**63, 2**64 - 1)
    order, size = random.choice(["<", ">"]), random.choice(["I", "Q"])
    value = values[random.integers(len(values))]
    number = struct.pack(f"{order}{size}", value % 2 ** (32 if size == "I" else 64))
    start = int(random.integers(min(300, len(data))))
    if random.integers(2):
        start = len(data) - start
    return data[:start] + number + data[start + len(number) :]


def swap_numbers(data: bytes, random: np.random.Generator) -> bytes:
    size = int(random.choice([1, 2, 4, 8]))
    places = random.integers(0, max(1, min(len(data), 320) // size), 2) * size
    first, second = sorted(places.tolist())
    if second < first + size:
        return data
    one, other = data[first : first + size], data[second : second + size]
    return b"".join(
        [data[:first], other, data[first + size : second], one, data[second + len(other) :]]
    )


def append(data: bytes, random: np.random.Generator) -> bytes:
    return data + random.bytes(int(random.integers(1, 65)))


def insert(data: bytes, random: np.random.Generator) -> bytes:
    start = int(random.integers(len(data)))
    return data[:start] + random.bytes(int(random.integers(1, 65))) + data[start:]


def remove(data: bytes, random: np.random.Generator) -> bytes:
    start = int(random.integers(len(data)))
    return data[:start] + data[start + int(random.integers(1, 65)) :]


DAMAGES: tuple[Damage, ...] = (
    *(cut, flip, flip_header, flip_end, random_header, huge_number, swap_numbers),
    *(append, insert, remove),
)


def inside_gzip(damage: Damage) -> Damage:
    return lambda data, random: gzip.compress(damage(gzip.decompress(data), random), 1, mtime=0)


def inside_mat(damage: Damage) -> Damage:
    """Damage what one compressed element holds."""

    def damaged(data: bytes, random: np.random.Generator) -> bytes:
        elements, start = [], 128
        while start < len(data):
            _, size = struct.unpack("<II", data[start : start + 8])
            elements.append(zlib.decompress(data[start + 8 : start + 8 + size]))
            start += 8 + size
        row = random.integers(len(elements))
        elements[row] = damage(elements[row], random)
        packed = [zlib.compress(element, 1) for element in elements]
        return data[:128] + b"".join(struct.pack("<II", 15, len(e)) + e for e in packed)

    return damaged


def inside_zip(damage: Damage) -> Damage:
    """Damage one array of a .npz file, with a right checksum."""

    def damaged(data: bytes, random: np.random.Generator) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
            row = random.integers(len(old.infolist()))
            for number, member in enumerate(old.infolist()):
                content = old.read(member)
                content = damage(content, random) if number == row else content
                new.writestr(member.filename, content, member.compress_type)
        return stream.getvalue()

    return damaged


INSIDE: dict[str, Callable[[Damage], Damage]] = {
    "idx-gzip": inside_gzip,
    "cifar-tar.gz": inside_gzip,
    "stl-tar.gz": inside_gzip,
    "mat-compressed": inside_mat,
    "mat-double-compressed": inside_mat,
    "npz": inside_zip,
    "npz-compressed": inside_zip,
}

CHECKED = {"idx-gzip", "cifar-tar.gz", "stl-tar.gz", "npz", "npz-compressed"}
"""A checksum covers all values, unless the damage is inside."""

VARIANTS = {
    "idx": ("idx", "idx-gzip", "idx-colour"),
    "mat": ("mat", "mat-compressed", "mat-double-compressed"),
    "cifar": ("cifar", "cifar-tar.gz", "cifar-tar"),
    "stl": ("stl", "stl-tar.gz"),
    "npz": ("npz", "npz-compressed"),
    "folder": ("folder-png", "folder-other"),
}


def undamaged(variant: str, folder: Path) -> Written:
    """Return a written source with what is read from it (pictures may lose something)."""
    if variant == "folder-png":
        written = folder_source(("PNG",))
    elif variant == "folder-other":
        formats = ("BMP", "TIFF", "GIF", "JPEG", "WEBP")
        pixels = random_images(10, (7, 5, 3))
        files = {
            f"{row // 5}/{row}.{formats[row % 5].lower()}": picture_bytes(image, formats[row % 5])
            for row, image in enumerate(pixels)
        }
        written = Written(settings(kind="folder", path="x"), files, None)  # type: ignore[arg-type]
    else:
        return WRITTEN[variant]()
    written.write(folder)
    written.expected = read_source(written.source, folder)
    return written


def verdict(
    written: Written, found: RawImages, *, variant: str, inside: bool, damage: Damage, file: str
) -> str:
    """Return how an array that was read compares with the undamaged one."""
    expected = written.expected
    if _equal(found, expected):
        padded = variant.startswith("folder") or "tar" in variant
        return "exact" if padded or damage not in (cut, append) else "WRONG: not its length"
    if variant in CHECKED and not inside:
        return "WRONG: a checksum covers this"
    # only some kinds state their classes
    classes = written.source.get("classes") or len(np.unique(expected.labels)) + 1
    labels = found.labels
    if labels.min() < 0 or labels.max() >= classes or len(labels) != len(found.images):
        return f"WRONG labels {labels}"
    if found.images.dtype != np.uint8 or labels.dtype != np.int64:
        return "WRONG type"
    if variant.startswith("cifar") and found.images.shape[1:] == expected.images.shape[1:]:
        # records without a header: some may be missing or added
        return "values" if len(found.images) != len(expected.images) else _values(found, expected)
    if variant == "folder-png" and file.endswith(".png"):
        return "WRONG: a checksum covers this"
    if variant.startswith("folder") and not np.array_equal(labels, expected.labels):
        return "WRONG labels"
    return _values(found, expected)


def _values(found: RawImages, expected: RawImages) -> str:
    if found.images.shape != expected.images.shape or found.test_from != expected.test_from:
        return f"WRONG shape {found.images.shape}"
    if (found.groups is None) != (expected.groups is None):
        return "WRONG groups"
    return "values"


def _equal(found: RawImages, expected: RawImages) -> bool:
    return (
        np.array_equal(found.images, expected.images)
        and np.array_equal(found.labels, expected.labels)
        and found.test_from == expected.test_from
        and np.array_equal(found.groups, expected.groups)  # type: ignore[arg-type]
    )


def read_damaged(written: Written, folder: Path, file: str, data: bytes, **about: object) -> str:
    """Return what came of reading a source with one file damaged: one word, or what is wrong."""
    (folder / file).write_bytes(data)
    try:
        found = read_source(written.source, folder)
    except DataError as error:
        message = str(error)
        named = Path(file).name in message and "\n" not in message
        return "refused" if named else f"WRONG message: {message}"
    except BaseException:
        return f"WRONG error: {traceback.format_exc()}"
    finally:
        (folder / file).write_bytes(written.files[file])
    return verdict(written, found, file=file, **about)  # type: ignore[arg-type]


def fuzz(reader: str, cases: int, folder: Path) -> dict[str, list[str]]:
    """Return the outcomes of the cases of one reader: how each case was made, by outcome."""
    bases = {}
    for variant in VARIANTS[reader]:
        (folder / variant).mkdir()
        bases[variant] = undamaged(variant, folder / variant)
        bases[variant].write(folder / variant)
    outcomes: dict[str, list[str]] = {}
    for case in range(cases):
        random = generator(derive_seed(0, f"fuzz/{reader}", case))
        variant = VARIANTS[reader][case % len(VARIANTS[reader])]
        written = bases[variant]
        file = list(written.files)[random.integers(len(written.files))]
        damage = DAMAGES[random.integers(len(DAMAGES))]
        inside = variant in INSIDE and bool(random.integers(2))
        whole = INSIDE[variant](damage) if inside else damage
        data = whole(written.files[file], random)
        outcome = (
            read_damaged(
                *(written, folder / variant, file, data),
                variant=variant, inside=inside, damage=damage,
            )
            if data != written.files[file]
            else "unchanged"
        )  # fmt: skip
        case_name = f"{case}: {variant}/{file} {damage.__name__}{' inside' if inside else ''}"
        outcomes.setdefault(outcome, []).append(case_name)
    return outcomes


def outcomes_in_a_small_process(reader: str, cases: int) -> dict[str, list[str]]:
    """Return what :func:`fuzz` does, in a process that may use 1 GB of address space."""
    # more threads of BLAS would take address space that no reader uses
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, __file__, reader, str(cases)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def check(reader: str, cases: int) -> None:
    outcomes = outcomes_in_a_small_process(reader, cases)
    wrong = {key: found[:3] for key, found in outcomes.items() if key.startswith("WRONG")}
    assert not wrong, "\n".join(f"{found}: {key}" for key, found in wrong.items())
    assert sum(map(len, outcomes.values())) == cases
    # that is, the damages do damage
    assert len(outcomes["refused"]) > cases / 3


@pytest.mark.parametrize("reader", VARIANTS)
def test_a_damaged_file_is_refused_or_read_exactly(reader: str) -> None:
    check(reader, CASES)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    with tempfile.TemporaryDirectory() as folder:
        outcomes = fuzz(sys.argv[1], int(sys.argv[2]), Path(folder))
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
