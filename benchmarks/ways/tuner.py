"""Keras Tuner's grid search, its files in a folder that is removed."""

from tempfile import TemporaryDirectory
from typing import Any

import keras
import keras_tuner

from benchmarks.cases import Case, unit
from benchmarks.ways import Searched
from benchmarks.ways.keras_fit import compiled
from densevsconv.images.prepared import TrainingData


def search(case: Case, data: TrainingData) -> Searched:
    bound, scaling = case.bound(data), unit(data)

    class Points(keras_tuner.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            rate, l2 = hp.Choice("rate", list(case.rates)), hp.Choice("l2", list(case.l2s))
            return compiled(bound, rate, l2)

        def fit(self, hp: Any, model: keras.Model, *args: Any, **keys: Any) -> dict[str, float]:
            # the last epoch's accuracy, as in the other ways; the tuner's own is the best epoch's
            history = model.fit(*args, **keys).history
            return {"val_accuracy": history["val_accuracy"][-1]}

    class Search(keras_tuner.GridSearch):
        def _configure_tensorboard_dir(self, *_: Any) -> None:
            """Import no TensorBoard, which is asked for even where no callback uses it."""

    with TemporaryDirectory() as folder:
        tuner = Search(
            Points(),
            keras_tuner.Objective("val_accuracy", "max"),
            max_trials=len(case.points),
            directory=folder,
        )
        tuner.search(
            scaling.apply(data.train_images),
            data.train_labels,
            batch_size=case.batch_size,
            epochs=case.epochs,
            validation_data=(scaling.apply(data.validation_images), data.validation_labels),
            verbose=0,
        )
        accuracies = {
            (trial.hyperparameters["rate"], trial.hyperparameters["l2"]): trial.score
            for trial in tuner.oracle.trials.values()
        }
    return Searched([accuracies[point] for point in case.points])
