"""A loop that builds a Keras model and calls `fit` for every point; and that model."""

import keras

from benchmarks.cases import Case, unit
from benchmarks.ways import Searched
from densevsconv.images.prepared import TrainingData
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.training.engines.tensorflow.build import keras_model, named_variables


def compiled(bound: BoundArchitecture, rate: float, l2: float) -> keras.Model:
    model = keras_model(bound)
    for name, variable in named_variables(model).items():
        if name.endswith("kernel") and l2:
            variable.regularizer = keras.regularizers.L2(l2)
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def search(case: Case, data: TrainingData) -> Searched:
    bound, scaling = case.bound(data), unit(data)
    x, validation = scaling.apply(data.train_images), scaling.apply(data.validation_images)
    accuracies = []
    for rate, l2 in case.points:
        history = compiled(bound, rate, l2).fit(
            x,
            data.train_labels,
            batch_size=case.batch_size,
            epochs=case.epochs,
            validation_data=(validation, data.validation_labels),
            verbose=0,
        )
        accuracies.append(history.history["val_accuracy"][-1])
    return Searched(accuracies)
