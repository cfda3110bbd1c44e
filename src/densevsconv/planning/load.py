"""Loading a study: every file read, every reference followed, every mistake one clear line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from densevsconv.claims.registry import check_claims
from densevsconv.errors import ConfigError
from densevsconv.planning.automatic import AUTO, automatic
from densevsconv.planning.cases import resolve_case
from densevsconv.planning.counterparts import check_counterparts
from densevsconv.planning.datasets import resolve_datasets
from densevsconv.planning.resolved import ResolvedCase, ResolvedStudy
from densevsconv.planning.scale import scaled
from densevsconv.planning.series import check_series, expanded
from densevsconv.planning.study import Config, Study
from densevsconv.schema.messages import unknown
from densevsconv.schema.read import check, read_yaml
from densevsconv.store.plugins import load_plugins
from densevsconv.tracking.server import CONFIG_FILE, server
from densevsconv.training.engines.registry import ENGINES, engine_title

TAKEN = ("mlflow", "execution", "published")
"""Folders of results and reports that are no study's."""


def load_study(
    source: Path | str | Mapping[str, Any] = CONFIG_FILE,
    overrides: Mapping[str, Any] | None = None,
) -> ResolvedStudy:
    """Return the study that a configuration names; nothing is written.

    ``source`` is ``config.yaml``, beside which the other files lie, or its content (the other files
    are then in ``config/``); ``overrides`` are keys of :class:`Config` given on the command line.
    Raises :class:`ConfigError`, a line that names file, key, what was found, what is allowed and
    the nearest match.
    """
    load_plugins()
    config, folder = load_config(source, overrides)
    study, file = _load_study_file(folder / "studies", config.study, config.scale)
    study = expanded(study, file)
    check_series(study, file)
    datasets = resolve_datasets(study.datasets, config=config, folder=folder, study_file=file)
    cases = {}
    auto, why = automatic(config.gpus)
    for name in study.cases:
        for case in resolve_case(name, study, datasets, folder / "architectures", file, auto):
            if case.name in cases:
                raise ConfigError(
                    f"{file}: cases.{name}: the case {case.name} is there twice; allowed: another "
                    "name, or one engine"
                )
            cases[case.name] = case
    for index, name in enumerate(study.report.highlights):
        if name not in cases:
            raise ConfigError(f"{file}: report.highlights.{index}: {unknown('case', name, cases)}")
    for index, name in enumerate(study.gradients.cases):
        if problem := _uncheckable(name, cases):
            raise ConfigError(f"{file}: gradients.cases.{index}: {problem}")
    checked = study.gradients.cases
    for key, problem in check_counterparts(study.report.counterparts, cases, checked):
        raise ConfigError(f"{file}: report.counterparts.{key}: {problem}")
    names = {name: dataset.contents.class_names for name, dataset in datasets.items()}
    where = {name: case.dataset for name, case in cases.items()}
    for key, problem in check_claims(study.claims, where, names):
        raise ConfigError(f"{file}: claims.{key}: {problem}")
    # another scale is another study: its results lie beside, not in the place of, the first
    own = config.scale in (None, study.scale)
    name = config.study if own else f"{config.study}-{config.scale}"
    asked = any(AUTO in case.engines for case in study.cases.values())
    taken = f"{engine_title(auto)}, since {why}" if asked else ""
    return ResolvedStudy(name, config, study, datasets, cases, taken)


def _uncheckable(name: str, cases: Mapping[str, ResolvedCase]) -> str:
    """Return why the gradients of a case cannot be checked; "" where they can."""
    if name not in cases:
        return unknown("case", name, cases)
    if not ENGINES[cases[name].engine].checks:
        able = ", ".join(engine for engine, kind in ENGINES.items() if kind.checks)
        return f"found a case that another engine trains; allowed: those of engine {able}"
    if any(cases[name].points):
        return "found a case whose settings are searched; allowed: fixed ones"
    return ""


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
    server(config.mlflow.tracking_uri)  # an address of no server is refused here
    return config, file.parent


def _load_study_file(folder: Path, name: str, scale: str | None) -> tuple[Study, Path | str]:
    """Return a study at a scale, and what messages about it begin with."""
    names = sorted(file.stem for file in folder.glob("*.yaml"))
    if name not in names:
        raise ConfigError(f"{folder}: {unknown('study', name, names)}")
    if name in TAKEN:
        raise ConfigError(
            f"{folder}/{name}.yaml: {name} is a folder beside those of the studies; allowed: "
            "another name of the file"
        )
    file = folder / f"{name}.yaml"
    content = read_yaml(file)
    study = check(Study, content, file)
    scale = scale or study.scale
    if scale is None:
        return study, file
    if scale not in study.scales:
        raise ConfigError(f"{file}: scales: {unknown('scale', scale, study.scales)}")
    where = f"{file}: at scale {scale}"
    return check(Study, scaled(content, study.scales[scale]), where), where
