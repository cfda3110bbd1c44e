"""scikit-learn's grid search over a Keras model, one fixed split, no refit."""

import numpy as np
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV, PredefinedSplit

from benchmarks.cases import Case, unit
from benchmarks.ways import Searched
from benchmarks.ways.keras_fit import compiled
from densevsconv.images.prepared import TrainingData


def search(case: Case, data: TrainingData) -> Searched:
    bound, scaling = case.bound(data), unit(data)
    images = np.concatenate([data.train_images, data.validation_images])
    labels = np.concatenate([data.train_labels, data.validation_labels])
    fold = np.repeat([-1, 0], [len(data.train_labels), len(data.validation_labels)])
    classifier = KerasClassifier(
        model=lambda rate, l2: compiled(bound, rate, l2),
        rate=case.rates[0],
        l2=case.l2s[0],
        batch_size=case.batch_size,
        epochs=case.epochs,
        verbose=0,
    )
    grid = {"rate": list(case.rates), "l2": list(case.l2s)}
    split = PredefinedSplit(fold)
    found = GridSearchCV(classifier, grid, cv=split, refit=False, error_score="raise")
    found.fit(scaling.apply(images), labels)
    results = found.cv_results_
    accuracies = dict(
        zip(
            [(point["rate"], point["l2"]) for point in results["params"]],
            results["mean_test_score"].tolist(),
            strict=True,
        )
    )
    return Searched([accuracies[point] for point in case.points])
