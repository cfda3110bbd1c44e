"""Where the files of a report lie, and plans of its stages as :class:`StudyPlan`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from densevsconv.report.contents import CAPTIONS, drawings
from densevsconv.results.plan import CasePlan, StudyPlan


def study_plan(content: dict[str, Any]) -> StudyPlan:
    """Return what a plan of figures, report or track says of the study."""
    known = {key: value for key, value in content.items() if key in StudyPlan.model_fields}
    cases = {}
    for name, case in content["cases"].items():
        kept = {key: value for key, value in case.items() if key in CasePlan.model_fields}
        own = name.removesuffix(f"-{case['engine']}")
        found = re.fullmatch(r"(.*)_((?:coded|published|corrected)(?:_[^-]*)?)", own)
        network, version = found.groups() if found else (own, "")
        cases[name] = {"network": network, "version": version} | kept
    return StudyPlan.model_validate({"confidence": 0.95} | known | {"cases": cases})


@dataclass(frozen=True)
class ReportLayout:
    """The files of one report.

    Attributes
    ----------
    reports
        Folder of all reports.
    study
        Name of the study.
    captions
        Folder of the captions, one file a figure or table.
    """

    reports: Path
    study: str
    captions: Path = Path("workflow/report")

    @property
    def root(self) -> Path:
        """Folder of this report."""
        return self.reports / self.study

    @property
    def paper(self) -> Path:
        """The paper."""
        return self.root / "paper.pdf"

    @property
    def page(self) -> Path:
        """The page, in one file."""
        return self.root / "index.html"

    @property
    def facts(self) -> Path:
        """Every printed number with its source."""
        return self.root / "facts.json"

    def figure(self, stem: str, suffix: str) -> Path:
        """Return one figure file; ``suffix`` is "svg" (paper, page) or "png" (README, MLflow)."""
        return self.root / "figures" / f"{stem}.{suffix}"

    def figure_files(self, plan: dict[str, Any], suffix: str) -> list[Path]:
        """Return the figure files of a study with this plan."""
        return [self.figure(drawing.stem, suffix) for drawing in drawings(study_plan(plan))]

    def caption(self, name: str) -> Path:
        """Return the caption of a figure, or of a table (``table_<name>``)."""
        return self.captions / f"{name}.rst"

    def caption_files(self) -> list[Path]:
        """Return every caption a report may need."""
        return [self.caption(name) for name in CAPTIONS]

    def outputs(self) -> list[Path]:
        """Return the files that the report stage writes."""
        return [self.paper, self.page, self.facts]
