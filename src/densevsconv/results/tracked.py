"""The file of track: what was imported into MLflow."""

from pydantic import Field

from densevsconv.results.record import Record


class Tracked(Record):
    """track.json: the same for the same results, wherever the project lies."""

    study: str = Field(description="Its name.")
    experiment: str = Field(description="Its name in MLflow.")
    database: str = Field(description="From the folder of this file; or the server's address.")
    artifacts: str = Field(description="From the folder of this file; or where the server says.")
    runs: dict[str, int] = Field(description="How many of each kind: case, trial, seed.")
    models: list[str] = Field(description="Cases with a logged model.")
