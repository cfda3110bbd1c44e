"""Transformations that make images easier or harder, applied once when a data set is prepared."""
