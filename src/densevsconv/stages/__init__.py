"""The stages of the study: each is a function from files to files."""
