"""Images: where they come from, how they are split, how they are scaled.

A new source is one reader function in a file of its own and an entry in ``sources``.
"""
