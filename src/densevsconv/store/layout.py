"""Where every file of a study lies. The Snakefile and the stages both ask here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The files of one study, under ``root`` (``results/<study>``), and of its report.

    Stages read and write only through these names, so that no stage searches folders.

    Attributes
    ----------
    reports
        Folder of all reports.
    captions
        Folder of the captions, one file a figure or table.
    """

    root: Path
    reports: Path = Path("reports")
    captions: Path = Path("workflow/report")

    @property
    def study(self) -> str:
        """The study's name."""
        return self.root.name

    # -- plan: what each stage is asked to do; written as a run starts, read by the stage
    def plan(self, stage: str) -> Path:
        """Return the settings of one stage (JSON), resolved from the config, defaults filled in."""
        return self.root / "plan" / f"{stage}.json"

    # -- fetch
    def fetched(self, base: str) -> Path:
        """Return which files of a data set were fetched, from where, and their checksums."""
        return self.root / "fetch" / f"{base}.json"

    # -- prepare: train.npz holds training and validation images; test.npz is for refit and
    #    evaluate. Measure reads it too, to count and to find duplicates: no choice depends on that
    def train_data(self, dataset: str) -> Path:
        """Return the images that training and validation may see."""
        return self.root / "data" / dataset / "train.npz"

    def test_data(self, dataset: str) -> Path:
        """Return the test images."""
        return self.root / "data" / dataset / "test.npz"

    def data_info(self, dataset: str) -> Path:
        """Return the description of a prepared data set (shape, classes, counts, hashes)."""
        return self.root / "data" / dataset / "info.json"

    # -- measure
    def measures(self, dataset: str) -> Path:
        """Return what was measured on the images of a prepared data set."""
        return self.root / "data" / dataset / "measures.json"

    def mean_images(self, dataset: str) -> Path:
        """Return the mean image of every class."""
        return self.root / "data" / dataset / "means.npz"

    def contact_sheet(self, dataset: str) -> Path:
        """Return some images at every step of their transformation (written by prepare)."""
        return self.root / "data" / dataset / "sheet.npz"

    # -- work in progress
    def journal(self, stage: str) -> Path:
        """Return the folder of finished trials of a stage."""
        return self.root / "journal" / stage

    @property
    def execution(self) -> Path:
        """Measured execution modes; beside the studies, since all studies share them."""
        return self.root.parent / "execution"

    # -- search, select
    def search_shard(self, shard: int) -> Path:
        """Return the trials of one shard (parquet, one row a trial)."""
        return self.root / "search" / f"shard{shard}.parquet"

    def selection(self, case: str) -> Path:
        """Return the chosen settings of a case and why."""
        return self.root / "select" / f"{case}.json"

    @property
    def trials(self) -> Path:
        """One row a trial."""
        return self.root / "trials.csv"

    # -- refit
    def runs(self, case: str) -> Path:
        """Return one record a refitted seed."""
        return self.root / "refit" / case / "runs.json"

    def history(self, case: str) -> Path:
        """Return one row an epoch and seed."""
        return self.root / "refit" / case / "history.parquet"

    def predictions(self, case: str) -> Path:
        """Return one row a test image and seed, a column a class probability."""
        return self.root / "refit" / case / "predictions.parquet"

    def weights(self, case: str) -> Path:
        """Return the weights of every seed."""
        return self.root / "refit" / case / "weights.npz"

    def refit_files(self, case: str) -> list[Path]:
        """Return all files of a refitted case."""
        return [self.runs(case), self.history(case), self.predictions(case), self.weights(case)]

    # -- evaluate, time, summarise
    def evaluation(self, case: str) -> Path:
        """Return the test metrics and confusion counts of a case."""
        return self.root / "evaluate" / f"{case}.json"

    def timing(self, case: str) -> Path:
        """Return the timings of a case."""
        return self.root / "time" / f"{case}.json"

    @property
    def summary(self) -> Path:
        """One row a case."""
        return self.root / "summary.csv"

    @property
    def run_table(self) -> Path:
        """One row a refitted seed."""
        return self.root / "runs.csv"

    @property
    def comparisons(self) -> Path:
        """One row a pair of cases: difference of test accuracy with its interval."""
        return self.root / "comparisons.csv"

    @property
    def difficulty(self) -> Path:
        """One row a network on two forms of the same images: difference of test accuracy."""
        return self.root / "difficulty.csv"

    @property
    def families(self) -> Path:
        """The case that stands for each family of a data set."""
        return self.root / "families.csv"

    @property
    def gradients(self) -> Path:
        """Relative errors of gradients, where the study asks for a check."""
        return self.root / "gradients.json"

    @property
    def claims(self) -> Path:
        """Verdicts on a publication's claims."""
        return self.root / "claims.json"

    @property
    def engine_comparisons(self) -> Path:
        """One row a network trained alike by two engines: difference and time ratio."""
        return self.root / "engines.csv"

    # -- track: the database and the artefacts lie beside the studies, which share them
    @property
    def tracked(self) -> Path:
        """What was imported into MLflow."""
        return self.root / "track.json"

    @property
    def database(self) -> Path:
        """The MLflow database."""
        return self.root.parent / "mlflow" / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """Files attached to MLflow's runs."""
        return self.root.parent / "mlflow" / "artifacts"

    # -- figures, report
    def figure(self, stem: str, suffix: str) -> Path:
        """Return one figure file; ``suffix`` is "svg" (paper, page) or "png" (README, MLflow)."""
        return self.reports / self.study / "figures" / f"{stem}.{suffix}"

    def caption(self, name: str) -> Path:
        """Return the caption of a figure, or of a table (``table_<name>``)."""
        return self.captions / f"{name}.rst"

    @property
    def paper(self) -> Path:
        """The paper."""
        return self.reports / self.study / "paper.pdf"

    @property
    def page(self) -> Path:
        """The page, in one file."""
        return self.reports / self.study / "index.html"

    @property
    def facts(self) -> Path:
        """Every printed number with its source."""
        return self.reports / self.study / "facts.json"
