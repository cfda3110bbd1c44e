"""The TensorFlow engine: whole epochs in one compiled call, through Keras 3 layers."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is first imported
