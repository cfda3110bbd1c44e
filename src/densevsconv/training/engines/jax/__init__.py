"""The JAX engine: whole groups of trials in one compiled program, through functional layers."""
