"""The schemas of ``config/config.yaml`` and ``config/studies/*.yaml``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from densevsconv.claims.registry import Claim
from densevsconv.images.transforms.registry import Transforms
from densevsconv.planning.automatic import AUTO
from densevsconv.planning.catalogue import Count
from densevsconv.results.plan import Counterpart, Published, Split
from densevsconv.schema.strict import Allowed, Name, Strict
from densevsconv.tracking.server import ADDRESS, ALLOWED
from densevsconv.trials.budget import Budget

Scale = Literal["smoke", "laptop", "full"]
"""Seconds to see that everything runs; minutes on a laptop; the real thing."""


Folder = Annotated[
    str,
    StringConstraints(pattern=r"^[^-{}\x00-\x1f][^{}\x00-\x1f]*$"),
    Allowed("the path of a folder, without braces and not beginning with -"),
]
"""Snakemake fills in what stands in braces, and programs take - for an option."""


class Mlflow(Strict):
    """``mlflow`` in ``config/config.yaml``."""

    tracking_uri: Annotated[str, StringConstraints(pattern=ADDRESS), Allowed(ALLOWED)] | None = None
    """Address of an MLflow server that the runs go to; null: what the environment variable
    `MLFLOW_TRACKING_URI` says, if anything, else a database below `results`."""


class Config(Strict):
    """``config/config.yaml``: which study, and where its files go."""

    study: Name = "quickstart"
    """A study: the name of a file in `studies/`."""
    scale: Scale | None = None
    """How large: one of the study's `scales`; null: the study's own `scale`."""
    results: Folder = "results"
    """Folder of the result files."""
    reports: Folder = "reports"
    """Folder of the rendered reports."""
    data: Folder = "data"
    """Folder that official files are fetched into."""
    data_mirror: str | None = Field(default=None, min_length=1)
    """An address or a folder where files are looked for first, as `<mirror>/<data set>/<file>`;
    null: what the environment variable `DENSEVSCONV_DATA_MIRROR` says, if anything."""
    mlflow: Mlflow = Mlflow()
    """Where the runs are tracked."""
    gpus: int = Field(default=0, ge=0, le=1024)
    """GPUs that each job that trains asks Snakemake for: 1 where `--resources gpu=N` is to share N
    cards between jobs, and on a cluster with GPUs."""
    jobs_per_gpu: int = Field(default=1, ge=1, le=64)
    """Jobs that share a GPU, each with all of it that the others leave; timings have one alone."""


class StudyDataset(Split):
    """A data set as a study uses it: which one, how it is changed, how it is divided."""

    dataset: Annotated[str, Allowed("a data set of `datasets.yaml`")] | None = None
    """The data set in the catalogue; null: the one of this name. With it one data set can be used
    in several forms."""
    title: str = ""
    """Name for people; empty: the catalogue's."""
    transform: Transforms = Field(default_factory=list)
    """Changes made to every image before training, in order, see the transformations."""
    training: dict[str, Any] = Field(default_factory=dict)
    """Keys of Training that differ from the study's for all cases on it, such as more epochs of
    fewer images."""
    source: dict[str, Any] = Field(default_factory=dict)
    """Keys of the catalogue's source that differ, of a data set that is generated."""
    training_sizes: list[Annotated[int, Field(ge=1)]] = Field(default_factory=list)
    """Several numbers of training images: each makes a data set of its own, `<name>-<number>`, with
    a place in the series `training_images`."""
    splits: int = Field(default=1, ge=1, le=100)
    """So many divisions of the same images, by `draw`: each makes a data set of its own,
    `<name>-split<draw>`, on which its cases are searched and refitted anew. `splits.csv` has the
    means over them; so it has over `folds`."""
    folds: int | None = Field(default=None, ge=2, le=20)
    """So many test parts, in place of `test`, which between them are all images (cross-validation):
    each makes a data set of its own, `<name>-fold<fold>`, on which its cases are searched, within
    the rest, and refitted anew. With `splits` it is repeated: `<name>-split<draw>-fold<fold>`."""
    inner_folds: int | None = Field(default=None, ge=2, le=20)
    """So many validation parts, in place of `validation`, which between them are all images but
    those of the test: the seeds of a search take them in turn (`search.seeds` is a multiple), so
    that a point's score is its mean over them. The refitted networks have the first. The others
    are data sets of their own, `<name>-inner<number>`. With `folds`: nested cross-validation."""
    series: dict[Name, float] = Field(default_factory=dict)
    """Where the data set stands in the study's series, such as `{resolution: 12, shift: 0}`. Tables
    follow the lead of every network over each series and say where it changes sign."""
    other_data: str = ""
    """Why these are not the data of the publication that the study reproduces, such as that they
    are a sample of them: no claim is tested on them. Empty: they are."""


Match = Annotated[
    dict[Literal["parameters", "macs"], str],
    Field(min_length=1, max_length=1),
    Allowed("{parameters: CASE} or {macs: CASE}, as seconds are known only after timing"),
]


class Case(Strict):
    """One network trained in one way on one data set."""

    title: str = ""
    """Name for people; empty: the architecture's title."""
    dataset: Annotated[str, Allowed("a data set listed under `datasets`")] | None = None
    """The images."""
    datasets: list[str] = Field(default_factory=list)
    """Several data sets, in place of `dataset`: each makes a case of its own, `<case>-<data set>`.
    The name of one with `training_sizes`, `splits` or `folds` means all of them."""
    architecture: Annotated[str, Allowed("the name of a file in `architectures/`")]
    """The network's layers."""
    match: Match | None = None
    """Makes it as wide or narrow as comes nearest to another case on the same images: all `units`
    and `filters` but those of the last layer are multiplied by one factor. The count comes within
    10% of the other's, or it is refused."""
    engines: list[str] = Field(default_factory=lambda: [AUTO], min_length=1)
    """What trains it: `tensorflow`, `jax`, `numpy` (numpynet), or `auto`: JAX where there are
    NVIDIA GPUs and it is installed for them, else TensorFlow. With several, each makes a case of
    its own, `<case>-<engine>`."""
    training: dict[str, Any] = Field(default_factory=dict)
    """Keys of Training that differ from the study's `training`."""
    refit_seeds: int | None = Field(default=None, ge=2, le=1000)
    """Fresh trainings of this case; null: `refit.seeds`."""
    time_repeats: int | None = Field(default=None, ge=1, le=1000)
    """Timed trainings of this case, at most as many as it has refits; null: `time.repeats`."""
    network: str = ""
    """What several versions of one network have in common; empty: the case's name."""
    version: str = ""
    """Which version of a published network it is, such as `published`, `coded` (as the
    publication's code trains it; `coded_16` where there are several) or `corrected`."""
    published: Published | None = None
    """What a publication reports of it, see Published."""
    search: dict[str, Any] = Field(default_factory=dict)
    """Keys of Search that differ from the study's `search`; another `method` drops what the study's
    method needs."""


class Refit(Strict):
    """Training the chosen settings afresh, for the test."""

    seeds: int = Field(default=10, ge=2, le=1000)
    """Fresh trainings of every case; intervals are taken over them."""


class Evaluate(Strict):
    """Measures on the test images."""

    confidence: float = Field(default=0.95, gt=0, lt=1)
    """Level of the intervals over seeds."""
    calibration_bins: int = Field(default=15, ge=2)
    """Bins of predicted probability for the calibration error."""


class Time(Strict):
    """How training and inference are timed."""

    repeats: int = Field(default=3, ge=1, le=1000)
    """Timed trainings of every case, after a warm-up; at most as many as it has refits."""
    threads: int | None = Field(default=None, ge=1, le=1024)
    """CPU threads of each; null: the study's `threads`."""
    seconds: float | None = Field(default=None, gt=0)
    """About how long a timed training may take: of a longer one only as many epochs are timed,
    three at least, and each is taken to cost what the median one does. Null, or a case that stops
    early: all of it."""
    target_accuracy: float = Field(default=0.95, gt=0, lt=1)
    """Validation accuracy of the time to a target: the epochs after which the refitted networks
    reach it, at the timed seconds of an epoch."""
    batch_sizes: list[Count] = Field(default_factory=lambda: [1, 256], min_length=1)
    """Batch sizes at which inference is timed."""


class Gradients(Strict):
    """Which backpropagations are checked against finite differences."""

    cases: list[Name] = Field(default_factory=list)
    """Cases of engine `numpy` whose settings are fixed."""


class Report(Strict):
    """What the report puts in front."""

    highlights: list[Name] = Field(default_factory=list)
    """Cases named in the abstract; empty: the best of each family."""
    counterparts: dict[str, Counterpart | None] = Field(default_factory=dict)
    """By what a publication calls a figure or table of its own, where the report shows it again,
    see Counterpart; null: not at this scale."""


class Study(Strict):
    """``config/studies/<study>.yaml``: data sets, cases, search, seeds and budgets."""

    title: str = Field(min_length=1)
    """Title of the report."""
    question: str = ""
    """The question, in one sentence."""
    description: str = ""
    """What is compared and why, in a paragraph."""
    notes: str = ""
    """What a reader must know before believing the results; closes the report's section on
    limits."""
    publication: str = ""
    """The work that the study reproduces, as the report's references have it."""
    scale: Scale | None = None
    """The scale that is run unless another is asked for."""
    scales: dict[Scale, dict[str, Any]] = Field(default_factory=dict)
    """What a scale changes: keys of Study, merged into the others key by key; null takes a data
    set, a case or a claim out."""
    seed: int = Field(default=0, ge=0)
    """The seed every random choice is derived from."""
    datasets: dict[Name, StudyDataset] = Field(min_length=1)
    """The data sets, each with the keys of StudyDataset (`{}`: defaults)."""
    training: dict[str, Any] = Field(default_factory=dict)
    """Keys of Training that all cases start from. `updates` in place of `epochs`: as many epochs as
    come nearest to so many steps, whatever the number of training images."""
    search: dict[str, Any] = Field(default_factory=dict)
    """Keys of Search that all cases start from."""
    budget: Budget | None = None
    """What the search of each case may cost, see Budget. A search that draws its points gets as
    many as fit, in place of `samples`; a grid or list is refused where it costs more, or less than
    9/10 of it. A case without a search costs nothing. null: what a search costs is its own
    affair."""
    cases: dict[Name, Case] = Field(min_length=1)
    """What is compared, by name, each with the keys of Case."""
    claims: dict[Name, Claim] = Field(default_factory=dict)
    """Conclusions of a publication to judge, by name, each with the keys of Claim."""
    refit: Refit = Refit()
    """See Refit."""
    evaluate: Evaluate = Evaluate()
    """See Evaluate."""
    time: Time = Time()
    """See Time."""
    gradients: Gradients = Gradients()
    """See Gradients."""
    report: Report = Report()
    """See Report."""
    shards: int = Field(default=2, ge=1, le=64)
    """Processes that search and refit are divided over."""
    threads: int = Field(default=1, ge=1, le=1024)
    """CPU threads of each of these processes, however many cores a run is given."""
    execution: Literal["auto", "xla", "graph"] = "auto"
    """How TensorFlow runs an epoch: compiled by XLA, as a graph, or whichever measures faster for
    the network."""
    deterministic: bool = True
    """Whether the same seed gives the same bits on a GPU too, at some cost; on a processor it
    does."""
    tf32: bool = False
    """Whether a GPU multiplies matrices with 10 bits of fraction instead of 23, faster; not where
    a case has several engines, whose results are compared."""
