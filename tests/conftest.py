"""Shared by all tests; its place here also makes the helper modules beside it importable."""
