"""What the first convolution of a trained network makes of the first test image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import PAGE_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure
    import numpy as np

    from densevsconv.report.results import Results

COLUMNS = 8
PICTURE_MM = PAGE_MM / COLUMNS
MOST = 64
"""Maps shown of a layer."""


def first_maps(results: Results, dataset: str, case: str) -> np.ndarray:
    """Return the maps (H, W, filters) of the first convolution, of the case's first seed.

    Computed by numpynet, whichever engine trained the network; the layer's activation is in it.
    """
    from densevsconv.errors import DataError
    from densevsconv.images.scaling import Scaling
    from densevsconv.networks.bound import BoundArchitecture
    from densevsconv.training.engines.numpy.build import network
    from numpynet.inspection import feature_maps

    architecture = BoundArchitecture.from_dict(results.plan["cases"][case]["architecture"])
    places = [layer.index for layer in architecture.layers if layer.kind == "conv"]
    if not places:
        raise DataError(f"feature_maps: {case} has no convolution; allowed: a case that has one")
    made = network(architecture)
    weights, moving = results.weights(case), made.state()
    made.set_parameters({name: array for name, array in weights.items() if name not in moving})
    made.set_state({name: weights[name] for name in moving})
    scaling = Scaling.for_training(
        results.selection(case)["training"]["scaling"], results.data_info(dataset)
    )
    maps = feature_maps(made, scaling.apply(results.test_images(dataset)[:1]))
    return list(maps.values())[places[0]][0]


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return the image and the maps of each case, each map in greys from its least to its most."""
    from densevsconv.report.figures import style

    image, info = results.test_images(dataset)[0], results.data_info(dataset)
    maps = {case: first_maps(results, dataset, case)[:, :, :MOST] for case in cases}
    rows = sum(-(-(1 + each.shape[-1]) // COLUMNS) for each in maps.values())
    height_mm = rows * PICTURE_MM
    figure = style.new_figure(PAGE_MM, height_mm, layout=None)
    top_mm = height_mm
    for each in maps.values():
        for place in range(1 + each.shape[-1]):
            row, column = divmod(place, COLUMNS)
            side_mm = 0.94 * PICTURE_MM
            axis = style.axes_at(
                figure, (column + 0.03) * PICTURE_MM, top_mm - (row + 0.97) * PICTURE_MM,
                side_mm, side_mm,
            )  # fmt: skip
            if place == 0:
                style.show_image(axis, image, info["max_value"])
                continue
            axis.imshow(each[:, :, place - 1], cmap="gray", interpolation="nearest")
            axis.set_axis_off()
        top_mm -= -(-(1 + each.shape[-1]) // COLUMNS) * PICTURE_MM
    return figure


FIGURE = Figure(
    name="feature_maps",
    section="publication",
    width="page",
    alt="The first test image, and the feature maps that the first convolution makes of it.",
    draw=draw,
    requested=True,
)
