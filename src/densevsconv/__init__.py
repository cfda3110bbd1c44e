"""densevsconv: when, why and at what cost do convolutional networks beat dense ones on images?

The package knows nothing of Snakemake. Each stage of the study is a function of files in
and files out (:mod:`densevsconv.stages`); :class:`densevsconv.store.layout.Layout` names the files.
"""

__version__ = "0.1.0"
