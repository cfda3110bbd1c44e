"""The figures, one a file; :mod:`densevsconv.report.figures.registry` lists them."""
