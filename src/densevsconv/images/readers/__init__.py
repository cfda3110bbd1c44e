"""One reader for each format of image files, written for files that cannot be trusted.

A reader is a function of paths that returns images, uint8 (N, height, width, channels), and
labels, int64 (N,), or raises a ``DataError`` that names the file, the byte where it matters, what
was found and what is allowed. Nothing is unpickled, what a header claims is compared with what
the file can hold before memory is asked for, checksums are used where a format has them, and
every byte of a file must be accounted for.

``streams`` gives bytes in order, plain or decompressed, and ``arrays`` turns them into images; a
new format is one file beside ``idx``, on top of these two.
"""
