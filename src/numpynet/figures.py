"""Figures of what `numpynet.inspection` returns; needs matplotlib and seaborn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array
from numpynet.errors import ShapeError
from numpynet.inspection import feature_maps, gradient_norms, kernels
from numpynet.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def kernel_figure(network: Network, layer: int | str, channel: int = 0) -> Figure:
    """Draw the filters of a layer, one channel of each; blue is negative, red positive."""
    kernel = kernels(network, layer)
    if kernel.ndim != 4:
        raise ShapeError(f"layer {layer} has no image kernels, but one of shape {kernel.shape}")
    planes = kernel[:, :, :, 0] if kernel.shape[3] == 1 else kernel[:, :, channel, :]
    limit = float(np.abs(planes).max()) or 1.0
    titles = [f"filter {i}" for i in range(planes.shape[2])]
    return _grid(planes, titles, cmap="vlag", vmin=-limit, vmax=limit)


def feature_map_figure(network: Network, image: npt.ArrayLike, layer: int | str) -> Figure:
    """Draw the feature maps of a layer for one image (height, width, channels)."""
    maps = feature_maps(network, np.asarray(image)[None])
    name = network.layer_names[layer] if isinstance(layer, int) else layer
    if name not in maps or maps[name].ndim != 4:
        images = [key for key, value in maps.items() if value.ndim == 4]
        raise ShapeError(f"layers with feature maps are {images}, got {name!r}")
    planes = maps[name][0]
    return _grid(planes, [f"map {i}" for i in range(planes.shape[2])], cmap="viridis")


def gradient_norm_figure(network: Network, x: npt.ArrayLike, y: npt.ArrayLike) -> Figure:
    """Draw the norm of each parameter's gradient as bars, on a logarithmic axis."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    norms = gradient_norms(network, x, y)
    figure, axes = plt.subplots(figsize=(6, 0.4 * len(norms) + 1), layout="constrained")
    sns.barplot(x=list(norms.values()), y=list(norms), ax=axes, color="C0")
    axes.set(xscale="log", xlabel="norm of the gradient", ylabel="")
    return figure


def _grid(planes: Array, titles: list[str], **style: Any) -> Figure:
    """Draw planes (height, width, count) side by side, eight to a row."""
    import matplotlib.pyplot as plt
    import seaborn as sns  # registers its colour maps

    count = planes.shape[2]
    columns = min(8, count)
    rows = -(-count // columns)
    with sns.axes_style("white"):
        figure, axes = plt.subplots(
            rows, columns, figsize=(1.3 * columns, 1.5 * rows), squeeze=False, layout="constrained"
        )
    for i, place in enumerate(axes.flat):
        place.set_axis_off()
        if i < count:
            place.imshow(planes[:, :, i], **style)
            place.set_title(titles[i], fontsize="small")
    return figure
