"""The parts of fetching: where a file may lie, how it is copied or downloaded, what it must be."""
