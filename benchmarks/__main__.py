"""Run every benchmark: `python -m benchmarks`, or `make benchmark`."""

import runpy

for name in ("benchmarks.search", "benchmarks.numpynet.speed"):
    runpy.run_module(name, run_name="__main__")
