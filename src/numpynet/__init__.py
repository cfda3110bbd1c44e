"""Networks from scratch in NumPy: every equation beside its code, every gradient checked.

    network = Network(
        [
            Conv2D(20, 3, activation="relu"),
            MaxPool2D(2),
            Flatten(),
            Dense(10, activation="softmax"),
        ],
        input_shape=(28, 28, 1),
        generator=numpy.random.default_rng(1),
    )
    history = network.fit(x, y, epochs=10, batch_size=32, optimizer="adam", generator=2)
    network.predict(x)

Images are (samples, height, width, channels), kernels (height, width, channels in, channels out).
Read on in `numpynet.convolution`, the heart of it, and ``docs/backprop.md``.
"""

from numpynet.activations import Elu, LeakyRelu
from numpynet.errors import (
    ConfigurationError,
    DataError,
    FileFormatError,
    NumpynetError,
    ShapeError,
)
from numpynet.gradient_check import check_gradients, check_layer
from numpynet.initializers import CommittedScheme, Normal, VarianceScaling
from numpynet.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    Layer,
    LocalResponseNorm,
    MaxPool2D,
    SeparableConv2D,
)
from numpynet.losses import MeanSquaredError, SoftmaxCrossEntropy
from numpynet.network import Network
from numpynet.optimizers import Adam, Momentum, Nesterov, RmsProp, Sgd
from numpynet.persistence import load, save
from numpynet.training import EarlyStopping, History

__all__ = [
    "Activation",
    "Adam",
    "AveragePool2D",
    "BatchNorm",
    "CommittedScheme",
    "ConfigurationError",
    "Conv2D",
    "DataError",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Elu",
    "FileFormatError",
    "Flatten",
    "GlobalAveragePool2D",
    "History",
    "Layer",
    "LeakyRelu",
    "LocalResponseNorm",
    "MaxPool2D",
    "MeanSquaredError",
    "Momentum",
    "Nesterov",
    "Network",
    "Normal",
    "NumpynetError",
    "RmsProp",
    "SeparableConv2D",
    "Sgd",
    "ShapeError",
    "SoftmaxCrossEntropy",
    "VarianceScaling",
    "check_gradients",
    "check_layer",
    "load",
    "save",
]
