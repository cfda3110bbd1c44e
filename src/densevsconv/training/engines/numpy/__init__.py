"""The NumPy engine: the networks of numpynet, from scratch."""
