"""The ground floor of configuration: strict models, YAML reading, one-line messages."""
