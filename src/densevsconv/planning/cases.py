"""Resolving one case of a study: references, training settings, points."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from densevsconv.errors import ArchitectureError, ConfigError
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.schema import available_architectures, load_architecture
from densevsconv.planning.automatic import AUTO
from densevsconv.planning.match import match
from densevsconv.planning.resolved import ResolvedCase, ResolvedDataset
from densevsconv.planning.scale import without_method
from densevsconv.planning.series import partner
from densevsconv.planning.study import Case, Study
from densevsconv.schema.messages import explain, shown, unknown
from densevsconv.store.identity import canonical
from densevsconv.store.plugins import extras_in
from densevsconv.training.engines.registry import ENGINES
from densevsconv.training.settings import Training
from densevsconv.trials.budget import LEAST, Unit, spent
from densevsconv.trials.search import DRAWN, MOST_POINTS, PointsError, Search, draws, expand

MOST_EPOCHS = 10**6
LENGTHS = ("epochs", "updates")

_USED_BY = {
    "momentum": {"momentum", "nesterov", "adam", "adamw"},
    "rho": {"rmsprop", "adam", "adamw"},
    "epsilon": {"rmsprop", "adam", "adamw"},
}
"""Optimisers that use a setting; searching it with another would try the same thing twice."""


def resolve_case(
    name: str,
    study: Study,
    datasets: dict[str, ResolvedDataset],
    architectures: Path,
    file: Path | str,
    auto: str,
) -> Iterator[ResolvedCase]:
    """Yield the case, once an engine; raise :class:`ConfigError` for the first mistake in it.

    ``auto`` is the engine that is meant by this word.
    """
    case = study.cases[name]
    where = f"cases.{name}"
    case = case.model_copy(update={"engines": [auto if e == AUTO else e for e in case.engines]})
    on = case.dataset or ""
    references: list[tuple[str, str, str, Iterable[str]]] = [
        ("dataset", "data set", on, datasets),
        ("architecture", "architecture", case.architecture, available_architectures(architectures)),
    ]
    for index, engine in enumerate(case.engines):
        references.append((f"engines.{index}", "engine", engine, ENGINES))
    for key, what, found, names in references:
        if found not in names:
            raise ConfigError(f"{file}: {where}.{key}: {unknown(what, found, names)}")
    if study.tf32 and len(case.engines) > 1:
        raise ConfigError(
            f"{file}: tf32: found true, where {where} compares engines; allowed: false"
        )
    dataset = datasets[on]
    described = load_architecture(architectures, case.architecture)
    try:
        bound = described.bind(dataset.shape, dataset.contents.classes)
    except ArchitectureError as error:
        raise ArchitectureError(f"{file}: {where}.architecture: {error}") from None
    matched = None
    for by, asked in (case.match or {}).items():
        other = partner(study, asked, on)
        if other is None or study.cases[other].match:
            raise ConfigError(
                f"{file}: {where}.match.{by}: found {shown(asked)}; allowed: a case on {on} "
                "without match"
            )
        whole = load_architecture(architectures, study.cases[other].architecture)
        try:
            bound, matched = match(
                described, whole.bind(dataset.shape, dataset.contents.classes), asked, by
            )
        except ValueError as error:
            raise ConfigError(f"{file}: {where}.match.{by}: {error}") from None

    for word, extra in extras_in(bound.identity_dict()).items():
        for index, engine in enumerate(case.engines):
            if extra.engines is not None and engine not in extra.engines:
                raise ConfigError(
                    f"{file}: {where}.engines.{index}: found {shown(engine)}; allowed: "
                    f"{', '.join(extra.engines)}, the only one for {word} of the plug-in "
                    f"{extra.plugin}"
                )

    part = _Part(file, where, study, case, dataset, bound)
    training = part.training()
    search = part.search()
    search, points = part.points(search, training)
    for engine in case.engines:
        suffix = f"-{engine}" if len(case.engines) > 1 else ""
        yield ResolvedCase(
            name=name + suffix,
            title=(case.title or bound.title) + (f" ({ENGINES[engine].title})" if suffix else ""),
            dataset=on,
            engine=engine,
            network=case.network or name,
            version=case.version,
            architecture=bound,
            description=described.description,
            training=training,
            search=search,
            refit_seeds=case.refit_seeds or study.refit.seeds,
            time_repeats=case.time_repeats or study.time.repeats,
            published=case.published,
            matched=matched,
            points=points,
        )


def _as_checked(
    search: Search, points: list[dict[str, Any]], later: dict[str, list[Any]]
) -> Search:
    """Return a search with the values that it draws from later as the schema has them."""
    space = {
        key: each.model_copy(update={"choices": later[key]}) if each.choices else each
        for key, each in search.space.items()
    }
    grid = {key: [*{canonical(p[key]): p[key] for p in points}.values()] for key in search.grid}
    return search.model_copy(update={"space": space, "grid": grid})


@dataclass(frozen=True)
class _Part:
    """One case's settings laid over the study's, which messages must tell apart."""

    file: Path | str
    where: str
    study: Study
    case: Case
    dataset: ResolvedDataset
    architecture: BoundArchitecture

    def training(self) -> Training:
        given: dict[str, Any] = {}
        for own in (self.study.training, self.dataset.used.training, self.case.training):
            # epochs or updates, whichever the others have
            dropped = set(LENGTHS) if own.keys() & set(LENGTHS) else set()
            given = {key: value for key, value in given.items() if key not in dropped} | own
        given = self._filled(given)
        updates = given.pop("updates", None)
        try:
            training = Training.model_validate(given)
            if updates is not None:
                given["epochs"] = self._epochs(given, updates, training.batch_size)
                training = Training.model_validate(given)
            return training
        except ValidationError as error:
            raise ConfigError(
                explain(error, file=self.file, model=Training, prefix=self._training_section)
            ) from None

    def _epochs(self, given: dict[str, Any], updates: Any, batch_size: int) -> int:
        """Return as many epochs as come nearest to a number of steps."""
        both = (self.study.search, self.case.search)
        searched = {key for each in both for of in ("grid", "space") for key in each.get(of, {})}
        if type(updates) is not int or updates < 1:
            problem = f"found {shown(updates)}; allowed: a whole number of at least 1"
        elif "epochs" in given:
            problem = "found it beside epochs; allowed: one of them"
        elif {"batch_size", "epochs"} & searched:
            problem = "found it beside a search of batch_size or epochs; allowed: epochs"
        else:
            return max(1, round(updates / max(1, self.dataset.sizes.train // batch_size)))
        raise self._error(self._training_section("updates"), "updates", problem)

    def search(self) -> Search:
        """Return the case's search; another method drops what the study's method needs."""
        shared, own = self.study.search, self.case.search
        if "seeds" in own:
            problem = f"found {shown(own['seeds'])}; allowed: only in the study's search, the same "
            raise self._error(f"{self.where}.search", "seeds", problem + "for all cases")
        try:
            return Search.model_validate({**without_method(shared, own), **own})
        except ValidationError as error:
            raise ConfigError(
                explain(error, file=self.file, model=Search, prefix=self._search_section)
            ) from None

    def points(self, search: Search, training: Training) -> tuple[Search, list[dict[str, Any]]]:
        """Return the search and its first points, all values as the schema has them."""
        self._check_keys(search)
        try:
            search = self._sized(search, training)
            points = [self._filled(point) for point in expand(search, self.study.seed)]
        except PointsError as error:
            raise self._error(self._search_section(error.key), error.key, error.problem) from None
        values = {"grid": "grid", "list": "points"}.get(search.method, "space")
        section = self._search_section(values)
        base = training.model_dump()

        def checked(point: dict[str, Any], where: str = values) -> dict[str, Any]:
            return self._checked(base, point, section, where)

        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        for index, point in enumerate(points):
            where = f"{values}.{index}" if search.method == "list" else values
            found.append(checked(point, where))
            if canonical(found[-1]) in seen:
                problem = f"found the point {shown(found[-1])} twice; allowed: once"
                raise self._error(section, values, problem)
            seen.add(canonical(found[-1]))
        self._check_pruner(search, training, found)
        self._check_budget(search, training, found)
        folds = self.dataset.used.inner_folds or 1
        if len(found) > 1 and search.seeds % folds:
            problem = f"found {search.seeds}; allowed: a multiple of {folds}, the inner folds"
            raise self._error(self._search_section("seeds"), "seeds", problem)
        if not search.adds:
            return search, found
        extremes = {key: each.extremes for key, each in search.space.items()} | search.grow
        later = {
            key: [checked(self._filled({**points[0], key: value}))[key] for value in ends]
            for key, ends in extremes.items()
        }
        return _as_checked(search, found, later), found

    def _checked(
        self, base: dict[str, Any], point: dict[str, Any], section: str, where: str
    ) -> dict[str, Any]:
        """Return a point as the schema has it: 1 and 1.0 are the same learning rate."""
        try:
            full = Training.model_validate({**base, **point})
        except ValidationError as error:
            prefix = f"{section}.{where}"
            raise ConfigError(
                explain(error, file=self.file, model=Training, prefix=prefix)
            ) from None
        for key in point:
            if key in _USED_BY and full.optimizer not in _USED_BY[key]:
                problem = (
                    f"optimizer {full.optimizer} does not use {key}; allowed with: "
                    f"{', '.join(sorted(_USED_BY[key]))}"
                )
                raise self._error(section, f"{where}.{key}", problem)
        for key, problem in self._misfits(full):
            if key in point:
                raise self._error(section, f"{where}.{key}", problem)
            raise self._error(self._training_section(key), key, problem)
        dumped = full.model_dump()
        return {key: dumped[key] for key in point}

    def _sized(self, search: Search, training: Training) -> Search:
        """Return the search with as many samples as the budget has room for, where it has one."""
        if search.method not in DRAWN:
            return search
        budget = self.study.budget
        if (budget is None) == (search.samples is None):
            found = "found it beside the study's budget" if budget else "found none"
            raise PointsError("samples", f"{found}; allowed: samples or a budget, one of them")
        if budget is None:
            return search
        if search.method == "tpe" and {"epochs", "batch_size"} & search.space.keys():
            raise PointsError(
                "space", "found epochs or batch_size, whose costs nobody knows before; allowed "
                "with tpe and a budget: others"
            )  # fmt: skip
        left, samples = budget.amount * (1 + 1e-9), 0
        for point in draws(search, self.study.seed):
            left -= search.seeds * self._cost(budget.unit, training, point)
            if left < 0 or samples > MOST_POINTS:
                break
            samples += 1
        if samples < 2:
            raise PointsError("samples", f"found a budget for {samples}; allowed: 2 or more")
        return search.model_copy(update={"samples": samples})

    def _check_pruner(
        self, search: Search, training: Training, points: list[dict[str, Any]]
    ) -> None:
        if not search.pruner or len(points) == 1:
            return
        section = self._search_section("pruner")
        if "epochs" in points[0]:
            problem = "found it beside a search of epochs; allowed: one of them"
            raise self._error(section, "pruner", problem)
        if search.pruner.epochs >= training.epochs:
            problem = f"found {search.pruner.epochs}; allowed: below {training.epochs}, the case's"
            raise self._error(section, "pruner.epochs", problem)
        if self.study.budget:
            problem = "found it beside the study's budget; allowed: one of them"
            raise self._error(section, "pruner", problem)

    def _check_budget(
        self, search: Search, training: Training, points: list[dict[str, Any]]
    ) -> None:
        """Refuse what is no equal part: points that are drawn are as many as fit."""
        budget = self.study.budget
        if budget is None or search.method in DRAWN or len(points) == 1:
            return
        costs = (self._cost(budget.unit, training, point) for point in points)
        share = search.seeds * sum(costs) / budget.amount
        if search.grow or not LEAST <= share <= 1 + 1e-9:
            found = "grow" if search.grow else f"a search that costs {share:.3g} of it"
            raise ConfigError(
                f"{self.file}: budget.{budget.unit}: found {found} in {self.where}; allowed: "
                f"{'grids that do not grow' if search.grow else f'from {LEAST} to 1'}, or a method "
                f"that draws as many points as fit ({', '.join(DRAWN)})"
            )

    def _cost(self, unit: Unit, training: Training, point: dict[str, Any]) -> float:
        return spent(
            unit,
            self.architecture,
            epochs=point.get("epochs", training.epochs),
            images=self.dataset.sizes.train,
            batch_size=point.get("batch_size", training.batch_size),
        )

    def _check_keys(self, search: Search) -> None:
        given = [(key, getattr(search, key)) for key in ("grid", "grow", "space")]
        given += [(f"points.{i}", point) for i, point in enumerate(search.points or [])]
        for where, keys in given:
            for key in keys:
                if key not in Training.model_fields:
                    section = self._search_section(where.partition(".")[0])
                    problem = unknown("training key", key, Training.model_fields)
                    raise self._error(section, f"{where}.{key}", problem)

    def _misfits(self, training: Training) -> Iterator[tuple[str, str]]:
        """Yield settings that are fine by themselves and do not fit the data or the network."""
        if training.epochs > MOST_EPOCHS:
            yield "epochs", f"found {training.epochs}; allowed: at most {MOST_EPOCHS}"
        size = self.dataset.sizes.train
        if training.batch_size > size:
            yield (
                "batch_size",
                f"found {training.batch_size}; allowed: at most {size}, the training images of "
                f"{self.dataset.name}",
            )
        augmentation = training.augmentation
        if augmentation and augmentation.flip is True and self.dataset.entry.flip_changes_class:
            yield (
                "augmentation",
                f"found flip: true, but a mirrored image of {self.dataset.name} is of another "
                'class, or of none; allowed: flip: false, or flip: "forced"',
            )
        if augmentation and augmentation.colour_pca and self.dataset.shape[2] != 3:
            yield (
                "augmentation",
                f"found colour_pca: {augmentation.colour_pca} for images of "
                f"{self.dataset.shape[2]} channels; allowed: 0, or images of 3 channels",
            )
        side = min(self.dataset.shape[:2])
        for key, most in (("crop", side - 1), ("cutout", side)):
            if augmentation and getattr(augmentation, key) > most:
                yield (
                    "augmentation",
                    f"found {key}: {getattr(augmentation, key)}; allowed: at most {most} for the "
                    f"images of {self.dataset.name}",
                )
        kinds = sorted({layer.kind for layer in self.architecture.walk() if layer.weights})
        for kind in training.frozen:
            if kind not in kinds:
                yield "frozen", unknown("kind of layer with weights", kind, kinds)

    def _filled(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Return training settings with ``augmentation: default`` as the catalogue has it."""
        if settings.get("augmentation") != "default":
            return settings
        if not self.dataset.entry.augmentation.kinds:
            raise ConfigError(
                f"{self.file}: {self.where}: augmentation: found default, but datasets.yaml gives "
                f"no augmentation for {self.dataset.base}; allowed: null, or a mapping"
            )
        return settings | {"augmentation": self.dataset.entry.augmentation.model_dump()}

    def _training_section(self, key: str) -> str:
        if key in self.dataset.used.training and key not in self.case.training:
            return f"datasets.{self.dataset.name}.training"
        return self._section("training", key, self.case.training, self.study.training)

    def _search_section(self, key: str) -> str:
        return self._section("search", key, self.case.search, self.study.search)

    def _section(self, section: str, key: str, own: dict[str, Any], shared: dict[str, Any]) -> str:
        """Return where in the file a key was given: in the case, or in the study for all."""
        of_case = key in own or (key not in shared and bool(own or not shared))
        return f"{self.where}.{section}" if of_case else section

    def _error(self, section: str, key: str, problem: str) -> ConfigError:
        return ConfigError(f"{self.file}: {section}.{key}: {problem}")
