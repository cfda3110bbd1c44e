"""What the convolution layers have in common: filters, a window that slides, shapes."""

from __future__ import annotations

from dataclasses import dataclass, field

from numpynet.arrays import Shape
from numpynet.layers.base import WeightedLayer, whole_number
from numpynet.windows import Geometry, Padding, Pair, pair, resolve_padding


@dataclass(eq=False)
class Convolutional(WeightedLayer):
    """A layer that slides a window over images (N, H, W, C) and returns (N, H', W', filters).

    ``H' = (H + top + bottom - extent) // stride + 1`` (study, Eqs. 73-74), likewise W'.
    """

    filters: int
    kernel_size: int | Pair = 3
    strides: int | Pair = field(default=1, kw_only=True)
    padding: Padding = field(default="valid", kw_only=True)
    dilation: int | Pair = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = whole_number(self.filters, f"{self.kind}: filters")
        self._window = pair(self.kernel_size, f"{self.kind}: kernel_size")
        self._strides = pair(self.strides, f"{self.kind}: strides")
        self._dilation = pair(self.dilation, f"{self.kind}: dilation")

    def infer_output_shape(self) -> Shape:
        """Return (H', W', filters)."""
        height, width, self._channels = self.require_image()
        image = (height, width)
        pads = resolve_padding(
            self.padding, image, self._window, self._strides, self._dilation, "valid same full"
        )
        self.geometry = Geometry(image, self._window, self._strides, self._dilation, pads)
        return (*self.geometry.output, self.filters)

    def kernel_shapes(self) -> dict[str, Shape]:
        """Return name -> shape of each kernel."""
        raise NotImplementedError

    def parameter_shapes(self) -> dict[str, Shape]:
        """Return the shapes of the kernels and the bias."""
        bias: dict[str, Shape] = {"bias": (self.filters,)} if self.use_bias else {}
        return self.kernel_shapes() | bias
