"""Which figures and tables a report has follows from the plan alone."""

from pathlib import Path

from densevsconv.report.contents import CAPTIONS, counterparts, drawings
from densevsconv.report.prose import read_caption
from densevsconv.results.plan import StudyPlan
from tests.support.plans import study_plan


def stems(plan: StudyPlan) -> list[str]:
    return [drawing.stem for drawing in drawings(plan)]


def names(plan: StudyPlan) -> set[str]:
    return {drawing.figure.name for drawing in drawings(plan)}


def test_every_figure_and_table_has_a_caption_without_numbers(captions: Path) -> None:
    assert sorted(path.stem for path in captions.glob("*.rst")) == sorted(CAPTIONS)
    for name in CAPTIONS:
        assert read_caption(captions / f"{name}.rst").endswith(".")


def test_several_data_sets_and_many_cases_have_their_own_figures() -> None:
    cases = {f"case{number:02}{data}": {"dataset": data} for data in "ab" for number in range(20)}
    plan = study_plan(cases, {"a": {"dataset": "x"}, "b": {"dataset": "y"}})
    found = stems(plan)
    assert len(found) == len(set(found))
    assert {"accuracy-a", "accuracy-b", "confusion_rates-a", "confusion_rates-a-3"} <= set(found)
    pages = [each for each in drawings(plan) if each.figure.name == "confusion_rates"]
    assert [len(page.cases) for page in pages] == [7, 7, 6] * 2  # as few as hold them, about even
    assert sorted(case for page in pages for case in page.cases) == sorted(cases)


def test_a_figure_is_left_out_where_it_has_nothing_to_show() -> None:
    plain = names(study_plan({"net": {"training": {"augmentation": {"shift": 0.0}}}}))
    assert "calibration" in plain
    assert "accuracy" not in plain
    assert not {"augmentation", "search_map", "transformations", "difficulty", "engines"} & plain
    assert "loss_curves" not in plain  # nobody asked
    changes = {"augmentation": {"training": {"augmentation": {"shift": 0.1}}},
               "search_map": {"points": [{"l2": 0.0}, {"l2": 0.1}]}}  # fmt: skip
    for name, case in changes.items():
        assert name in names(study_plan({"net": case}))
    assert "transformations" in names(study_plan({"net": {}}, {"d": {"transform": [{"noise": 1}]}}))
    assert "transformations" not in names(
        study_plan({"net": {}}, {"d": {"transform": [{"noise": 0}]}})
    )


def test_the_figure_of_engines_shows_what_another_engine_trains_too() -> None:
    engines = {"net-numpy": {}, "net-tensorflow": {"engine": "tensorflow"},
               "alone": {"network": "other"}}  # fmt: skip
    (shown,) = [each for each in drawings(study_plan(engines)) if each.figure.name == "engines"]
    assert shown.cases == ("net-numpy", "net-tensorflow")


def test_the_figure_of_forms_is_that_of_the_reference() -> None:
    datasets = {"d": {}, "turned": {"transform": [{"rotation": 30.0}]}}
    cases = {"net": {}, "net_turned": {"dataset": "turned"}, "alone": {"network": "other"}}
    (shown,) = [
        each for each in drawings(study_plan(cases, datasets)) if each.figure.name == "difficulty"
    ]
    assert (shown.dataset, shown.cases) == ("d", ("net",))


ASKED = {
    "Figure 10": {"figure": "loss_curves", "cases": ["net"]},
    "Figure 5": {"figure": "test_images", "dataset": "d"},
    "Figure 6": None,
    "Table II": {"table": "results", "cases": ["net"]},
    "Equation 1": {"table": "gradients", "cases": ["net"]},
    "Figure 7": {"figure": "calibration", "dataset": "d"},
}


def test_counterparts_stand_tables_first_then_figures_by_number() -> None:
    found = counterparts(study_plan({"net": {}}, counterparts=ASKED))
    assert [(each.of, each.kind, each.dataset) for each in found] == [
        ("Equation 1", "table", None),  # one a study
        ("Table II", "table", "d"),
        ("Figure 5", "figure", "d"),
        ("Figure 7", "figure", "d"),
        ("Figure 10", "figure", "d"),
    ]


def test_what_a_publication_shows_is_drawn_for_it_in_its_order() -> None:
    plan = study_plan({"net": {}}, counterparts=ASKED)
    last = drawings(plan)[-2:]
    assert [(each.stem, each.counterpart) for each in last] == [
        ("test_images-figure_5", "Figure 5"),
        ("loss_curves-figure_10", "Figure 10"),
    ]
    assert stems(plan).count("calibration-d") == 1  # the study's own serves
