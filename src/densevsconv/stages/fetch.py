"""Fetch: make sure that the official files of every data set are there, checksums verified.

in      plan/fetch.json
out     data/raw/<dataset>/... (as the plan says), fetch.json (what each file is and where from)

What is there and right is not fetched again; without the network that is enough.
"""

from __future__ import annotations

from pathlib import Path

from densevsconv.data.fetch import fetch_files
from densevsconv.files import read_json, write_json
from densevsconv.layout import Layout


def run(
    layout: Layout,
    dataset: str | None = None,
    mirror: str | None = None,
    *,
    threads: int | None = None,
    shard: int | None = None,
) -> None:
    """Fetch the files of one data set of the study; None: of all of them, and record them.

    ``mirror`` is a folder or an address to look in first.
    """
    plans = read_json(layout.plan("fetch"))["datasets"]
    fetched = {}
    for name in sorted(plans) if dataset is None else [dataset]:
        plan = plans[name]
        files = fetch_files(name, plan["files"], Path(plan["folder"]), mirror)
        fetched[name] = {"folder": plan["folder"], "files": files}
    if dataset is None:  # the record is of the whole study
        write_json(layout.fetched, {"datasets": fetched})
