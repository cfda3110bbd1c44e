"""Fetch: make sure that the official files of a data set are there, checksums verified.

What is there and right is not fetched again; without the network that is enough. The files lie
below ``data/raw/<data set>``, where all studies find them.
"""

from pathlib import Path
from typing import Any

from pydantic import Field

from densevsconv.images.fetch import RemoteFile, fetch_files
from densevsconv.results.data import FetchedFiles
from densevsconv.results.record import Record
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.layout import Layout


class FetchedDataset(Record):
    """The files of one data set of the catalogue."""

    folder: str = Field(description="Where they belong.")
    files: dict[str, RemoteFile] = Field(description="By name.")


class FetchPlan(Plan):
    """plan/fetch.json."""

    datasets: dict[str, FetchedDataset] = Field(description="By name in the catalogue.")

    @property
    def parts(self) -> list[Any]:
        return list(self.datasets)

    def of(self, part: object) -> object:
        return self.datasets[str(part)].model_dump(mode="json")


def inputs(plan: FetchPlan, at: Layout, base: str) -> Files:
    """Return nothing: what is fetched comes from outside."""
    return {}


def outputs(plan: FetchPlan, at: Layout, base: str) -> Files:
    """Return the record of what was fetched; the files themselves are shared by all studies."""
    return {"record": at.fetched(base)}


def run(plan: FetchPlan, at: Layout, base: str, *, mirror: str | None = None) -> None:
    """Fetch a data set of the catalogue; ``mirror``: a folder or an address to look in first."""
    wanted = plan.datasets[base].model_dump()
    files = fetch_files(base, wanted["files"], Path(wanted["folder"]), mirror)
    FetchedFiles.model_validate({"folder": wanted["folder"], "files": files}).write(
        at.fetched(base)
    )
