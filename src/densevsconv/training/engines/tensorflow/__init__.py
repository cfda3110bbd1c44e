"""The TensorFlow engine: whole epochs in one compiled call, through Keras 3 layers."""
