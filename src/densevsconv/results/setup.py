"""What a finished study was made of, as mappings, and where two of them differ.

None, or nothing, stands for what a published folder does not have.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.results.code import Code
from densevsconv.results.data import FetchedFiles
from densevsconv.results.study import Study
from densevsconv.store.files import read_json

Setup = dict[str, Any]
ABSENT = object()
KEYS = {
    "report": ("title", "question", "description", "notes", "publication",
               "highlights report.highlights", "counterparts report.counterparts"),
    "refit": ("seed", "execution", "threads", "deterministic", "tf32"),
    "search": ("seeds search.seeds", "shards"),
    "evaluate": ("confidence evaluate.confidence", "calibration_bins evaluate.calibration_bins"),
    "time": ("seconds time.seconds", "batch_sizes time.batch_sizes", "threads time.threads"),
    "summarise": ("target_accuracy time.target_accuracy", "budget"),
    "judge": ("claims",),
}  # fmt: skip
"""The keys of the plan of each stage, and what they are called in the study's file."""


def configuration(study: Study) -> Setup | None:
    """Return the resolved configuration by the paths of a study's YAML."""
    if not study.plan.cases:
        return None
    plans = {stage: read_json(study.at.plan(stage)) for stage in KEYS}
    found: Setup = {
        path or key: plans[stage].get(key)
        for stage, keys in KEYS.items()
        for key, _, path in (each.partition(" ") for each in keys)
    }
    timed = plans["time"]["cases"]
    found["cases"] = {
        name: {
            **case.model_dump(
                mode="json",
                include={"dataset", "title", "network", "version", "published", "training"},
            ),
            "engines": [case.engine],
            "match": case.matched and {case.matched.by: case.matched.case},
            "search": {"method": case.method, "grid": case.grid}
            | ({} if case.grid else {"points": case.points}),
            "refit_seeds": case.seeds,
            "time_repeats": timed[name]["seeds"],
            "architecture": _architecture(case.bound),
        }
        for name, case in study.plan.cases.items()
    }
    found["datasets"] = {
        name: data.model_dump(mode="json", exclude={"split", "seed", "knobs", "source"})
        | data.split.model_dump(mode="json")
        | {"source": {"kind": data.source} | data.knobs}
        for name, data in study.plan.datasets.items()
    }
    return found


def _architecture(bound: BoundArchitecture) -> Setup:
    layers = bound.identity_dict()["layers"]
    names = [layer.name for layer in bound.layers]
    return {
        "name": bound.name,
        "parameters": bound.parameters,
        "layers": dict(zip(names, layers, strict=True)),
    }


def chosen(study: Study) -> Setup:
    """Return the chosen settings of each case that had any to choose from."""
    found = {row.case: json.loads(row.settings) for row in study.summaries.values()}
    return {"cases": {case: settings for case, settings in found.items() if settings}}


def code(study: Study) -> Setup | None:
    """Return commit and modules; None where the run did not record them."""
    file = study.at.code
    return Code.read(file).model_dump() if file.exists() else None


def environment(study: Study) -> Setup | None:
    """Return the machine and the packages of each case's timing, and where its runs were."""
    return study.plan.cases and {
        "cases": {
            name: {
                "timed": study.timing(name).machine
                | study.timing(name).model_dump(include={"device", "threads", "execution"}),
                "trained": {
                    key: sorted({getattr(run, key) for run in study.runs(name)})
                    for key in ("node", "device", "threads", "execution")
                },
            }
            for name in study.plan.cases
        }
    }


def data(study: Study) -> Setup | None:
    """Return numbers of images and checksums of each data set."""
    found = {}
    for name in study.datasets:
        info, fetched = study.data_info(name), study.at.fetched(study.plan.datasets[name].dataset)
        files = FetchedFiles.read(fetched).files if fetched.exists() else {}
        found[name] = {
            "images": info.counts.model_dump(),
            "training and validation images": info.train_hash,
            "test images": info.test_hash,
            "files": {file: each.sha256 for file, each in files.items()},
        }
    return found and {"datasets": found}


class Differing(NamedTuple):
    """A place where two mappings differ; ABSENT on a side that has nothing there."""

    path: tuple[str, ...]
    a: Any
    b: Any

    @property
    def said(self) -> tuple[tuple[str, ...], str]:
        """What is alike in the same difference of several cases or data sets."""
        return (*self.path[:1], *self.path[2:]), repr((self.a, self.b))


def differences(a: Setup, b: Setup, path: tuple[str, ...] = ()) -> Iterator[Differing]:
    """Yield every place where two mappings differ, but for cases that one alone has."""
    for key in dict.fromkeys([*a, *b]):
        old, new = a.get(key, ABSENT), b.get(key, ABSENT)
        if path == ("cases",) and ABSENT in (old, new):
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from differences(dict(old), dict(new), (*path, key))
        elif old != new:
            yield Differing((*path, key), old, new)


def gathered(found: Iterable[Differing]) -> list[tuple[Differing, list[str]]]:
    """Return what differs once, with the names of the cases or data sets that it is true of."""
    groups: dict[Any, tuple[Differing, list[str]]] = {}
    for each in found:
        several = each.path[0] in ("cases", "datasets") and len(each.path) > 1
        _, names = groups.setdefault(each.said if several else each.path, (each, []))
        names += [each.path[1]] if several else []
    return list(groups.values())
