"""Architectures as data: a tree of layers that any engine can build (wall 1 of the design).

``schema`` says what an architecture file may hold and reads one, ``bind`` fits it to an image shape
and a number of classes, ``bound`` is the result that engines build from, ``initialise`` draws its
starting weights, ``describe`` prints it.
"""
