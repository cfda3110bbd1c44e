"""The engines, one folder each, with twins of the same file names; ``registry`` lists them."""
