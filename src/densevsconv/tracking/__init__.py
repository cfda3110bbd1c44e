"""The import of a study's files into MLflow: one writer, afterwards, as often as wanted."""
