"""Loading a study: every file read, every reference followed, every mistake one clear line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from densevsconv.config.cases import resolve_case
from densevsconv.config.messages import unknown
from densevsconv.config.read import check, read_yaml
from densevsconv.config.resolved import ResolvedDataset, ResolvedStudy
from densevsconv.config.schema import Catalogue, Config, DatasetEntry, Split, Study
from densevsconv.data.sources import SOURCES
from densevsconv.data.split import split_sizes
from densevsconv.errors import ConfigError

CONFIG_FILE = Path("config/config.yaml")


def load_study(
    source: Path | str | Mapping[str, Any] = CONFIG_FILE,
    overrides: Mapping[str, Any] | None = None,
) -> ResolvedStudy:
    """Return the study that a configuration names.

    Parameters
    ----------
    source
        ``config.yaml``, beside which the other files lie, or its content (the other files are
        then in ``config/``).
    overrides
        Keys of :class:`Config` given on the command line (``snakemake --config``).

    Raises
    ------
    ConfigError
        One line that names file, key, what was found, what is allowed and the nearest match.
        Nothing is written.
    """
    config, folder = load_config(source, overrides)
    catalogue = load_catalogue(folder / "datasets.yaml")
    study, file = _load_study_file(folder / "studies", config.study)
    datasets = {
        name: _resolve_dataset(name, split, catalogue, file)
        for name, split in study.datasets.items()
    }
    cases = {}
    for name in study.cases:
        for case in resolve_case(name, study, datasets, folder / "architectures", file):
            if case.name in cases:
                raise ConfigError(
                    f"{file}: cases.{name}: the case {case.name} is there twice; allowed: another "
                    "name, or one engine"
                )
            cases[case.name] = case
    for index, name in enumerate(study.report.highlights):
        if name not in cases:
            raise ConfigError(f"{file}: report.highlights.{index}: {unknown('case', name, cases)}")
    return ResolvedStudy(config.study, config, study, datasets, cases)


def load_config(
    source: Path | str | Mapping[str, Any] = CONFIG_FILE,
    overrides: Mapping[str, Any] | None = None,
) -> tuple[Config, Path]:
    """Return the configuration and the folder its other files lie in."""
    file = CONFIG_FILE if isinstance(source, Mapping) else Path(source)
    content = dict(source) if isinstance(source, Mapping) else read_yaml(file)
    # on its own, so that a message names the place the key comes from
    config = check(Config, content, file)
    if overrides:
        check(Config, dict(overrides), "--config")
        config = check(Config, {**content, **overrides}, "--config")
    return config, file.parent


def load_catalogue(file: Path) -> Catalogue:
    """Return the catalogue of data sets."""
    catalogue = check(Catalogue, read_yaml(file), file)
    for name, entry in catalogue.datasets.items():
        if entry.source not in SOURCES:
            raise ConfigError(
                f"{file}: datasets.{name}.source: {unknown('source', entry.source, SOURCES)}"
            )
    return catalogue


def _load_study_file(folder: Path, name: str) -> tuple[Study, Path]:
    names = sorted(file.stem for file in folder.glob("*.yaml"))
    if name not in names:
        raise ConfigError(f"{folder}: {unknown('study', name, names)}")
    file = folder / f"{name}.yaml"
    return check(Study, read_yaml(file), file), file


def _resolve_dataset(name: str, split: Split, catalogue: Catalogue, file: Path) -> ResolvedDataset:
    if name not in catalogue.datasets:
        raise ConfigError(
            f"{file}: datasets.{name}: {unknown('data set', name, catalogue.datasets)}"
        )
    entry: DatasetEntry = catalogue.datasets[name]
    sizes = split_sizes(entry.images, split.test, split.validation, split.training_images)
    for part, size in vars(sizes).items():
        if size < entry.classes:
            raise ConfigError(
                f"{file}: datasets.{name}: found {size} {part} images of {entry.images}; allowed: "
                f"at least {entry.classes}, one a class"
            )
    return ResolvedDataset(name, entry, split, sizes)
