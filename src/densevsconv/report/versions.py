"""The published networks of a study, and in which versions the study trains each.

A study that reproduces a publication names its versions by how the case's id ends:
``<network>_coded`` (what the publication's code does; ``<network>_coded_16`` where there are
several), ``<network>_published`` and ``<network>_corrected``, with the engine behind it where there
are several. The network is that of a case with ``published`` in the plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from densevsconv.report.layout import ordered_cases

VERSIONS = ("coded", "published", "corrected")
"""In the order in which they are read: what may have run, what was said, what should have run."""

_ENDING = re.compile(rf"_(?P<version>{'|'.join(VERSIONS)})(?P<variant>(_[^-]*)?)")


@dataclass(frozen=True)
class Model:
    """One published network on one data set.

    Attributes
    ----------
    stem
        What the ids of its cases begin with.
    dataset
        The study's name of the data set.
    case
        The case whose plan says what was published.
    versions
        Its cases by (version, variant, engine), in the order of the report.
    """

    stem: str
    dataset: str
    case: str
    versions: dict[tuple[str, str, str], str]

    def like(self, key: tuple[str, str, str]) -> str | None:
        """Return this network's case of a version: on the same engine, else on any, else None."""
        version, variant, engine = key
        alike = sorted(
            (found for found in self.versions if found[0] == version),
            key=lambda found: (found[1] != variant, found[2] != engine),
        )
        return self.versions[alike[0]] if alike else None


def models(cases: dict[str, Any], dataset: str) -> list[Model]:
    """Return the published networks of a data set, in the order of the report.

    ``cases`` is that of ``plan/report.json``. A network is there once, even if several engines
    train it.
    """
    found: dict[str, Model] = {}
    for case in ordered_cases(cases, dataset):
        if cases[case].get("published") is None:
            continue
        stem = _parted(case, cases[case]["engine"])[0]
        if stem not in found:
            found[stem] = Model(stem, dataset, case, _versions(cases, dataset, stem))
    return list(found.values())


def _versions(cases: dict[str, Any], dataset: str, stem: str) -> dict[tuple[str, str, str], str]:
    keys = {}
    for case in ordered_cases(cases, dataset):
        engine = cases[case]["engine"]
        own, version, variant = _parted(case, engine)
        if own == stem:
            keys[version, variant, engine] = case
    return {key: keys[key] for key in sorted(keys, key=lambda key: VERSIONS.index(key[0]))}


def _parted(case: str, engine: str) -> tuple[str, str, str]:
    """Return the network, the version and the variant that a case's id names.

    >>> _parted("net_coded_16", "numpy"), _parted("net_published-numpy", "numpy")
    (('net', 'coded', '_16'), ('net', 'published', ''))
    """
    name = case.removesuffix(f"-{engine}")
    ends = list(_ENDING.finditer(name))
    if ends and ends[-1].end() == len(name):
        end = ends[-1]
        return name[: end.start()], end["version"], end["variant"]
    return name, "published", ""
