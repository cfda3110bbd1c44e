"""Errors of numpynet: each message says what was expected and what came."""


class NumpynetError(ValueError):
    """Base class, so that one ``except`` catches everything the library objects to."""


class ShapeError(NumpynetError):
    """An array or an image does not have the shape a layer or a network needs."""


class TooSmallError(ShapeError):
    """A window that is larger than the image: a larger image, or `padding: same`, would do."""


class ConfigurationError(NumpynetError):
    """A layer, network or training setting that cannot work, whatever the data."""


class DataError(NumpynetError):
    """Values that cannot be learned from: NaN, infinities, labels out of range."""
