"""Where every file of a study lies: one table of paths, for the workflow and the stages alike.

In a path ``{study}`` is the study's folder, ``{results}`` the folder of all studies, ``{report}``
that of the study's report; ``{}`` is a name that is asked for: ``at.selection("dense_1")``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path


class _File:
    """A file that there is once in a study."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __get__(self, at: Layout, owner: type[Layout]) -> Path:
        return at.path(self.pattern)


class _Each:
    """A file for each data set, case, shard, ..."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __get__(self, at: Layout, owner: type[Layout]) -> Callable[..., Path]:
        return partial(at.path, self.pattern)


@dataclass(frozen=True)
class Layout:
    """The files of one study, under ``root`` (``results/<study>``), and of its report.

    Stages read and write only through these names, so that no stage searches folders.
    """

    root: Path
    reports: Path = Path("reports")
    """Folder of all reports."""
    captions: Path = Path("workflow/report")
    """Folder of the captions."""

    plan = _Each("{study}/plan/{}.json")
    """What a stage is asked to do, defaults filled in; written as a run starts."""
    digests = _Each("{study}/digests/{}.json")
    """The digest of every file that a job wrote."""
    code = _File("{study}/plan/code.json")
    """The code that a study was last run with; written with the plans."""
    journal = _Each("{study}/journal/{}")
    """Folder of finished work of a stage."""
    claim = _Each("{study}/working/{}")
    """Who is at a stage, or at a part of it; there while it runs."""
    running = _File("{results}/.running")
    """Which run writes here just now: one for all studies, since timings are taken alone."""
    execution = _File("{results}/execution")
    """Folder of measured execution modes and compiled programs, which all studies share."""

    fetched = _Each("{study}/fetch/{}.json")
    """Which files of a data set were fetched, from where, and their checksums."""
    train_data = _Each("{study}/data/{}/train.npz")
    """The images of a data set that training and validation may see."""
    test_data = _Each("{study}/data/{}/test.npz")
    """The test images, for refit and evaluate; measure counts them and looks for duplicates."""
    data_info = _Each("{study}/data/{}/info.json")
    """What a prepared data set is: shape, classes, counts, hashes."""
    contact_sheet = _Each("{study}/data/{}/sheet.npz")
    """Some images at every step of their transformation."""
    class_sheet = _Each("{study}/data/{}/classes.png")
    """Some images of every class under its name, to be looked at."""
    measures = _Each("{study}/data/{}/measures.json")
    """What was measured on the images."""
    mean_images = _Each("{study}/data/{}/means.npz")
    """The mean image of every class."""

    search_shard = _Each("{study}/search/shard{}.parquet")
    """The trials of one shard, one row a trial."""
    trainings = _Each("{study}/search/shard{}.json")
    """The same trials, each with all of its settings and its curves."""
    selection = _Each("{study}/select/{}.json")
    """The chosen settings of a case and why."""
    runs = _Each("{study}/refit/{}/runs.json")
    """One record a refitted seed of a case."""
    history = _Each("{study}/refit/{}/history.parquet")
    """One row an epoch and seed."""
    predictions = _Each("{study}/refit/{}/predictions.parquet")
    """One row a test image and seed, a column a class probability."""
    weights = _Each("{study}/refit/{}/weights.npz")
    """The weights of every seed."""
    evaluation = _Each("{study}/evaluate/{}.json")
    """Test metrics and confusion counts of a case."""
    timing = _Each("{study}/time/{}.json")
    """Timings of a case."""
    rerun = _File("{study}/rerun.json")
    """Whether a run that is trained again has the same bits."""
    gradients = _File("{study}/gradients.json")
    """Relative errors of gradients, where the study asks for a check."""
    claims = _File("{study}/claims.json")
    """Verdicts on a publication's claims."""

    trials = _File("{study}/trials.csv")
    """One row a trial."""
    summary = _File("{study}/summary.csv")
    """One row a case."""
    run_table = _File("{study}/runs.csv")
    """One row a refitted seed."""
    comparisons = _File("{study}/comparisons.csv")
    """One row a pair of cases: difference of test accuracy with its interval."""
    difficulty = _File("{study}/difficulty.csv")
    """One row a network on two forms of the same images."""
    series = _File("{study}/series.csv")
    """One row a network at a place of a series; this and the next where a study has series."""
    leads = _File("{study}/leads.csv")
    """One row a pair of networks at a place of a series."""
    crossings = _File("{study}/crossings.csv")
    """One row a pair of networks and a series."""
    learning = _File("{study}/learning.csv")
    """One row a network on one kind of images."""
    equivalents = _File("{study}/equivalents.csv")
    """One row a pair of networks and a number of images."""
    needed = _File("{study}/needed.csv")
    """One row a network on one kind of images."""
    growth = _File("{study}/growth.csv")
    """One row a network."""
    trust = _File("{study}/trust.csv")
    """One row an item: what may be asked of a study before its results are believed."""
    families = _File("{study}/families.csv")
    """The case that stands for each family of a data set."""
    budgets = _File("{study}/budgets.csv")
    """One row a case: what its search cost."""
    search_budget = _File("{study}/search_budget.csv")
    """One row a case and number of points: the best score to expect."""
    splits = _File("{study}/splits.csv")
    """One row a network, or a pair, over several splits, where there are several."""
    importance = _File("{study}/importance.csv")
    """One row a searched setting of a case."""
    engine_comparisons = _File("{study}/engines.csv")
    """One row a network trained alike by two engines."""

    caption = _Each("{captions}/{}.rst")
    """What stands below a figure, or above a table (``table_<name>``)."""
    figure = _Each("{report}/figures/{}.{}")
    """A figure by its name and kind: "svg" (paper, page) or "png" (README, MLflow)."""
    paper = _File("{report}/paper.pdf")
    supplement = _File("{report}/supplement.pdf")
    """What the paper has no room for."""
    page = _File("{report}/index.html")
    facts = _File("{report}/facts.json")
    """Every printed number with its source."""

    tracked = _File("{study}/track.json")
    """What was imported into MLflow."""
    database = _File("{results}/mlflow/mlflow.db")
    """MLflow's, of all studies."""
    artifacts = _File("{results}/mlflow/artifacts")
    """Files attached to MLflow's runs."""
    origin = _File("{results}/.origin")
    """What tells these results from those of other clones on an MLflow server."""

    @property
    def study(self) -> str:
        return self.root.name

    def name(self, file: Path) -> str:
        """Return what a file is called in whichever study; "" of one that is of no study.

        >>> at = Layout(Path("results/tiny"))
        >>> at.name(at.trials), at.name(at.paper), at.name(at.caption("accuracy"))
        ('trials.csv', 'report/paper.pdf', '')
        """
        folders = {"report/": self.reports / self.study, "": self.root}
        own = (each for each in folders.items() if file.is_relative_to(each[1]))
        return next((f"{start}{file.relative_to(folder)}" for start, folder in own), "")

    def path(self, pattern: str, *names: str | int) -> Path:
        folders = {
            "study": self.root,
            "results": self.root.parent,
            "report": self.reports / self.study,
            "captions": self.captions,
        }
        return Path(pattern.format(*names, **folders))
