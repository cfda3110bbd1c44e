"""Fetch: make sure that the official files of every data set are there, checksums verified.

in      plan/fetch.json
out     data/raw/<dataset>/... (as the plan says), fetch.json (what each file is and where from);
        plan/prepare.json gets the checksums that the catalogue does not state

What is there and right is not fetched again; without the network that is enough.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from densevsconv.images.fetch import fetch_files
from densevsconv.store.files import read_json, write_json, write_json_if_changed
from densevsconv.store.layout import Layout


def run(layout: Layout, *, mirror: str | None = None, threads: int = 1) -> None:
    """Fetch the files of all data sets of the study, and record them.

    ``mirror`` is a folder or an address to look in first.
    """
    fetched = {}
    for name, plan in sorted(read_json(layout.plan("fetch"))["datasets"].items()):
        files = fetch_files(name, plan["files"], Path(plan["folder"]), mirror)
        fetched[name] = {"folder": plan["folder"], "files": files}
    _note_checksums(layout, fetched)
    write_json(layout.fetched, {"datasets": fetched})


def _note_checksums(layout: Layout, fetched: dict[str, Any]) -> None:
    """Write what was fetched into the plan of prepare, as the next planning would.

    Where the catalogue states no checksum, the plan cannot know it before the first copy is there;
    if only the next planning wrote it, the next run would prepare everything a second time.
    """
    if not layout.plan("prepare").exists():
        return
    plan = read_json(layout.plan("prepare"))
    for prepared in plan["datasets"].values():
        files = fetched.get(prepared["dataset"], {}).get("files", {})
        prepared["checksums"] |= {name: file["sha256"] for name, file in files.items()}
    write_json_if_changed(layout.plan("prepare"), plan)
