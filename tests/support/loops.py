"""Convolution and pooling as the definitions read: plain loops, nothing shared with the library."""

from itertools import product

import numpy as np


def pads_for(padding, size, window, stride, dilation=1):
    """(before, after) along one axis; TensorFlow's rule for "same"."""
    reach = (window - 1) * dilation + 1
    if padding == "valid":
        return 0, 0
    total = max((int(np.ceil(size / stride)) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def conv(x, kernel, bias, strides, pads, dilation):
    """Eq. 1 and 42, one number at a time."""
    n, h, w, channels = x.shape
    kh, kw, _, filters = kernel.shape
    (top, bottom), (left, right) = pads
    rows = (h + top + bottom - (kh - 1) * dilation[0] - 1) // strides[0] + 1
    columns = (w + left + right - (kw - 1) * dilation[1] - 1) // strides[1] + 1
    out = np.zeros((n, rows, columns, filters))
    for s, r, c, f in product(range(n), range(rows), range(columns), range(filters)):
        total = bias[f]
        for u, v, k in product(range(kh), range(kw), range(channels)):
            i = r * strides[0] + u * dilation[0] - top
            j = c * strides[1] + v * dilation[1] - left
            if 0 <= i < h and 0 <= j < w:
                total += x[s, i, j, k] * kernel[u, v, k, f]
        out[s, r, c, f] = total
    return out


def pool(x, error, window, strides, pads, kind):
    """Pool forward and backward: (output, input error); first maximum wins."""
    n, h, w, channels = x.shape
    (top, bottom), (left, right) = pads
    rows = (h + top + bottom - window[0]) // strides[0] + 1
    columns = (w + left + right - window[1]) // strides[1] + 1
    out, d_x = np.zeros((n, rows, columns, channels)), np.zeros(x.shape)
    for s, r, c, k in product(range(n), range(rows), range(columns), range(channels)):
        inside = []
        for u, v in product(range(window[0]), range(window[1])):
            i, j = r * strides[0] + u - top, c * strides[1] + v - left
            if 0 <= i < h and 0 <= j < w:
                inside.append((i, j))
        values = [x[s, i, j, k] for i, j in inside]
        if kind == "average":
            out[s, r, c, k] = np.mean(values)
            for i, j in inside:
                d_x[s, i, j, k] += error[s, r, c, k] / len(inside)
            continue
        best = int(np.argmax(values))
        out[s, r, c, k] = values[best]
        i, j = inside[best]
        d_x[s, i, j, k] += error[s, r, c, k]
    return out, d_x
