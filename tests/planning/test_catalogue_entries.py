"""Entries of the catalogue that contradict themselves or the user's own files are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from densevsconv.errors import ConfigError
from densevsconv.planning.catalogue import Catalogue
from densevsconv.planning.datasets import resolve_datasets
from densevsconv.planning.study import Config, StudyDataset
from densevsconv.schema.read import check
from densevsconv.store.files import write_json

NPZ = {"kind": "npz", "train": "mine.npz"}
OWN = NPZ | {"path": "mine"}
SOURCE = {"source": NPZ}


def entry(keys: dict[str, Any]) -> None:
    check(Catalogue, {"datasets": {"mine": {"title": "Mine"} | keys}}, "datasets.yaml")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"source": OWN, "files": {"mine.npz": {}}}, r'mine: files: found "mine\.npz" beside'),
        (SOURCE, r'mine: files: the source names "mine\.npz"'),
        (SOURCE | {"files": {"mine.npx": {}}}, r'names "mine\.npz".* did you mean "mine\.npx"'),
        (SOURCE | {"files": {"a/mine.npz": {}}}, "without folders"),
        (SOURCE | {"files": {"./mine.npz": {}}}, "without folders"),
        (SOURCE | {"files": {"..": {}}}, "without folders"),
        (SOURCE | {"files": {"mine.npz": {"urls": ["ftp://a.org/b"]}}}, r"urls\.0: .* http://"),
        (SOURCE | {"files": {"mine.npz": {"urls": ["/etc/passwd"]}}}, r"urls\.0: .* http://"),
        (
            {"source": {"kind": "cifar", "archive": "a.tar", "train": "b"}, "files": {"b": {}}},
            r'the source names "a\.tar"',
        ),
    ],
)
def test_entries_that_contradict_themselves(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        entry(keys)


def test_entries_that_agree() -> None:
    entry({"source": "digits"})
    entry({"source": OWN})
    entry(SOURCE | {"files": {"mine.npz": {"urls": ["https://a.org/b?c=d"]}}})


HELD = {
    "images": 36, "test_images": 6, "shape": [4, 5, 1], "classes": 3,
    "class_names": ["a", "b", "c"],
}  # fmt: skip


def resolve(folder: Path, stated: dict[str, Any]) -> None:
    images, labels = np.zeros((36, 4, 5), np.uint8), np.tile(np.arange(3), 12)
    arrays: dict[str, Any] = {"images": images[:30], "labels": labels[:30]}
    arrays |= {"test_images": images[30:], "test_labels": labels[30:]}
    np.savez(folder / "mine.npz", **arrays)
    own = {"title": "Mine", "source": NPZ | {"path": str(folder)}} | stated
    write_json(folder / "datasets.yaml", {"datasets": {"mine": own}})  # JSON is YAML
    used = {"mine": StudyDataset()}
    resolve_datasets(used, config=Config(), folder=folder, study_file="study.yaml")


def test_what_an_entry_states_is_what_the_files_hold(tmp_path: Path) -> None:
    resolve(tmp_path, HELD)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images": 37}, r"mine\.images: found 37; allowed: 36"),
        ({"test_images": 5}, r"mine\.test_images: found 5; allowed: 6"),
        ({"shape": [5, 4, 1]}, r"mine\.shape: found \[5, 4, 1\]; allowed: \[4, 5, 1\]"),
        ({"classes": 4, "class_names": list("abcd")}, r"mine\.classes: found 4; allowed: 3"),
        ({"classes": None, "class_names": ["a", "b"]}, r"class_names: found 2 names; allowed: 3"),
    ],
)
def test_what_the_files_do_not_hold_is_refused(
    changed: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        resolve(tmp_path, HELD | changed)
