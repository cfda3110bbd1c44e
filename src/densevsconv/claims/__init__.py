"""The claims of a publication: a kind of test is one file, with its schema, judgement and words."""
