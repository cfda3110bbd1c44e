"""Resolving the data sets of a study: entry in the catalogue, contents, shape and parts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from densevsconv.errors import ConfigError, DataError
from densevsconv.images.sources import GeneratedSource, Probe
from densevsconv.images.sources.base import ordered
from densevsconv.images.split import Sizes, Test, split_sizes
from densevsconv.images.transforms.apply import transformed_shape
from densevsconv.planning.catalogue import Catalogue, DatasetEntry, named
from densevsconv.planning.resolved import ResolvedDataset
from densevsconv.planning.study import Config, StudyDataset
from densevsconv.schema.messages import shown, unknown
from densevsconv.schema.read import check, read_yaml
from densevsconv.store.identity import digest

DEFAULT_TEST = 0.2
"""Part of the images kept for the test where the source has no test part of its own."""

_STATED = ("images", "shape", "classes")


def resolve_datasets(
    datasets: Mapping[str, StudyDataset],
    *,
    config: Config,
    folder: Path,
    study_file: Path | str,
) -> dict[str, ResolvedDataset]:
    """Return the data sets of a study; raise :class:`ConfigError` for the first mistake.

    ``folder`` is that of the configuration, which holds ``datasets.yaml``.
    """
    catalogue_file = folder / "datasets.yaml"
    catalogue = check(Catalogue, read_yaml(catalogue_file), catalogue_file).datasets
    looked_at: dict[str, tuple[Probe, str]] = {}  # a study may have many forms of the same images
    resolved = {}
    for name, used in datasets.items():
        base, where = used.dataset or name, f"{study_file}: datasets.{name}"
        if base not in catalogue:
            key = ".dataset" if used.dataset else ""
            raise ConfigError(f"{where}{key}: {unknown('data set', base, catalogue)}")
        entry = _with_knobs(where, used, catalogue[base])
        own = getattr(entry.source, "path", None)
        raw = Path(own) if own is not None else Path(config.data) / "raw" / base
        kind = digest([base, used.source])
        if kind not in looked_at:
            looked_at[kind] = _contents(f"{catalogue_file}: datasets.{base}", entry, raw)
        contents, stamp = looked_at[kind]
        test = _test(where, used, contents)
        resolved[name] = ResolvedDataset(
            name,
            base,
            used.title or entry.title,
            entry,
            contents,
            used.model_copy(update={"test": test}),
            _shape(where, used, contents),
            _sizes(where, used, test, contents),
            raw,
            stamp,
        )
    return resolved


def _with_knobs(where: str, used: StudyDataset, entry: DatasetEntry) -> DatasetEntry:
    """Return the entry with the keys of its source that the study has otherwise."""
    if not used.source:
        return entry
    if not isinstance(entry.source, GeneratedSource):
        raise ConfigError(
            f"{where}.source: found it of a data set of files; allowed: of one that is generated"
        )
    changed = check(type(entry.source), entry.source.model_dump() | used.source, f"{where}.source")
    return entry.model_copy(update=dict.fromkeys(_STATED) | {"source": changed})


def _shape(where: str, used: StudyDataset, contents: Probe) -> tuple[int, int, int]:
    try:
        return transformed_shape(list(used.model_dump()["transform"]), contents.shape)
    except ValueError as error:
        raise ConfigError(f"{where}.transform: {error}") from None


def _sizes(where: str, used: StudyDataset, test: Test, contents: Probe) -> Sizes:
    sizes = split_sizes(
        contents.images,
        test,
        used.validation,
        used.training_images,
        official=contents.test_images,
        test_images=used.test_images,
    )
    for part, size in vars(sizes).items():
        if size < contents.classes:
            raise ConfigError(
                f"{where}: found {size} {part} images of {contents.images}; allowed: "
                f"at least {contents.classes}, one a class"
            )
    return sizes


def _test(where: str, used: StudyDataset, contents: Probe) -> Test:
    if used.test == "official" and contents.test_images is None:
        raise ConfigError(
            f'{where}.test: found "official"; allowed: a number between 0 and 1, since the source '
            "has no test part of its own"
        )
    if used.draw and contents.test_images is not None and used.test in (None, "official"):
        raise ConfigError(
            f"{where}.splits: found several with the source's own test part; allowed: with "
            "`test: 0.2`, or another share of all images"
        )
    return used.test or ("official" if contents.test_images else DEFAULT_TEST)


def _contents(where: str, entry: DatasetEntry, folder: Path) -> tuple[Probe, str]:
    """Return what a data set holds, and a stamp of the user's own files."""
    source = entry.source
    # what a generated source holds its keys say
    own = getattr(source, "path", None) is not None or isinstance(source, GeneratedSource)
    missing = [key for key in _STATED if getattr(entry, key) is None]
    if missing and not own:
        raise ConfigError(
            f"{where}.{missing[0]}: missing; allowed: what the files hold, since they are not "
            "here to be looked at (a source with a path may leave it out)"
        )
    try:
        found = source.probe(folder) if own else None
        files = source.files(folder) if own else []
    except DataError as error:
        raise ConfigError(f"{where}.source: {error}") from None
    stated = {
        key: value
        for key in (*_STATED, "test_images")
        if (value := getattr(entry, key)) is not None
    }
    if found is not None:
        _check_stated(where, stated, found)
        stated = vars(found) | stated
    names = stated.get("source_names") or (
        ordered(entry.class_names)
        if isinstance(entry.class_names, dict)
        else [str(label) for label in range(stated["classes"])]
    )
    try:
        class_names = named(entry.class_names, names)
    except ValueError as error:
        raise ConfigError(f"{where}.class_names: {error}") from None
    shape = tuple(stated["shape"])
    contents = Probe(
        images=stated["images"],
        test_images=stated.get("test_images"),
        shape=(shape[0], shape[1], shape[2]),
        classes=stated["classes"],
        class_names=class_names,
        source_names=names if found or isinstance(entry.class_names, dict) else [],
        notes=found.notes if found else [],
    )
    stamps = [[str(file), (stat := file.stat()).st_size, stat.st_mtime_ns] for file in files]
    return contents, digest(stamps) if stamps else ""


def _check_stated(where: str, stated: dict[str, Any], found: Probe) -> None:
    """Refuse what an entry states of the user's own files where they hold something else."""
    there = vars(found) | {"shape": list(found.shape)}
    for key in (*_STATED, "test_images"):
        if key in stated and stated[key] != there[key]:
            raise ConfigError(
                f"{where}.{key}: found {shown(stated[key])}; allowed: {shown(there[key])}, as the "
                "files have it, or no such key"
            )
