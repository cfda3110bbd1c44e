"""How much each searched setting matters for the score of a search."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FEWEST = 8
"""Points below which nothing is said."""


@dataclass(frozen=True)
class Importance:
    """``shares`` of the variance, which sum to 1; ``explained`` of it on points left out."""

    shares: dict[str, float]
    explained: float


def importance(
    points: Sequence[Mapping[str, Any]], scores: Sequence[float], *, drawn: bool
) -> Importance | None:
    """Return the importance of each key of ``points``; None where all ``scores`` are equal.

    Functional analysis of variance over a random forest (Hutter, Hoos and Leyton-Brown 2014, "An
    efficient approach for assessing hyperparameter importance"), as Optuna has it. Where the points
    were ``drawn`` numbers are numbers, evenly or in the logarithm as they spread; else each value
    is a level. The forest describes the points that were tried. With few it may describe noise:
    ``explained`` is the R2 of predictions by scikit-learn's forest for each point from all others.
    """
    if np.ptp(scores) == 0:
        return None
    import optuna
    from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import LeaveOneOut, cross_val_predict

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    columns: dict[str, list[Any]] = {}
    distributions: dict[str, BaseDistribution] = {}
    for key in points[0]:
        values = [point[key] for point in points]
        if drawn and all(type(each) in (int, float) for each in values):
            low, high = min(values), max(values)
            columns[key] = values
            distributions[key] = FloatDistribution(low, high, log=low > 0 and high > 30 * low)
        else:
            named = [json.dumps(each, sort_keys=True) for each in values]
            levels = list(dict.fromkeys(named))
            columns[key] = [levels.index(each) for each in named]
            distributions[key] = CategoricalDistribution(range(len(levels)))
    study = optuna.create_study()
    for row, score in enumerate(scores):
        params = {key: column[row] for key, column in columns.items()}
        study.add_trial(
            optuna.trial.create_trial(params=params, distributions=distributions, value=score)
        )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    forest = RandomForestRegressor(n_estimators=30, random_state=0)
    table = np.array([*columns.values()], dtype=float).T
    guessed = cross_val_predict(forest, table, scores, cv=LeaveOneOut())
    residual = np.square(np.subtract(scores, guessed)).sum()
    explained = 1 - residual / np.square(np.subtract(scores, np.mean(scores))).sum()
    return Importance({key: float(shares[key]) for key in columns}, float(explained))
