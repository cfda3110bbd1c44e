"""What the first convolution of a trained network makes of the first test image."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from densevsconv.errors import DataError
from densevsconv.images.prepared import Scaling
from densevsconv.report.figures.canvas import PAGE_MM, axes_at, new_figure, picture_at
from densevsconv.results.study import Study
from densevsconv.training.engines.numpy.build import network

COLUMNS = 8
PICTURE_MM = PAGE_MM / COLUMNS
MOST = 64
"""Maps shown of a layer."""
INSET = 0.03


class Maps(NamedTuple):
    """The image (H, W, C), and the maps (H, W, filters) of each case."""

    image: np.ndarray
    max_value: float
    maps: list[np.ndarray]


def data(study: Study, dataset: str, cases: list[str]) -> Maps:
    image = study.test_part(dataset)["images"][0]
    maps = [first_maps(study, dataset, case, image)[:, :, :MOST] for case in cases]
    return Maps(image, study.data_info(dataset).max_value, maps)


def first_maps(study: Study, dataset: str, case: str, image: np.ndarray) -> np.ndarray:
    """Return the maps (H, W, filters) of the first convolution, of the case's first seed.

    Computed by numpynet, whichever engine trained the network; the layer's activation is in it.
    """
    architecture = study.case(case).bound
    names = [layer.name for layer in architecture.walk() if layer.kind == "conv"]
    if not names:
        raise DataError(f"feature_maps: {case} has no convolution; allowed: a case that has one")
    made = network(architecture)
    weights, moving = study.weights(case), made.state()
    made.set_parameters({name: array for name, array in weights.items() if name not in moving})
    made.set_state({name: weights[name] for name in moving})
    info = study.data_info(dataset).model_dump()
    scaling = Scaling.for_training(study.selection(case).training["scaling"], info)
    return made.feature_maps(scaling.apply(image[None]))[names[0]][0]


def draw(shown: Maps) -> Figure:
    rows = [-(-(1 + each.shape[-1]) // COLUMNS) for each in shown.maps]
    height_mm = sum(rows) * PICTURE_MM
    figure = new_figure(PAGE_MM, height_mm, layout=None)
    for first, each in zip(np.cumsum([0, *rows]), shown.maps, strict=False):
        for place in range(1 + each.shape[-1]):
            row, column = divmod(place, COLUMNS)
            corner = column * PICTURE_MM, height_mm - (first + row + 1) * PICTURE_MM
            if place == 0:
                picture_at(figure, *corner, PICTURE_MM, shown.image, shown.max_value, INSET)
                continue
            edge, side = INSET * PICTURE_MM, (1 - 2 * INSET) * PICTURE_MM
            axis = axes_at(figure, corner[0] + edge, corner[1] + edge, side, side)
            axis.imshow(each[:, :, place - 1], cmap="gray", interpolation="nearest")
            axis.set_axis_off()
    return figure
