"""The six networks of the study, LeNet-5, and one that has every kind of layer."""

import numpynet as nn


def _softmax(units=10):
    return nn.Dense(units, activation="softmax")


def _conv_pool(filters, activation, pool_padding="valid"):
    return [
        nn.Conv2D(filters, 3, padding="same", activation=activation),
        nn.MaxPool2D(2, padding=pool_padding),
    ]


def architectures():
    """Return name -> (layers, input shape)."""
    s, t = "sigmoid", "tanh"
    return {
        "denseNet2_20": (
            [
                nn.Flatten(),
                nn.Dense(20, activation=s),
                nn.Dense(20, activation=s),
                _softmax(),
            ],
            (8, 8, 1),
        ),
        "convNet1_3": (
            [
                nn.Conv2D(3, 3, padding="same", activation=s),
                nn.Flatten(),
                nn.Dense(20, activation=s),
                _softmax(),
            ],
            (8, 8, 1),
        ),
        "denseNet4_300": (
            [nn.Flatten(), *(nn.Dense(n, activation=t) for n in (300, 128, 128, 64)), _softmax()],
            (28, 28, 1),
        ),
        "convKeras4_20": (
            [
                nn.Conv2D(20, 3, activation=s),
                nn.MaxPool2D(2),
                nn.Conv2D(20, 3, activation=s),
                nn.MaxPool2D(2, padding="same"),
                nn.Flatten(),
                nn.Dense(128, activation=s),
                _softmax(),
            ],
            (28, 28, 1),
        ),
        "leNet2": (
            [
                *_conv_pool(32, t),
                *_conv_pool(32, t),
                *_conv_pool(64, t, "same"),
                *_conv_pool(120, t, "same"),
                nn.Flatten(),
                nn.Dense(128, activation=t),
                _softmax(),
            ],
            (32, 32, 3),
        ),
        "convKeras12_32": (
            [
                *_conv_pool(32, "relu"),
                *_conv_pool(32, "relu"),
                *_conv_pool(64, "relu"),
                *_conv_pool(64, "relu"),
                *_conv_pool(128, "relu", "same"),
                *_conv_pool(128, "relu", "same"),
                nn.Flatten(),
                nn.Dense(128, activation="relu"),
                _softmax(),
            ],
            (32, 32, 3),
        ),
        "LeNet-5": (
            [
                nn.Conv2D(6, 5, padding="same", activation=t),
                nn.AveragePool2D(2),
                nn.Conv2D(16, 5, activation=t),
                nn.AveragePool2D(2),
                nn.Flatten(),
                nn.Dense(120, activation=t),
                nn.Dense(84, activation=t),
                _softmax(),
            ],
            (28, 28, 1),
        ),
        "every kind": (
            [
                nn.Conv2D(6, 3, strides=2, padding="same", activation="leaky_relu"),
                nn.BatchNorm(),
                nn.Activation("swish"),
                nn.MaxPool2D(3, 2, padding="same"),
                nn.SeparableConv2D(8, 3, padding="same", activation="elu"),
                nn.Dropout(0.0),
                nn.Conv2D(7, (3, 2), dilation=2, padding="valid", activation="tanh"),
                nn.LocalResponseNorm(2, 1.0, 0.1, 0.5),
                nn.AveragePool2D(3, 2, padding="same"),
                nn.Conv2D(8, 1, use_bias=False, activation="relu"),
                nn.GlobalAveragePool2D(),
                nn.BatchNorm(0.9),
                nn.Dense(9, activation="sigmoid"),
                _softmax(),
            ],
            (27, 24, 3),
        ),
    }
