"""Which figures there are, in the order of the report, and which cases each shows.

A new figure is a file that draws it, a caption and an entry here. This table draws nothing and is
cheap to import: the Snakefile names every file of a report with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from densevsconv.results.plan import StudyPlan

Section = Literal[
    "answer", "data", "search", "results", "difficulty", "errors", "cost", "engines", "publication"
]


@dataclass(frozen=True)
class Figure:
    """One figure of a data set, drawn for some of its cases.

    ``name`` is that of its caption (``workflow/report/<name>.rst``) and of the module that draws
    it, unless ``file`` is; ``alt`` says what the picture shows to people who do not see it.
    ``wanted`` tells whether it shows a case: one that shows none of a data set is not drawn. With
    more cases than ``cases_per_page`` it is continued in a second file, and with fewer than
    ``fewest`` not drawn. A ``requested`` one is
    drawn only where the study's ``report.counterparts`` ask for it, once for each of them, and a
    ``whole`` one once, of the whole study. The paper has those that say so, where a study has few
    cases and data sets or "always"; the supplement has the others, and where a study has many cases
    the paper shows those in ``front`` of all data sets in one. The page has a ``chart`` in place of
    all of that name, with a caption of its own (``chart_<name>.rst``).
    """

    name: str
    section: Section
    width: Literal["column", "page"]
    alt: str
    wanted: Callable[[StudyPlan, str], bool] = lambda plan, case: True
    cases_per_page: int | None = None
    requested: bool = False
    whole: bool = False
    paper: Literal["", "few", "always"] = ""
    front: bool = False
    fewest: int = 1
    file: str = ""
    shows: str = "data"
    draws: str = "draw"
    chart: bool = False

    @property
    def module(self) -> str:
        return f"{__package__}.{self.file or self.name}"

    @property
    def parts(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """``data(study, dataset, cases)``, and what draws what that returns."""
        module = import_module(self.module)
        return getattr(module, self.shows), getattr(module, self.draws)


def on_other_forms(plan: StudyPlan, case: str) -> bool:
    """Tell whether a case is on a reference form and another form has the same network."""
    dataset = plan.cases[case].dataset
    return any(case in plan.same_networks(form, dataset) for form in plan.forms.get(dataset, []))


def on_two_engines(plan: StudyPlan, case: str) -> bool:
    """Tell whether another engine trains the same architecture on the same data."""
    own = plan.cases[case]
    return any(
        other.engine != own.engine
        and (other.dataset, other.architecture) == (own.dataset, own.architecture)
        for other in plan.cases.values()
    )


FIGURES = (
    Figure("crossings", "answer", "page",
           "Lines with bands: how far convolution is ahead along each series, and zero.",
           wanted=lambda plan, case: bool(plan.datasets[plan.cases[case].dataset].series),
           whole=True, chart=True),
    Figure("answer", "answer", "page",
           "Dots with intervals: convolution minus dense of each pair, and zero.",
           wanted=lambda plan, case: not any(data.series for data in plan.datasets.values()),
           whole=True, chart=True),
    Figure("samples", "data", "column", "A grid of training images, with the class on top.",
           file="pictures", shows="samples"),
    Figure("transformations", "data", "column",
           "One image of each class before the changes and after every step, one row a step.",
           wanted=lambda plan, case: bool(plan.datasets[plan.cases[case].dataset].changes)),
    Figure("mean_images", "data", "column", "The mean image of every class, its name on top.",
           file="pictures", shows="mean_images"),
    Figure("class_counts", "data", "column",
           "Bars: number of training, validation and test images of every class."),
    Figure("augmentation", "data", "column",
           "Training images, each as it is on the left and as it was changed at random beside it.",
           wanted=lambda plan, case: bool(plan.cases[case].augmentations)),
    Figure("search_map", "search", "page",
           "Validation accuracy by the searched settings of each case; the chosen point is framed.",
           wanted=lambda plan, case: bool(plan.cases[case].searched_keys), cases_per_page=12,
           paper="few", chart=True),
    Figure("accuracy", "results", "page",
           "Dots with intervals: test accuracy of every case, the best on top.", cases_per_page=36,
           fewest=3, chart=True),
    Figure("learning_curves", "results", "page",
           "Curves: training and validation accuracy by epoch, one panel for each case.",
           cases_per_page=16, paper="few", front=True, file="curves", draws="draw_accuracy",
           chart=True),
    Figure("calibration", "results", "page",
           "Reliability of each case: share of correct predictions by predicted probability.",
           cases_per_page=16),
    Figure("difficulty", "difficulty", "page",
           "Lines: test accuracy of every network over the forms of the same images.",
           wanted=on_other_forms, cases_per_page=12, paper="always"),
    Figure("confusion_rates", "errors", "page",
           "Row-normalised matrices, true classes in rows and predicted classes in columns.",
           cases_per_page=9, file="confusion", chart=True),
    Figure("confused_pairs", "errors", "page",
           "Test images of the pairs of classes that each case confuses most often.",
           cases_per_page=12, paper="few"),
    Figure("trade_off", "cost", "page",
           "Test accuracy of each case against training time, multiply-accumulates and parameters.",
           cases_per_page=26, fewest=3, paper="few", chart=True),  # letters
    Figure("engines", "engines", "page",
           "Dots with intervals: accuracy difference and time ratio of networks on two engines.",
           wanted=on_two_engines, paper="always"),
    Figure("curves_and_confusion", "publication", "page",
           "Curves of training and validation accuracy beside the confusion matrix of each case.",
           requested=True),
    Figure("loss_curves", "publication", "page",
           "Curves: training and validation loss by epoch, one panel for each case.",
           requested=True, file="curves", draws="draw_loss"),
    Figure("test_images", "publication", "column",
           "The first test images, with the class on top.",
           requested=True, file="pictures", shows="test_images", draws="draw_test_images"),
    Figure("feature_maps", "publication", "page",
           "The first test image, and the feature maps that the first convolution makes of it.",
           requested=True),
    Figure("predictions", "publication", "page",
           "Bars: the probability of every class for each of the first test images.",
           requested=True),
)  # fmt: skip
