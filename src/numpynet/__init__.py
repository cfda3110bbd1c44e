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
    history = fit(network, x, y, epochs=10, batch_size=32, optimizer="adam", generator=2)
    network.predict(x)

Images are (samples, height, width, channels), kernels (height, width, channels in, channels out).
Read on in `numpynet.convolution`, the heart of it, and ``docs/backprop.md``. All layers are in
`numpynet.layers`, optimisers in `numpynet.optimizers`.
"""

from numpynet.gradient_check import check_gradients, check_layer
from numpynet.layers import Conv2D, Dense, Dropout, Flatten, MaxPool2D
from numpynet.network import Network
from numpynet.training import fit

__all__ = [
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "MaxPool2D",
    "Network",
    "check_gradients",
    "check_layer",
    "fit",
]
