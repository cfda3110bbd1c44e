"""A publication's networks, figures and tables beside those of this study.

Reads ``published``, ``network`` and ``version`` of the cases in the plan.
"""

from dataclasses import dataclass

from densevsconv.claims.kind import HOLDS
from densevsconv.report import claims, front
from densevsconv.report.contents import GRADIENTS, Counterpart, Drawing, counterparts
from densevsconv.report.parts import Part, Text, case, joined, name
from densevsconv.report.study import Reported
from densevsconv.report.wording import MISSING
from densevsconv.results.plan import ReportPlan
from densevsconv.results.study import Study

VERSIONS = ("coded", "published", "corrected")
"""What a version's name begins with, in the order in which they are read: what may have run, what
was said, what should have run."""


@dataclass(frozen=True)
class Model:
    """One published network on one data set.

    ``case`` is the one whose plan says what was published; ``versions`` are all its cases by
    (version, engine), in the order of the report.
    """

    name: str
    case: str
    versions: dict[tuple[str, str], str]

    def like(self, version: str, engine: str) -> str | None:
        """Return this network's case of a version, or of one of its kind; best on one engine."""
        alike = sorted(
            (key for key in self.versions if _kind(key[0]) == _kind(version)),
            key=lambda key: (key[0] != version, key[1] != engine),
        )
        return self.versions[alike[0]] if alike else None

    def nearest(self, study: Reported, kind: str) -> str | None:
        """Return the case of a kind of version whose mean accuracy is nearest to the published."""
        published = study.case(self.case).published
        wanted = (published and published.accuracy) or 0.0
        cases = [case for (version, _), case in self.versions.items() if _kind(version) == kind]
        summary = study.results.summary
        return min(cases, key=lambda x: abs(summary(x).test_accuracy_mean - wanted), default=None)

    def verdict(self, study: Reported) -> str:
        """Return in which versions a run may have the published accuracy."""
        if study.results.plan.datasets[study.case(self.case).dataset].other_data:
            return "other data"
        found = {
            kind: claims.near(study, case)
            for kind in ("coded", "published")
            if (case := self.nearest(study, kind))
        }
        near = [f"as {kind}" for kind, told in found.items() if told == claims.NEAR[HOLDS]]
        return ", ".join(near) or ("no" if "no" in found.values() else MISSING)

    def label(self, study: Reported, of: str) -> Part:
        """Return a case's title without the network's name, which stands above it; else its id."""
        title = study.case(of).title
        version = title.removeprefix(f"{self.name}, ")
        return name(version) if version != title else case(of)


def _kind(version: str) -> str:
    return version.partition("_")[0]


def _place(version: str) -> int:
    return [*VERSIONS, _kind(version)].index(_kind(version))


def models(study: Reported, dataset: str) -> list[Model]:
    """Return the published networks of a data set, in the order of the report.

    A network is there once, even if several engines train it.
    """
    plans = {each: study.case(each) for each in study.cases(dataset)}
    found: dict[str, Model] = {}
    for each, plan in plans.items():
        if plan.published is None or plan.network in found:
            continue
        own = [(key, other) for key, other in plans.items() if other.network == plan.network]
        versions = {(other.version or "published", other.engine): key for key, other in own}
        versions = dict(sorted(versions.items(), key=lambda item: _place(item[0][0])))
        found[plan.network] = Model(plan.published.name or plan.network, each, versions)
    return list(found.values())


def all_models(study: Reported) -> list[Model]:
    return [model for dataset in study.datasets for model in models(study, dataset)]


def checked(study: Reported) -> bool:
    asked = study.results.plan.counterparts.values()
    return any(each.table == GRADIENTS for each in asked if each)


def asked(study: Reported, drawings: list[Drawing]) -> list[tuple[str, Text, Part | str, Text]]:
    """Return of the publication's figures and tables: name, place here, data set, cases."""
    return [
        (
            each.of,
            _here(study.results, each, drawings) or Text(MISSING),
            study.title(each.dataset) if each.dataset else MISSING,
            joined([*map(case, each.cases)], ", ") or Text(MISSING),
        )
        for each in counterparts(study.results.plan)
    ]


def _here(results: Study[ReportPlan], asked: Counterpart, drawings: list[Drawing]) -> Text:
    """Return a reference to our figures or table; of a figure's files, those with the cases."""
    if asked.kind == "table":
        whole = {front.cases(results, each) == results.cases(each) for each in results.datasets}
        in_paper = asked.name in ("results", "architectures") and whole == {True}
        suffix = f"-{asked.dataset}" if asked.dataset and not in_paper else ""
        return Text(Part("table", f"{asked.name}{suffix}"))
    own = [drawing for drawing in drawings if drawing.counterpart == asked.of]
    same = own or [
        drawing
        for drawing in drawings
        if drawing.figure.name == asked.name
        and drawing.dataset == asked.dataset
        and not drawing.counterpart
        and (not asked.cases or set(asked.cases) & set(drawing.cases))
    ]
    return joined([Part("figure", drawing.stem) for drawing in same], ", ")
