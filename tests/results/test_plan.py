"""What is decided of a study from its plan alone."""

from tests.support.plans import SPLIT, study_plan


def test_cases_stand_dense_first_then_by_size_then_by_name() -> None:
    plan = study_plan({
        "a": {"family": "convolutional"}, "b": {"parameters": 9}, "c": {"parameters": 3},
        "n_10": {"parameters": 5}, "n_2": {"parameters": 5}, "other": {"dataset": "e"},
    })  # fmt: skip
    assert plan.ordered("d") == ["c", "n_2", "n_10", "b", "a"]
    assert plan.ordered()[0] == "other"


def test_searched_keys_are_those_that_vary() -> None:
    points = [{"l2": 0, "epochs": 5}, {"l2": 1, "epochs": 5}, {"l2": 1, "epochs": 5, "rho": 1}]
    cases = study_plan({"net": {"points": points}, "fixed": {}}).cases
    assert cases["net"].searched_keys == ["l2", "rho"]
    assert cases["fixed"].searched_keys == []


def test_augmentations_that_change_nothing_are_none() -> None:
    own, tried = {"shift": 0.1}, {"rotation": 15.0}
    plan = study_plan({
        "net": {"training": {"augmentation": own},
                "points": [{"augmentation": None}, {"augmentation": tried}]},
        "plain": {"training": {"augmentation": {"shift": 0.0}}},
    })  # fmt: skip
    assert plan.cases["net"].augmentations == [own, tried]
    assert plan.cases["plain"].augmentations == []


def test_the_reference_form_has_fewest_changes_then_most_images() -> None:
    few = {"split": {**SPLIT, "training_images": 100}}
    turned = {"transform": [{"rotation": 30.0}]}
    datasets = {
        "a_turned": turned, "few": few, "whole": {"transform": [{"noise": 0}]},
        "elsewhere": {"dataset": "e"}, "split": {"split": {**SPLIT, "test": 0.5}},
    }  # fmt: skip
    assert study_plan({}, datasets).forms == {"whole": ["a_turned", "few"]}


def test_the_same_network_has_the_same_budget_and_engine() -> None:
    other = {"dataset": "turned"}
    plan = study_plan({
        "net": {}, "net_turned": other,
        "sgd": {"network": "d"}, "sgd_turned": {**other, "network": "d", "training": {"l2": 1}},
        "searched": {"network": "b"},
        "searched_turned": {**other, "network": "b", "points": [{}, {}]},
        "fast": {"network": "c"}, "fast_turned": {**other, "network": "c", "engine": "tensorflow"},
    }, {"d": {}, "turned": {}})  # fmt: skip
    assert plan.same_networks("turned", "d") == {"net": "net_turned"}
    assert plan.same_networks("d", "turned") == {"net_turned": "net"}
