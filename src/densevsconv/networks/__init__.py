"""Architectures as data: a list of layers that any engine can build (wall 1 of the design).

``spec`` says what an architecture file may hold, ``load`` reads one, ``infer`` binds it to an
image shape and a number of classes, ``bound`` is the result that engines build from,
``initialise`` draws its starting weights and ``describe`` prints it.
"""
