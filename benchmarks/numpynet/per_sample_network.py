"""convNet1_3 the published way: one sample, channel and filter at a time through scipy.signal.

The layers of the study's code in their order and arithmetic (float64, summed gradient); only what
the timing needs. The filters are trained, as the paper describes.
"""

import numpy as np
from scipy.signal import convolve2d, correlate2d


def _sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class PerSampleConvNet:
    """Conv (same, sigmoid), dense (sigmoid), softmax, with the weights of `parameters`."""

    def __init__(self, parameters):
        p = {name: value.astype(np.float64) for name, value in parameters.items()}
        self.kernel, self.kernel_bias = p["0_conv/kernel"], p["0_conv/bias"]
        self.w1, self.b1 = p["2_dense/kernel"], p["2_dense/bias"]
        self.w2, self.b2 = p["3_dense/kernel"], p["3_dense/bias"]

    def forward(self, x):
        """Return (feature maps, hidden units, probabilities)."""
        samples, height, width, channels = x.shape
        filters = self.kernel.shape[3]
        z = np.zeros((samples, height, width, filters))
        for s in range(samples):
            for f in range(filters):
                for c in range(channels):
                    z[s, :, :, f] += correlate2d(x[s, :, :, c], self.kernel[:, :, c, f], "same")
                z[s, :, :, f] += self.kernel_bias[f]
        maps = _sigmoid(z)
        hidden = _sigmoid(maps.reshape(samples, -1) @ self.w1 + self.b1)
        logits = hidden @ self.w2 + self.b2
        exponential = np.exp(logits - logits.max(axis=1, keepdims=True))
        return maps, hidden, exponential / exponential.sum(axis=1, keepdims=True)

    def step(self, x, y, rate):
        """Do one step of gradient descent on a batch."""
        maps, hidden, probabilities = self.forward(x)
        samples, _, _, channels = x.shape
        flat = maps.reshape(samples, -1)
        error2 = probabilities.copy()
        error2[np.arange(samples), y] -= 1.0
        error1 = error2 @ self.w2.T * hidden * (1.0 - hidden)
        error0 = (error1 @ self.w1.T).reshape(maps.shape) * maps * (1.0 - maps)
        gradient = np.zeros_like(self.kernel)
        x_error = np.zeros_like(x)
        for s in range(samples):
            padded = np.pad(x[s], ((1, 1), (1, 1), (0, 0)))
            for f in range(self.kernel.shape[3]):
                for c in range(channels):
                    gradient[:, :, c, f] += correlate2d(
                        padded[:, :, c], error0[s, :, :, f], "valid"
                    )
                    x_error[s, :, :, c] += convolve2d(
                        error0[s, :, :, f], self.kernel[:, :, c, f], "same"
                    )
        self.w2 -= rate * hidden.T @ error2
        self.b2 -= rate * error2.sum(axis=0)
        self.w1 -= rate * flat.T @ error1
        self.b1 -= rate * error1.sum(axis=0)
        self.kernel -= rate * gradient
        self.kernel_bias -= rate * error0.sum(axis=(0, 1, 2))
